// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.backhaul.engine.NodeOptions;
import net.backhaul.engine.NodeOptions.PhysicalNetwork;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.ethernet.EtherTypes;
import net.backhaul.protocol.ethernet.Macs;
import net.backhaul.protocol.packet.BigEndian;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The measurement of path MTUs (02 section 1.7). */
class PathMtuTest extends ScenarioTest {
  private static final int UDP_HEADERS = 28;
  private static final int FULL_FRAME = 2_800;
  private static final int DEFAULT_BYTES = 1_432;

  /** The payload of the longest datagrams that Alice's packets reach Bob in. */
  private int limit = 20_000;

  private int limitToAlice = 20_000;
  private double loss;
  private final Random random = new Random(1);
  private int longest;
  private int datagrams;
  private int delivered;

  @ParameterizedTest
  @CsvSource({
    "1400, 1400",
    "1410, 1400",
    "1420, 1420",
    "1460, 1460",
    "1480, 1480",
    "1492, 1492",
    "1500, 1500",
    "2000, 1500",
    "4500, 4000",
    "9000, 9000",
    "65535, 9000"
  })
  void findsLargestDatagram(int mtu, int found) {
    start();
    limit = mtu - UDP_HEADERS;

    stream(6_000);

    assertEquals(found - UDP_HEADERS, pathMtu());
    longest = 0;
    assertEquals(20, stream(2_000));
    assertTrue(longest <= found - UDP_HEADERS || pathMtu() >= FULL_FRAME);
  }

  @Test
  void sendsFramesInOneDatagramOnJumboPath() {
    start();
    stream(3_000);

    datagrams = 0;
    assertEquals(10, stream(1_000));

    assertTrue(datagrams <= 12, datagrams + " datagrams for 10 frames");
  }

  @ParameterizedTest
  @ValueSource(ints = {1432, 1431, 1300, 1253})
  void noticesThatLargeDatagramsVanish(int payload) {
    start();
    limit = 1_472;
    stream(20_000);
    assertEquals(1_472, pathMtu());

    limit = payload;
    stream(5_000);

    assertEquals(10, stream(1_000));
    assertTrue(pathMtu() <= payload);
  }

  @Test
  void raisesAgainAfterHalfAMinute() {
    start();
    limit = 1_300;
    stream(5_000);
    assertTrue(pathMtu() <= 1_300);

    limit = 1_472;
    stream(40_000);

    assertEquals(1_472, pathMtu());
  }

  @Test
  void learnsNothingWhileNothingComesBack() {
    start();
    stream(5_000);
    int before = pathMtu();

    internet.disconnect(bob);
    stream(8_000);
    internet.reconnect(bob);
    assertPings(alice, bob, 2_000);

    assertEquals(before, pathMtu());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void toleratesLoss(long seed) {
    random.setSeed(seed);
    start();
    limit = 1_472;
    loss = 0.05;

    stream(60_000);

    assertTrue(pathMtu() >= DEFAULT_BYTES, "path MTU " + pathMtu());
  }

  /** As the reference on Linux, which cuts what it reads at 1500 bytes. */
  @Test
  void suitsPeerThatAnswersNothingLonger() {
    start();
    limitToAlice = 1_472;

    stream(10_000);

    assertEquals(8_972, pathMtu()); // Ours answers in fragments.
  }

  @Test
  void measuresNothingForSmallPackets() {
    start();
    internet.observe((from, to, bytes, atMs) -> longest = Math.max(longest, bytes.length));

    for (int i = 0; i < 100; i++) {
      send(1_000);
      internet.run(100);
    }

    assertTrue(longest < 1_100, "a datagram of " + longest + " bytes");
    assertEquals(DEFAULT_BYTES, pathMtu());
  }

  @Test
  void keepsConfiguredMtu() {
    var physical = new PhysicalNetwork(IpPrefix.parse("192.88.99.0/24"), false, 0, 1_450);
    start();
    alice.running().options(options(physical), internet.nowMs());

    stream(5_000);

    assertEquals(1_450, pathMtu());
    assertTrue(longest <= 1_450, "a datagram of " + longest + " bytes");
  }

  private static NodeOptions options(PhysicalNetwork physical) {
    return new NodeOptions(
        List.of(physical),
        Map.of(),
        Map.of(),
        NodeOptions.DEFAULT_MAX_PEERS,
        false,
        0,
        NodeOptions.RelayUse.NEVER);
  }

  private void start() {
    alice = internet.host(ALICE_IP).sendUnfragmented();
    bob = internet.host(BOB_IP);
    internet.router(this::route);
    scenario.startRoot();
    startMember(alice);
    startMember(bob);
    internet.run(1_000);
    assertPings(alice, bob, 5_000);
    internet.run(1_000);
    bob.observeFrames(frame -> delivered += frame.length > 1_000 ? 1 : 0);
  }

  private int route(InetSocketAddress from, InetSocketAddress to, int length, int trafficClass) {
    boolean toBob = to.equals(bob.endpoint());
    if (toBob && length > 1_000) {
      longest = Math.max(longest, length);
      datagrams++;
    }
    int longestThrough = toBob ? limit : to.equals(alice.endpoint()) ? limitToAlice : length;
    return length > longestThrough || random.nextDouble() < loss
        ? SimulatedInternet.PathModel.LOST
        : trafficClass;
  }

  /** Sends a full frame each 100 ms, and returns how many arrived. */
  private int stream(long ms) {
    int before = delivered;
    for (long sent = 0; sent < ms; sent += 100) {
      send(FULL_FRAME);
      internet.run(100);
    }
    return delivered - before;
  }

  private void send(int length) {
    byte[] frame = new byte[14 + length];
    BigEndian.putMac(frame, 0, Macs.of(bob.nodeAddress(), AD_HOC));
    BigEndian.putMac(frame, 6, Macs.of(alice.nodeAddress(), AD_HOC));
    BigEndian.put16(frame, 12, EtherTypes.IPV6);
    BigEndian.put16(frame, 14, 6 << 12);
    BigEndian.put16(frame, 18, length - 40);
    frame[20] = 58; // ICMPv6, to any address.
    alice.sendFrame(AD_HOC, frame);
  }

  private int pathMtu() {
    return alice.running().diagnosis(internet.nowMs()).peers().stream()
        .filter(each -> each.peer().address() == bob.nodeAddress())
        .findFirst()
        .orElseThrow()
        .mtuBytes();
  }
}
