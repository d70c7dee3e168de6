// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import net.backhaul.engine.NodeOptions;
import net.backhaul.engine.NodeOptions.RelayUse;
import net.backhaul.engine.PeerReach;
import net.backhaul.protocol.message.Verb;
import net.backhaul.simulation.SimulatedNat.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Hosts whose UDP is blocked use a TCP relay, and return to UDP (02 section 4.7). */
class RelayFallbackTest extends ScenarioTest {
  private static final long PING_EVERY_MS = 100;
  private static final long WITHIN_MS = 10_000;

  private SimulatedRelay relay;

  private void startWithRelay(long seed, RelayUse use, Kind bobKind) {
    begin(seed);
    relay = internet.relay("192.88.99.30");
    scenario.startRoot();
    alice = internet.host("10.1.0.2", internet.nat(ALICE_IP, Kind.CONE));
    alice.options(NodeOptions.DEFAULT.withRelayUse(use)).relay(relay);
    bob =
        bobKind == null
            ? internet.host(BOB_IP)
            : internet.host("10.2.0.2", internet.nat(BOB_IP, bobKind));
  }

  private void join() {
    startMember(alice);
    startMember(bob);
  }

  /** Starts Bob behind a NAT of a kind that the seed decides, and lets some time go by. */
  private void joinBehindSomeNat(long seed, Random random) {
    Kind[] kinds = {null, Kind.CONE, Kind.SYMMETRIC};
    startWithRelay(seed, RelayUse.FALLBACK, kinds[(int) (seed % 3)]);
    internet.delay(5 + random.nextInt(40));
    join();
    internet.run(3_000 + random.nextInt(30_000));
  }

  /** Pings until a reply comes, and returns after how long; fails after the time allowed. */
  private long untilReply(SimulatedHost from, SimulatedHost to, long withinMs) {
    long beginMs = internet.nowMs();
    while (ping(from, to, AD_HOC, 1, PING_EVERY_MS) == 0) {
      assertTrue(internet.nowMs() - beginMs < withinMs, () -> "no reply in " + withinMs + " ms");
    }
    return internet.nowMs() - beginMs;
  }

  private PeerReach.Link link(SimulatedHost from, SimulatedHost to) {
    return from.running().diagnosis(internet.nowMs()).peers().stream()
        .filter(reach -> reach.peer().address() == to.nodeAddress())
        .findFirst()
        .orElseThrow()
        .link();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void fallsBackUnderTrafficAndReturns(long seed) {
    joinBehindSomeNat(seed, new Random(seed));
    ping(alice, bob, AD_HOC, 50, PING_EVERY_MS);
    assertNull(alice.status().relay());
    assertEquals(0, relay.relayed());

    alice.blockUdp(true);
    untilReply(alice, bob, WITHIN_MS);
    assertEquals(relay.endpoint(), alice.status().relay());
    int replies = ping(alice, bob, AD_HOC, 300, PING_EVERY_MS);
    assertTrue(replies > 290, () -> "seed " + seed + ": " + replies);
    assertTrue(alice.status().online());

    alice.blockUdp(false);
    int returning = ping(alice, bob, AD_HOC, 100, PING_EVERY_MS);
    assertTrue(returning > 95, () -> "seed " + seed + ": " + returning + " while returning");
    assertNull(alice.status().relay());
    internet.run(1_000);
    long relayed = relay.relayed();
    ping(alice, bob, AD_HOC, 100, PING_EVERY_MS);
    long more = relay.relayed() - relayed;
    assertTrue(more < 30, () -> "seed " + seed + ": " + more + " over the relay");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void fallsBackWhenItOnlyAnswers(long seed) {
    var random = new Random(seed);
    joinBehindSomeNat(seed, random);
    ping(bob, alice, AD_HOC, 50 + random.nextInt(200), PING_EVERY_MS);
    assertNull(alice.status().relay());

    alice.blockUdp(true);
    untilReply(bob, alice, WITHIN_MS);

    assertEquals(relay.endpoint(), alice.status().relay());
  }

  @Test
  void probesRootOnceAfterFrames() {
    startWithRelay(1, RelayUse.FALLBACK, null);
    join();
    internet.run(3_000);
    ping(bob, alice, AD_HOC, 50, PING_EVERY_MS);
    long before = alice.running().counters().sent(Verb.ECHO);

    internet.run(10_000);

    assertEquals(1, alice.running().counters().sent(Verb.ECHO) - before);
  }

  @Test
  void startsWhereUdpIsBlocked() {
    startWithRelay(1, RelayUse.FALLBACK, Kind.CONE);
    alice.blockUdp(true);
    join();
    internet.run(WITHIN_MS);

    assertTrue(alice.status().online());
    untilReply(alice, bob, 2_000);
    untilReply(bob, alice, 2_000);
  }

  @Test
  void findsPathOverTcpToPeerWithPublicAddress() {
    startWithRelay(1, RelayUse.FALLBACK, null);
    alice.blockUdp(true);
    join();
    internet.run(WITHIN_MS);
    untilReply(alice, bob, 2_000);
    ping(alice, bob, AD_HOC, 50, PING_EVERY_MS);

    assertEquals(PeerReach.Link.TCP, link(alice, bob));
    assertEquals(PeerReach.Link.DIRECT, link(bob, alice));
  }

  @Test
  void keepsRelayThatForwardsAndLeavesOneThatStalls() {
    startWithRelay(1, RelayUse.FALLBACK, null);
    SimulatedRelay other = internet.relay("192.88.99.31");
    relay.stall(true);
    alice.relay(other).blockUdp(true);
    join();
    internet.run(WITHIN_MS);
    untilReply(alice, bob, 2_000);
    assertEquals(other.endpoint(), alice.status().relay());

    other.stall(true);
    relay.stall(false);
    internet.run(20_000);
    untilReply(alice, bob, 2_000);
    assertEquals(relay.endpoint(), alice.status().relay());
  }

  @Test
  void leavesRelayThatReplaysPackets() {
    startWithRelay(1, RelayUse.FALLBACK, null);
    SimulatedRelay other = internet.relay("192.88.99.31");
    other.stall(true);
    alice.relay(other).blockUdp(true);
    join();
    internet.run(WITHIN_MS);
    untilReply(alice, bob, 2_000);
    assertEquals(relay.endpoint(), alice.status().relay());

    relay.replay(true);
    other.stall(false);
    internet.run(30_000);
    assertEquals(other.endpoint(), alice.status().relay());
    untilReply(alice, bob, 2_000);
  }

  @Test
  void staysOnUdpThroughLoss() {
    startWithRelay(1, RelayUse.FALLBACK, Kind.CONE);
    internet.loss(0.2);
    join();
    for (int i = 0; i < 60; i++) {
      ping(alice, bob, AD_HOC, 10, 1_000);
      assertNull(alice.status().relay());
    }
  }

  @Test
  void usesNoRelayUnlessPermitted() {
    startWithRelay(1, RelayUse.NEVER, null);
    alice.blockUdp(true);
    join();
    internet.run(60_000);

    assertFalse(alice.status().online());
    assertEquals(0, relay.relayed());
  }

  @Test
  void usesRelayAlwaysWhenForced() {
    startWithRelay(1, RelayUse.ALWAYS, null);
    join();
    internet.run(3_000);
    assertNotNull(alice.status().relay());

    alice.running().options(NodeOptions.DEFAULT.withRelayUse(RelayUse.FALLBACK), internet.nowMs());
    internet.run(WITHIN_MS);
    assertNull(alice.status().relay());
  }

  @Test
  void leavesRelayWhenNoLongerPermitted() {
    startWithRelay(1, RelayUse.ALWAYS, null);
    join();
    internet.run(3_000);

    alice.running().options(NodeOptions.DEFAULT, internet.nowMs());
    internet.run(100);
    assertNull(alice.status().relay());
  }
}
