// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.MulticastSocket;
import java.net.NetworkInterface;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.backhaul.testing.Await;
import net.backhaul.testing.FrameCapture;
import net.backhaul.testing.FrameSocket;
import net.backhaul.testing.NetworkNamespace;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * An Ethernet segment behind bridges of a network: two members bridge it, each by a bridge of its
 * kernel, and a third is elsewhere. Hosts have namespaces of their own.
 */
class BridgedSegmentTest {
  private static final String SUBNET = "10.80.0.";
  private static final int WAIT_MS = 1_000;
  private static final int MDNS_PORT = 5_353;
  private static final String MDNS_GROUP = "224.0.0.251";
  private static final int FRAME_WAIT_MS = 300;
  private static final int PADDED_FRAME_BYTES = 100;

  /** The length of {@code struct virtio_net_hdr}. */
  private static final int VNET_HEADER_BYTES = 10;

  private static final byte[] BROADCAST = {-1, -1, -1, -1, -1, -1};

  /** Far below what circulates in a loop that nothing limits: 15,000 in a second on a busy host. */
  private static final long MAX_FRAMES_PER_S = 300;

  private static final String NETWORK =
      "{\"private\": true, \"mtu\": 2800, \"v4AssignMode\": {\"zt\": false}}";

  @RegisterExtension static final SharedMembers SHARED = new SharedMembers(3);
  @TempDir static Path directory;
  private static int frameNumber;
  private static ExecutorService segmentThread;
  private static String segment;
  private static NamespaceMembers nodes;
  private static NamespaceNode first;
  private static NamespaceNode second;
  private static NamespaceNode remote;
  private static String network;
  private static String remoteDevice;

  @BeforeAll
  static void bridge() throws Exception {
    segmentThread = NetworkNamespace.thread();
    segment = onSegment(() -> Path.of("/proc/thread-self").toRealPath().toString().substring(6));
    nodes = SHARED.nodes();
    first = SHARED.members().get(0);
    second = SHARED.members().get(1);
    remote = SHARED.members().get(2);
    network = nodes.network(1, NETWORK);
    // Before the members join, so that their first configuration names the bridges.
    for (NamespaceNode bridge : List.of(first, second)) {
      nodes.set(bridge, network, "{\"authorized\": true, \"activeBridge\": true}");
    }
    remoteDevice = join(remote, "{\"name\": \"remote\"}");
    remote.ip("address", "add", SUBNET + "3/24", "dev", remoteDevice);

    // The segment is a switch, with a host that has an address at it.
    segmentIp("link", "add", "switch", "type", "bridge");
    segmentIp("address", "add", SUBNET + "200/24", "dev", "switch");
    segmentIp("link", "set", "switch", "up");
    connect(first, "lan1");
    Await.until(
        () -> remoteReaches(SUBNET + "200"),
        () ->
            "the segment is not reached: remote "
                + state(remote, remoteDevice)
                + ", bridge "
                + state(first, NamespaceMembers.deviceOf(first, network)));
  }

  @AfterAll
  static void stop() throws IOException {
    for (NamespaceNode bridge : List.of(first, second)) {
      bridge.show("link", "delete", "br0");
    }
    if (segmentThread != null) {
      segmentThread.close();
    }
  }

  private static <T> T onSegment(Callable<T> work) throws Exception {
    return segmentThread.submit(work).get(60, TimeUnit.SECONDS);
  }

  private static void segmentIp(String... arguments) throws IOException {
    assertEquals("", NetworkNamespace.ip(segment, arguments));
  }

  /** Joins a member; returns its device. */
  private static String join(NamespaceNode member, String settings) throws Exception {
    nodes.join(member, network, settings);
    Await.until(
        () ->
            "OK".equals(NamespaceMembers.field(member, network, "status"))
                && !NamespaceMembers.deviceOf(member, network).isEmpty());
    return NamespaceMembers.deviceOf(member, network);
  }

  /** Makes a member a bridge into the segment. Its bridge has no spanning tree protocol. */
  private static void connect(NamespaceNode member, String port) throws Exception {
    String device = join(member, "{\"activeBridge\": true}");
    segmentIp("link", "add", port, "type", "veth", "peer", "name", "lan");
    segmentIp("link", "set", "lan", "netns", "/proc/" + member.namespace() + "/ns/net");
    member.ip("link", "set", "lan", "up");
    member.ip("link", "add", "br0", "type", "bridge");
    member.ip("link", "set", "br0", "up");
    segmentIp("link", "set", port, "master", "switch", "up");
    if (member.programs() == null) {
      member.request(
          "POST",
          "/network/" + network,
          "{\"hostBridge\": \"br0\", \"hostBridgePorts\": [\"lan\"]}");
    } else {
      member.ip("link", "set", device, "master", "br0");
      member.ip("link", "set", "lan", "master", "br0");
    }
    Await.until(() -> isPort(member, device) && isPort(member, "lan"));
    Await.until(
        () -> Boolean.TRUE.equals(NamespaceMembers.field(member, network, "bridge")),
        () -> "no bridge of the network");
  }

  private static boolean isPort(NamespaceNode member, String device) {
    try {
      return member.show("link", "show", "master", "br0").contains(device);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static boolean remoteReaches(String address) {
    try {
      return remote.here(() -> InetAddress.getByName(address).isReachable(WAIT_MS));
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  private static boolean receives(DatagramSocket socket, DatagramPacket packet, String text) {
    try {
      socket.setSoTimeout(WAIT_MS);
      packet.setLength(packet.getData().length);
      socket.receive(packet);
      return text.equals(
          new String(packet.getData(), 0, packet.getLength(), StandardCharsets.UTF_8));
    } catch (SocketTimeoutException notYet) {
      return false;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void send(DatagramSocket socket, String text, InetSocketAddress to) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try {
      socket.send(new DatagramPacket(bytes, bytes.length, to));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static DatagramPacket packet() {
    return new DatagramPacket(new byte[1_500], 1_500);
  }

  @Test
  void carriesMdns() throws Exception {
    var group = new InetSocketAddress(MDNS_GROUP, MDNS_PORT);
    try (MulticastSocket here = onSegment(() -> mdns("switch"));
        MulticastSocket there = remote.here(() -> mdns(remoteDevice))) {
      DatagramPacket packet = packet();
      Await.until(
          () -> {
            send(here, "printer", group);
            return receives(there, packet, "printer");
          });
      Await.until(
          () -> {
            send(there, "query", group);
            return receives(here, packet, "query");
          });
      assertEquals(SUBNET + "3", packet.getAddress().getHostAddress());
    }
  }

  private static MulticastSocket mdns(String device) throws IOException {
    NetworkInterface link = NetworkInterface.getByName(device);
    var socket = new MulticastSocket(MDNS_PORT);
    socket.setNetworkInterface(link);
    socket.setOption(java.net.StandardSocketOptions.IP_MULTICAST_LOOP, false);
    socket.joinGroup(new InetSocketAddress(MDNS_GROUP, MDNS_PORT), link);
    return socket;
  }

  /** Starts a program on a host, with its output in a file of the test's directory. */
  private static Process start(String namespace, String output, String... words)
      throws IOException {
    var command = new ArrayList<>(List.of("nsenter", "--net=/proc/" + namespace + "/ns/net"));
    command.addAll(List.of(words));
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(directory.resolve(output).toFile())
        .start();
  }

  private static String output(String name) {
    try {
      return Files.readString(directory.resolve(name));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** Skips the calling test without a program of Debian's package of a name, except in CI. */
  private static void assumeProgram(String program, String debianPackage) {
    if (!"true".equals(System.getenv("CI"))) {
      assumeTrue(
          List.of("/usr/sbin/", "/usr/bin/", "/sbin/").stream()
              .anyMatch(each -> Files.isExecutable(Path.of(each + program))),
          "needs " + program + ", of Debian's package " + debianPackage);
    }
  }

  @Test
  void carriesDhcp() throws Exception {
    assumeProgram("dnsmasq", "dnsmasq-base");
    assumeProgram("udhcpc", "udhcpc");
    Path script = directory.resolve("lease");
    Files.writeString(
        script, "#!/bin/sh\n[ \"$1\" != bound ] || echo \"lease of $ip, router $router\"\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
    Process server =
        start(
            segment,
            "dnsmasq",
            "dnsmasq",
            "--keep-in-foreground",
            "--conf-file=/dev/null",
            "--port=0",
            "--interface=switch",
            "--bind-interfaces",
            "--dhcp-authoritative",
            "--no-ping",
            "--dhcp-range=" + SUBNET + "50," + SUBNET + "50,1h",
            "--dhcp-leasefile=" + directory.resolve("leases"),
            "--pid-file=",
            "--user=root",
            "--log-facility=-");
    try {
      Await.until(() -> output("dnsmasq").contains("bound exclusively"), () -> output("dnsmasq"));
      Process client =
          start(
              remote.namespace(),
              "udhcpc",
              "udhcpc",
              "-f",
              "-q",
              "-n",
              "-t",
              "10",
              "-T",
              "1",
              "-i",
              remoteDevice,
              "-s",
              script.toString());
      Await.until(
          () -> !client.isAlive(), () -> output("udhcpc") + "\nserver: " + output("dnsmasq"));
      assertEquals(0, client.exitValue(), () -> output("udhcpc"));
    } finally {
      server.destroyForcibly().waitFor();
    }
    String lease = "lease of " + SUBNET + "50, router " + SUBNET + "200";
    assertTrue(output("udhcpc").contains(lease), () -> output("udhcpc"));
    assertTrue(output("dnsmasq").contains("DHCPACK(switch) " + SUBNET + "50"), "acknowledgement");
  }

  /** Frames with VLAN tags, as on the wire; this does not need VLAN devices in the kernel. */
  @Test
  void carriesVlanTags() throws Exception {
    byte[] remoteMac = remote.here(() -> mac(remoteDevice));
    byte[] segmentMac = onSegment(() -> mac("switch"));
    try (var fromSegment = onSegment(() -> new FrameSocket("switch"));
        var atSegment = onSegment(() -> new FrameCapture("switch"));
        var fromRemote = remote.here(() -> new FrameSocket(remoteDevice));
        var atRemote = remote.here(() -> new FrameCapture(remoteDevice))) {
      // VLAN 7 at priority 5, and VLAN 9 inside of the service VLAN 8.
      for (String tags : List.of("8100a007", "88a8000881000009")) {
        assertCarries(fromSegment, atRemote, frame(BROADCAST, segmentMac, tags));
        assertCarries(fromSegment, atRemote, frame(remoteMac, segmentMac, tags));
        assertCarries(fromRemote, atSegment, frame(BROADCAST, remoteMac, tags));
        assertCarries(fromRemote, atSegment, frame(segmentMac, remoteMac, tags));
      }
    }
  }

  private static byte[] mac(String device) throws IOException {
    return NetworkInterface.getByName(device).getHardwareAddress();
  }

  /** Returns a frame of an EtherType for experiments; its payload differs for each. */
  private static byte[] frame(byte[] destination, byte[] source, String tags) {
    return ByteBuffer.allocate(PADDED_FRAME_BYTES)
        .put(destination)
        .put(source)
        .put(HexFormat.of().parseHex(tags))
        .putShort((short) 0x88b5)
        .putInt(++frameNumber)
        .array();
  }

  private static void assertCarries(FrameSocket from, FrameCapture to, byte[] frame) {
    var withHeader = new byte[VNET_HEADER_BYTES + frame.length];
    System.arraycopy(frame, 0, withHeader, VNET_HEADER_BYTES, frame.length);
    Await.until(
        () -> {
          from.send(withHeader);
          long endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(FRAME_WAIT_MS);
          while (System.nanoTime() < endNanos) {
            byte[] received = to.receive();
            if (received != null && Arrays.equals(frame, received)) {
              return true;
            }
          }
          return false;
        },
        () -> HexFormat.of().formatHex(frame) + " did not arrive");
  }

  /** Returns how many frames a device of a member has received and sent. */
  private static long frames(NamespaceNode member, String device) {
    try {
      Matcher counts =
          Pattern.compile("bytes\\s+packets.*\\n\\s+\\d+\\s+(\\d+)")
              .matcher(member.show("-s", "link", "show", device));
      long frames = 0;
      while (counts.find()) {
        frames += Long.parseLong(counts.group(1));
      }
      return frames;
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static long framesInASecond() {
    String device = NamespaceMembers.deviceOf(first, network);
    long before = frames(first, device);
    long startNanos = System.nanoTime();
    remoteReaches(SUBNET + "99");
    double seconds = (System.nanoTime() - startNanos) / 1e9;
    return (long) ((frames(first, device) - before) / seconds);
  }

  private static boolean reports(NamespaceNode member) {
    try {
      return member.log().contains("its segments form a loop")
          && member.request("GET", "/status", "").contains("frames circulate through the bridge")
          && Pattern.compile("backhaul_drop\\{reason=\"bridge_loop\"} [1-9]")
              .matcher(member.request("GET", "/metrics", ""))
              .find();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** Returns the counters of dropped packets and frames that are not 0. */
  private static List<String> drops(NamespaceNode member) {
    try {
      return member
          .request("GET", "/metrics", "")
          .lines()
          .filter(each -> each.startsWith("backhaul_drop{") && !each.endsWith(" 0"))
          .toList();
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** Returns what explains frames that do not arrive. */
  private static String state(NamespaceNode member, String device) {
    try {
      return String.join(
          "\n",
          drops(member).toString(),
          member.show("-s", "link", "show", "dev", device),
          member.show("neighbor", "show", "dev", device),
          member.request("GET", "/network/" + network + "/members", ""),
          member.request("GET", "/peer", ""),
          member.log());
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /**
   * In a loop, bridges of the kernel learn addresses at the wrong ports, so that the segment may
   * not be reached before it ends.
   */
  @Test
  void limitsTheStormOfALoop() throws Exception {
    // A second way into the same segment, without a spanning tree protocol.
    connect(second, "lan2");
    try {
      Await.until(
          () -> {
            // Each attempt makes broadcasts: requests for an address that nobody has.
            remoteReaches(SUBNET + "99");
            return reports(first) || reports(second);
          },
          () -> "no report of the loop: " + drops(first) + drops(second));
      Await.until(
          () -> framesInASecond() < MAX_FRAMES_PER_S, () -> framesInASecond() + " frames a second");
    } finally {
      segmentIp("link", "set", "lan2", "down");
    }

    // The loop ends, and with it the repeats. What the member has learned of the segment may lead
    // to the bridge that has lost it: the kernel notices that within a minute.
    remote.ip("neighbor", "flush", "dev", remoteDevice);
    Await.until(
        () -> remoteReaches(SUBNET + "200") && framesInASecond() < 50,
        () -> "the loop has ended: " + drops(remote) + drops(first));
  }
}
