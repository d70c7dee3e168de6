// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What {@code doctor}, {@code ping} and {@code status --long} print on hosts of their own, healthy
 * and with one fault each. The daemons are shared, so that a fault is mended by its test; the last
 * one ends the root.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class DoctorTest {
  @RegisterExtension static final SharedMembers SHARED = new SharedMembers(2);
  private static NamespaceMembers nodes;
  private static NamespaceNode alice;
  private static NamespaceNode bob;
  private static String network;
  private static String device;

  @BeforeAll
  static void start() throws Exception {
    nodes = SHARED.nodes();
    alice = SHARED.members().get(0);
    bob = SHARED.members().get(1);
    network =
        nodes.network(
            1,
            "{\"private\": true, \"v4AssignMode\": {\"zt\": true},"
                + " \"routes\": [{\"target\": \"10.77.0.0/24\"}], \"ipAssignmentPools\":"
                + " [{\"ipRangeStart\": \"10.77.0.1\", \"ipRangeEnd\": \"10.77.0.99\"}]}");
    nodes.join(alice, network, "{\"name\": \"alice\"}");
    device = NamespaceMembers.awaitDevice(alice, network, "10.77.0.");
  }

  @AfterAll
  static void startDaemonsAgain() throws Exception {
    nodes.controller.startDaemon();
  }

  @Test
  void findsNothingOnHealthyHost() throws Exception {
    DoctorOutput.assertHealthy(alice);
    String output = alice.cli("doctor");
    for (String line :
        new String[] {
          "root       " + nodes.controller.address() + " over IPv4: answers",
          "nat        IPv4: none",
          "clock      differs by less than a minute",
          "network    " + network + ": OK",
          "controller " + network,
          "device     " + network + ": " + device + " is up, MTU 2800",
          "mtu        eth0",
          "rp_filter  one uplink",
          "files      " + alice.home()
        }) {
      assertTrue(output.contains("ok     " + line), () -> line + " is missing:\n" + output);
    }
    String json = alice.cli("-j", "doctor");
    assertTrue(json.startsWith("0\n") && json.contains("\"check\": \"clock\""), json);
  }

  @Test
  void pingsPeerOverItsDirectPath() throws Exception {
    String output =
        DoctorOutput.await(alice, "direct, 10.9.0.3/9993", "ping", bob.address(), "--count=1");
    assertTrue(output.startsWith("0\n") && output.contains("1 sent, 1 answered"), output);
    String large = alice.cli("ping", bob.address(), "--count=1", "--size=9600");
    assertTrue(large.contains("1 sent, 1 answered, 0 % lost"), large);
  }

  @Test
  void showsPathsOfPeers() throws Exception {
    DoctorOutput.await(alice, "direct, ", "ping", bob.address(), "--count=1");
    String output = alice.cli("status", "--long");
    String line =
        output.lines().filter(each -> each.startsWith(bob.address())).findFirst().orElse("");
    assertTrue(line.contains("DIRECT") && line.contains("10.9.0.3/9993, for "), output);
    // The MTU of the path is measured anew after other tests.
    assertTrue(line.contains(" AES ") && line.matches(".* 1[234]\\d\\d .*"), output);
  }

  @Test
  void namesFirewallThatDropsOurPort() throws Exception {
    RequiredProgram.assume("nft");
    alice.nft("add table inet t");
    alice.nft("add chain inet t in { type filter hook input priority 0; }");
    alice.nft("add rule inet t in udp dport 9993 drop");
    try {
      DoctorOutput.assertToDo(
          alice,
          "firewall   answers to UDP port 9993 do not arrive: the chain in of the nft table",
          "root       " + nodes.controller.address() + " over IPv4: no answer from 10.9.0.1");
    } finally {
      alice.nft("delete table inet t");
    }
    DoctorOutput.assertHealthy(alice);
  }

  @Test
  void namesSmallMtuOfUplink() throws Exception {
    alice.ip("link", "set", "eth0", "mtu", "1400");
    DoctorOutput.assertToDo(alice, "mtu        eth0 carries 1400 bytes, packets have up to 1460");
    alice.ip("link", "set", "eth0", "mtu", "1500");
    DoctorOutput.assertHealthy(alice);
  }

  @Test
  void namesDeviceThatIsDown() throws Exception {
    alice.ip("link", "set", device, "down");
    DoctorOutput.assertToDo(alice, "device     " + network + ": " + device + " is down");
    alice.ip("link", "set", device, "up");
    DoctorOutput.assertHealthy(alice);
  }

  @Test
  void namesSecretThatOthersMayRead() throws Exception {
    Path secret = alice.home().resolve("identity.secret");
    var before = Files.getPosixFilePermissions(secret);
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r--r--"));
    DoctorOutput.assertToDo(alice, "files      other users may use " + secret + ": chmod 600");
    Files.setPosixFilePermissions(secret, before);
    DoctorOutput.assertHealthy(alice);
  }

  @Test
  void namesMissingAuthorization() throws Exception {
    nodes.set(alice, network, "{\"authorized\": false}");
    DoctorOutput.assertToDo(alice, "network    " + network + ": ACCESS_DENIED");
    nodes.set(alice, network, "{\"authorized\": true}");
    DoctorOutput.assertHealthy(alice);
  }

  @Test
  void ignoresForgedPacketsFromItsOwnAddress() throws Exception {
    byte[] packet = new byte[64];
    long address = Long.parseLong(alice.address(), 16);
    ByteBuffer.wrap(packet).putLong(8, address << 24).putLong(13, address << 24);
    Arrays.fill(packet, 18, packet.length, (byte) 0);
    bob.here(
        () -> {
          try (var socket = new DatagramSocket()) {
            InetAddress to = InetAddress.getByName("10.9.0.2");
            socket.send(new DatagramPacket(packet, packet.length, to, 9993));
          }
          return null;
        });
    DoctorOutput.assertHealthy(alice);
  }

  @Test
  @Order(Integer.MAX_VALUE)
  void namesDaemonThatDoesNotRun() throws Exception {
    nodes.controller.killDaemon();
    DoctorOutput.assertToDo(
        alice,
        "root       " + nodes.controller.address() + " over IPv4: no answer",
        "controller " + network + ": " + nodes.controller.address() + " does not answer");
    String output = nodes.controller.cli("doctor");
    assertTrue(output.startsWith("1\nTO DO  daemon     zerotier-one writes "), output);
  }
}
