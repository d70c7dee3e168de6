// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import jdk.net.ExtendedSocketOptions;
import net.backhaul.protocol.ethernet.Macs;
import net.backhaul.testing.Await;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Kinds of networks between two members on hosts of their own, with the kernel's IPv6 and large
 * frames: the three ways to resolve an IPv6 address, MTUs of 9000 and 10000, an ad-hoc network.
 */
class NetworkModesTest {
  private static final int PORT = 4_431;
  private static final int CLOSED_PORT = 4_432;
  private static final int WAIT_MS = 300;
  private static final int BLOCKED_MS = 300;

  /** The headers of IPv4 and UDP. */
  private static final int UDP_HEADERS = 28;

  private static final String PRIVATE = "{\"private\": true, ";

  @RegisterExtension static final SharedMembers SHARED = new SharedMembers(2);
  private static NamespaceMembers nodes;
  private static NamespaceNode alice;
  private static NamespaceNode bob;
  private static NamespaceServers ofAlice;
  private static NamespaceServers ofBob;

  @BeforeAll
  static void start() throws Exception {
    nodes = SHARED.nodes();
    alice = SHARED.members().get(0);
    bob = SHARED.members().get(1);
    ofAlice = new NamespaceServers(alice, List.of(), List.of());
    ofBob = new NamespaceServers(bob, List.of(PORT, CLOSED_PORT), List.of(PORT));
  }

  @AfterAll
  static void stop() throws IOException {
    if (ofBob != null) {
      ofBob.close();
    }
  }

  /** Joins both members; returns the device of the first once both have an address. */
  private static String join(String network, String addressPrefix) throws Exception {
    nodes.join(alice, network, "{\"name\": \"alice\"}");
    nodes.join(bob, network, "{\"name\": \"bob\"}");
    NamespaceMembers.awaitDevice(bob, network, addressPrefix);
    return NamespaceMembers.awaitDevice(alice, network, addressPrefix);
  }

  /** Returns the address of the second member in a network. */
  private static InetAddress addressOfBob(String network) throws Exception {
    var assigned = (List<?>) NamespaceMembers.field(bob, network, "assignedAddresses");
    return InetAddress.getByName(String.valueOf(assigned.getFirst()).split("/")[0]);
  }

  private static void assertReaches(InetAddress to) {
    Await.until(() -> passes(() -> ofAlice.reachesIcmp(to, WAIT_MS)), () -> "ICMP to " + to);
    var server = new InetSocketAddress(to, PORT);
    Await.until(() -> passes(() -> ofAlice.reachesTcp(server, 50_000, WAIT_MS)));
    Await.until(() -> passes(() -> ofAlice.reachesUdp(server, 100, WAIT_MS)));
  }

  private interface Attempt {
    boolean passes() throws Exception;
  }

  private static boolean passes(Attempt attempt) {
    try {
      return attempt.passes();
    } catch (IOException notYet) {
      return false;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** Returns what the kernel of the first member has found out about an address. */
  private static String neighbor(String device, InetAddress address) {
    try {
      passes(() -> ofAlice.reachesUdp(new InetSocketAddress(address, PORT), 1, 1));
      return alice.show("-6", "neighbor", "show", address.getHostAddress(), "dev", device);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String mac(String network, long address) {
    return Macs.text(Macs.of(address, Long.parseUnsignedLong(network, 16)));
  }

  @Test
  void resolvesRfc4193Addresses() throws Exception {
    String network = nodes.network(1, PRIVATE + "\"v6AssignMode\": {\"rfc4193\": true}}");
    String device = join(network, "inet6 fd");
    InetAddress ofMember = addressOfBob(network);
    assertReaches(ofMember);

    // The daemon answers from the address alone, which holds that of the node: also of an absent
    // one.
    byte[] absent = ofMember.getAddress();
    for (int i = 0; i < 5; i++) {
      absent[11 + i] = 0x77;
    }
    String expected = "lladdr " + mac(network, 0x77_7777_7777L);
    InetAddress ofNobody = InetAddress.getByAddress(absent);
    Await.until(
        () -> neighbor(device, ofNobody).contains(expected), () -> neighbor(device, ofNobody));
  }

  @Test
  void resolvesAllAddressesOfA6planeMember() throws Exception {
    String network = nodes.network(2, PRIVATE + "\"v6AssignMode\": {\"6plane\": true}}");
    String device = join(network, "inet6 fc");
    InetAddress ofMember = addressOfBob(network);
    assertReaches(ofMember);

    // Each member has 2^80 addresses, for containers or a network behind it.
    byte[] further = ofMember.getAddress();
    further[12] = 7;
    further[15] = 9;
    InetAddress second = InetAddress.getByAddress(further);
    bob.ip(
        "address",
        "add",
        second.getHostAddress() + "/128",
        "dev",
        NamespaceMembers.deviceOf(bob, network),
        "nodad");
    assertReaches(second);
    String lladdr = "lladdr " + mac(network, Long.parseLong(bob.address(), 16));
    assertTrue(neighbor(device, second).contains(lladdr), () -> neighbor(device, second));
  }

  @Test
  void resolvesOtherAddressesByMulticast() throws Exception {
    String network =
        nodes.network(
            3,
            PRIVATE
                + "\"v6AssignMode\": {\"zt\": true}, \"routes\": [{\"target\": \"fd31::/64\"}],"
                + " \"ipAssignmentPools\": [{\"ipRangeStart\": \"fd31::1\", \"ipRangeEnd\":"
                + " \"fd31::ffff\"}]}");
    String device = join(network, "inet6 fd31:");
    InetAddress ofMember = addressOfBob(network);
    assertReaches(ofMember);
    String lladdr = "lladdr " + mac(network, Long.parseLong(bob.address(), 16));
    assertTrue(neighbor(device, ofMember).contains(lladdr), () -> neighbor(device, ofMember));

    // The kernel gives up after three requests.
    alice.ip("ntable", "change", "name", "ndisc_cache", "dev", device, "retrans", "100");
    InetAddress ofNobody = InetAddress.getByName("fd31::dead:beef");
    Await.until(() -> neighbor(device, ofNobody).contains("FAILED"));
  }

  /**
   * Checks that the largest frames of a device arrive unfragmented, and larger ones do not leave.
   */
  private static void assertCarries(int number, int networkMtu, int deviceMtu) throws Exception {
    String subnet = "10.79." + number + ".";
    String network =
        nodes.network(
            number,
            PRIVATE
                + ("\"mtu\": %d, \"v4AssignMode\": {\"zt\": true}, \"routes\": [{\"target\":"
                        + " \"%s0/24\"}], \"ipAssignmentPools\": [{\"ipRangeStart\": \"%s1\","
                        + " \"ipRangeEnd\": \"%s99\"}]}")
                    .formatted(networkMtu, subnet, subnet, subnet));
    String device = join(network, subnet);
    assertReaches(addressOfBob(network));
    String link = alice.show("link", "show", device);
    assertTrue(link.contains("mtu " + deviceMtu + " "), link);

    var server = new InetSocketAddress(addressOfBob(network), PORT);
    int largest = deviceMtu - UDP_HEADERS;
    try (DatagramSocket socket = alice.here(DatagramSocket::new)) {
      socket.setOption(ExtendedSocketOptions.IP_DONTFRAGMENT, true);
      Await.until(() -> passes(() -> NamespaceServers.answers(socket, server, largest, WAIT_MS)));
      assertThrows(
          IOException.class,
          () -> NamespaceServers.answers(socket, server, largest + 1, BLOCKED_MS));
    }
  }

  @Test
  void carriesFramesOf9000Bytes() throws Exception {
    assertCarries(4, 9_000, 9_000);
  }

  @Test
  void carriesFramesOfTheLargestMtu() throws Exception {
    assertCarries(5, 10_000, 9_861);
  }

  @Test
  void joinsAnAdHocNetwork() throws Exception {
    String network = "ff%04x%04x000000".formatted(PORT, PORT);
    for (NamespaceNode member : List.of(alice, bob)) {
      member.request("POST", "/network/" + network, "{}");
    }
    NamespaceMembers.awaitDevice(bob, network, "inet6 fc");
    NamespaceMembers.awaitDevice(alice, network, "inet6 fc");
    InetAddress ofMember = addressOfBob(network);
    assertReaches(ofMember);

    // The id of the network states the ports at which connections of TCP may open.
    var closed = new InetSocketAddress(ofMember, CLOSED_PORT);
    assertFalse(ofAlice.reachesTcp(closed, 1, BLOCKED_MS), "TCP to another port");
    assertEquals("OK", NamespaceMembers.field(alice, network, "status"));
  }
}
