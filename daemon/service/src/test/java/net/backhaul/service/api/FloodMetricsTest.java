// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.EchoOk;
import net.backhaul.protocol.message.Features;
import net.backhaul.protocol.message.Hello;
import net.backhaul.protocol.message.Message;
import net.backhaul.protocol.message.Whois;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.PacketCipher;
import net.backhaul.protocol.packet.PacketView;
import net.backhaul.protocol.packet.Packets;
import net.backhaul.protocol.packet.WireWriter;
import net.backhaul.protocol.world.World;
import net.backhaul.service.DaemonInTest;
import net.backhaul.testing.Await;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a daemon drops of floods over UDP is counted in its metrics, by reason. */
class FloodMetricsTest {
  private static final int DATAGRAMS = 200;
  private static final Identity PEER = Identity.generate(new Random(1));
  private static final Identity UNKNOWN = Identity.generate(new Random(2));

  @TempDir static Path home;
  private static DaemonInTest daemon;
  private static Identity self;
  private static InetSocketAddress target;

  private final Random random = new Random(3);

  @BeforeAll
  static void startDaemonThatHasPeer() throws Exception {
    daemon = DaemonInTest.start(home);
    self = Identity.parse(Files.readString(home.resolve("identity.public")).strip());
    int port = Integer.parseInt(Files.readString(home.resolve("zerotier-one.port")).strip());
    target = new InetSocketAddress(InetAddress.getByName("127.0.0.1"), port);
    byte[] hello = hello(PEER, 0);
    // The receiver of a datagram may still be starting, so it is repeated.
    Await.until(
        () -> {
          send(List.of(hello));
          return sample("zt_packet{direction=\"rx\",packet_type=\"hello\"}") > 0;
        });
  }

  @AfterAll
  static void endDaemon() {
    daemon.close();
  }

  /** Sends datagrams from a port that nothing was sent from before. */
  private static void send(List<byte[]> datagrams) {
    try (var socket = new DatagramSocket()) {
      for (byte[] each : datagrams) {
        socket.send(new DatagramPacket(each, each.length, target));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long sample(String name) {
    try {
      return daemon
          .request("GET", "/metrics", "")
          .body()
          .lines()
          .filter(line -> line.startsWith(name + " "))
          .mapToLong(line -> Long.parseLong(line.substring(name.length() + 1)))
          .findFirst()
          .orElseThrow(() -> new AssertionError("no sample " + name));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static long dropped(String reason) {
    return sample("backhaul_drop{reason=\"" + reason + "\"}");
  }

  /** Asserts that a flood increases the count of a reason by half of it or more. */
  private static void assertCounted(String reason, List<byte[]> flood) {
    assertCounted(reason, flood, DATAGRAMS / 2);
  }

  private static void assertCounted(String reason, List<byte[]> flood, int least) {
    long before = dropped(reason);
    send(flood);
    Await.until(
        () -> dropped(reason) >= before + least,
        () -> reason + ": " + (dropped(reason) - before) + " of " + flood.size());
  }

  private static byte[] hello(Identity from, long planetTimestampMs) {
    World planet = World.defaultPlanet();
    var endpoint = new InetSocketAddress(InetAddress.getLoopbackAddress(), 9993);
    var hello =
        new Hello(
            12,
            1,
            14,
            0,
            1,
            from.withoutPrivateKey(),
            endpoint,
            planet.id(),
            planetTimestampMs,
            List.of(),
            Features.NONE);
    byte[] packet = unsealed(from, hello, 1);
    PacketCipher cipher = PacketCipher.of(from.agree(self).orElseThrow());
    cipher.maskHello(packet, 0, Packets.HEADER_BYTES + hello.maskedFrom(), packet.length);
    cipher.seal(Packets.SUITE_POLY, packet, 0, packet.length);
    return packet;
  }

  private static byte[] unsealed(Identity from, Message message, long packetId) {
    var payload = new WireWriter();
    message.writeTo(payload);
    byte[] packet = new byte[Packets.HEADER_BYTES + payload.size()];
    System.arraycopy(payload.array(), 0, packet, Packets.HEADER_BYTES, payload.size());
    PacketView.writeHeader(
        packet, 0, packetId, self.address(), from.address(), message.verb().number());
    return packet;
  }

  private static byte[] sealed(Message message) {
    byte[] packet = unsealed(PEER, message, 2);
    PacketCipher.of(PEER.agree(self).orElseThrow())
        .seal(Packets.SUITE_SALSA, packet, 0, packet.length);
    return packet;
  }

  private static List<byte[]> repeated(byte[] datagram) {
    byte[][] all = new byte[DATAGRAMS][];
    Arrays.fill(all, datagram);
    return List.of(all);
  }

  @Test
  void countsForgedHellos() {
    byte[] forged = hello(PEER, 0);
    forged[forged.length - 1] ^= 1;

    assertCounted("bad_mac", repeated(forged));
  }

  @Test
  void countsHellosOfManyIdentities() {
    byte[][] hellos = new byte[DATAGRAMS][];
    for (int i = 0; i < DATAGRAMS; i++) {
      hellos[i] = hello(UNKNOWN, 0);
      hellos[i][Packets.HEADER_BYTES + 13 + 10] ^= (byte) i; // A byte of the public key.
      hellos[i][Packets.HEADER_BYTES + 13 + 11] ^= 0x55;
    }

    assertCounted("rate_limited", List.of(hellos));
  }

  @Test
  void countsWhoisStorm() {
    assertCounted("rate_limited", repeated(sealed(new Whois(List.of(self.address())))));
  }

  @Test
  void countsFragmentsOfPacketsThatNeverBecomeWhole() {
    byte[][] fragments = new byte[DATAGRAMS][];
    for (int i = 0; i < DATAGRAMS; i++) {
      byte[] header =
          new WireWriter()
              .u64(random.nextLong())
              .address(self.address())
              .u8(0xff)
              .u8(0x71)
              .u8(0)
              .toByteArray();
      fragments[i] = Arrays.copyOf(header, 1_400);
    }
    long before = sample("backhaul_fragments");

    assertCounted("incomplete", List.of(fragments));
    assertTrue(sample("backhaul_fragments") > before);
  }

  /** The answer to an old planet would be longer than the HELLO, which anyone can replay. */
  @Test
  void countsReplayedHellosWithOldPlanet() {
    assertCounted("unproven_address", repeated(hello(PEER, 1)));
  }

  @Test
  void countsReplayedAnswers() {
    assertCounted("unsolicited", repeated(sealed(new EchoOk(7, Bytes.EMPTY))));
  }

  @Test
  void countsTruncatedPackets() {
    byte[] hello = hello(PEER, 0);
    assertCounted("too_short", repeated(Arrays.copyOf(hello, 16)));
    assertCounted("malformed", repeated(Arrays.copyOf(hello, 100)));
    assertCounted("bad_mac", repeated(Arrays.copyOf(hello, hello.length - 1)));
  }

  /** A beacon is that of a LAN, which loopback is not; nobody is known by the second one. */
  @Test
  void countsBeacons() {
    assertCounted("unproven_address", repeated(beacon(PEER.address())));
    assertCounted("unknown_sender", repeated(beacon(UNKNOWN.address())));
  }

  private static byte[] beacon(long address) {
    return new WireWriter().u64(1).address(address).toByteArray();
  }
}
