// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.backhaul.simulation.SimulatedNat.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Hosts whose network changes: traffic flows again soon (02 section 3.11). */
class UplinkChangeTest extends ScenarioTest {
  private static final long PING_EVERY_MS = 50;
  private static final long WITHIN_MS = 2_000;
  private static final long BOUNCE_WITHIN_MS = 500;

  /** Pings until there is a reply, and returns how long that took. */
  private long msToReply(SimulatedHost from, SimulatedHost to) {
    long startMs = internet.nowMs();
    while (ping(from, to, AD_HOC, 1, PING_EVERY_MS) == 0) {
      if (internet.nowMs() - startMs > 60_000) {
        return Long.MAX_VALUE;
      }
    }
    return internet.nowMs() - startMs;
  }

  private void assertReplies(SimulatedHost from, SimulatedHost to, long withinMs, String what) {
    long ms = msToReply(from, to);
    assertTrue(ms <= withinMs, () -> what + ": " + ms + " ms");
  }

  private void startUnderTraffic(long seed, Random random) {
    begin(seed);
    startMembers();
    internet.delay(2 + random.nextInt(60));
    ping(bob, alice, AD_HOC, 20 + random.nextInt(100), PING_EVERY_MS);
    assertDirect(alice, bob);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void reachesHostAtNewAddress(long seed) {
    var random = new Random(seed);
    startUnderTraffic(seed, random);

    for (int i = 0; i < 5; i++) {
      alice.changeAddress("192.88.99." + (100 + i));
      boolean fromMoved = random.nextBoolean();
      assertReplies(
          fromMoved ? alice : bob, fromMoved ? bob : alice, WITHIN_MS, "seed " + seed + ", " + i);
      ping(bob, alice, AD_HOC, random.nextInt(200), PING_EVERY_MS);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void reachesHostAtNewAddressDespiteLoss(long seed) {
    var random = new Random(seed);
    startUnderTraffic(seed, random);
    internet.loss(0.1);

    var times = new ArrayList<Long>();
    for (int i = 0; i < 9; i++) {
      alice.changeAddress("192.88.99." + (100 + i));
      times.add(msToReply(bob, alice));
      ping(bob, alice, AD_HOC, 200, PING_EVERY_MS);
    }

    List<Long> sorted = times.stream().sorted().toList();
    assertTrue(sorted.get(4) <= WITHIN_MS, () -> "seed " + seed + ": " + times);
    assertTrue(sorted.getLast() <= 3 * WITHIN_MS, () -> "seed " + seed + ": " + times);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void reachesHostBehindOtherNatAndBack(long seed) {
    var random = new Random(seed);
    startUnderTraffic(seed, random);
    SimulatedNat home = internet.nat("192.88.100.1", Kind.CONE);
    SimulatedNat mobile = internet.nat("192.88.100.2", Kind.CONE);

    for (int i = 0; i < 6; i++) {
      alice.moveBehind(i % 2 == 0 ? home : mobile, "10.1.0." + (2 + i));
      assertReplies(alice, bob, WITHIN_MS, "seed " + seed + ", " + i);
      assertReplies(bob, alice, WITHIN_MS, "seed " + seed + ", " + i + " back");
      ping(bob, alice, AD_HOC, random.nextInt(300), PING_EVERY_MS);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void reachesHostAfterLinkBounce(long seed) {
    var random = new Random(seed);
    startUnderTraffic(seed, random);

    for (int downMs : new int[] {200, 3_000, 40_000}) {
      alice.setLink(false);
      ping(bob, alice, AD_HOC, downMs / (int) PING_EVERY_MS, PING_EVERY_MS);
      alice.setLink(true);
      assertReplies(bob, alice, BOUNCE_WITHIN_MS, "seed " + seed + ", " + downMs + " ms down");
      ping(bob, alice, AD_HOC, 20 + random.nextInt(100), PING_EVERY_MS);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void reachesHostWhoseDefaultRouteMoves(long seed) {
    var random = new Random(seed);
    begin(seed);
    scenario.startRoot();
    SimulatedFirewall first = internet.firewall().permitUnsolicited(true);
    SimulatedFirewall second = internet.firewall().permitUnsolicited(true).rejectOutgoing(true);
    alice = startMember(internet.host(ALICE_IP, first).addInterface("192.88.99.11", second));
    bob = startMember(internet.host(BOB_IP));
    internet.run(1_000);
    internet.delay(2 + random.nextInt(60));
    ping(bob, alice, AD_HOC, 20 + random.nextInt(100), PING_EVERY_MS);
    assertDirect(alice, bob);

    for (int i = 0; i < 6; i++) {
      first.rejectOutgoing(i % 2 == 0);
      second.rejectOutgoing(i % 2 != 0);
      alice.reportRouteChange();
      assertReplies(bob, alice, BOUNCE_WITHIN_MS, "seed " + seed + ", " + i);
      ping(bob, alice, AD_HOC, random.nextInt(300), PING_EVERY_MS);
    }
  }

  @Test
  void reachesHostThatWasSuspendedBehindNat() {
    startMembersBehindNats(Kind.CONE, null);
    ping(bob, alice, AD_HOC, 100, PING_EVERY_MS);
    assertDirect(alice, bob);

    alice.suspend();
    internet.run(400_000);
    aliceNat.restart();
    alice.resume();

    assertReplies(bob, alice, WITHIN_MS, "after suspend");
  }

  @Test
  void limitsHellosOfHostWhoseUplinkChangesAllTheTime() {
    startMembers();
    ping(bob, alice, AD_HOC, 20, PING_EVERY_MS);
    long before = internet.delivered();

    for (int i = 0; i < 600; i++) {
      alice.running().uplinkChanged(internet.nowMs());
      internet.run(100);
    }

    // A round every two seconds: HELLO and OK of the root and of Bob, and their keepalives.
    long datagrams = internet.delivered() - before;
    assertTrue(datagrams < 34 * 8, () -> datagrams + " datagrams in a minute");
  }
}
