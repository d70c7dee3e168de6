// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import net.backhaul.engine.StateKey;
import net.backhaul.simulation.SimulatedNat.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pairs without a direct path whose root dies: another root relays (02 section 3.6). */
class RootDeathTest extends ScenarioTest {
  private static final long PING_EVERY_MS = 100;

  /** The longest time without a reply that is allowed. */
  private static final long MAX_SILENCE_MS = 3_000;

  private SimulatedHost second;
  private byte[] planet;

  private SimulatedHost start(SimulatedHost host) {
    return host.save(new StateKey(StateKey.Kind.PLANET, 0), planet).start();
  }

  private SimulatedHost startBehindSymmetricNat(String publicIp, String ip) {
    SimulatedHost host = start(internet.host(ip, internet.nat(publicIp, Kind.SYMMETRIC)));
    host.join(AD_HOC);
    return host;
  }

  /** Starts two roots, and Alice and Bob behind symmetric NATs. */
  private void startRelayedPair(long seed) {
    begin(seed);
    second = internet.host("192.88.99.2");
    planet = SimulatedInternet.planet(root, second);
    start(root);
    start(second);
    alice = startBehindSymmetricNat(ALICE_IP, "10.1.0.2");
    bob = startBehindSymmetricNat(BOB_IP, "10.2.0.2");
    internet.run(2_000);
    assertPings(alice, bob, 2_000);
    assertRelayed(alice, bob);
  }

  /** Pings for some time, and returns the longest time without a reply. */
  private long longestSilence(SimulatedHost from, SimulatedHost to, long forMs) {
    long silentSinceMs = internet.nowMs();
    long longest = 0;
    long endMs = internet.nowMs() + forMs;
    while (internet.nowMs() < endMs) {
      if (ping(from, to, AD_HOC, 1, PING_EVERY_MS) > 0) {
        silentSinceMs = internet.nowMs();
      }
      longest = Math.max(longest, internet.nowMs() - silentSinceMs);
    }
    return longest;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void relaysThroughOtherRootWhenOneDies(long seed) {
    startRelayedPair(seed);
    var random = new Random(seed);
    internet.delay(5 + random.nextInt(40)).loss(random.nextInt(3) * 0.01);
    internet.run(random.nextInt(60_000));

    for (SimulatedHost dying : new SimulatedHost[] {root, second, root}) {
      longestSilence(alice, bob, 1_000 + random.nextInt(5_000));
      dying.kill();
      long silenceMs = longestSilence(alice, bob, 10_000);
      assertTrue(
          silenceMs <= MAX_SILENCE_MS,
          () -> "seed " + seed + ": " + silenceMs + " ms without a reply");
      dying.start();
      internet.run(10_000 + random.nextInt(20_000));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void doesNotRelayThroughRootThatDiedWhileIdle(long seed) {
    startRelayedPair(seed);
    var random = new Random(seed);

    for (SimulatedHost dying : new SimulatedHost[] {root, second}) {
      dying.kill();
      internet.run(30_000 + random.nextInt(200_000));
      assertPings(alice, bob, 500);
      assertPings(bob, alice, 500);
      dying.start();
      internet.run(20_000);
    }
  }

  @Test
  void keepsRootWhoseProbesAreAnsweredUnderOneWayTraffic() {
    startRelayedPair(1);
    long before = internet.delivered();

    for (int i = 0; i < 600; i++) {
      alice.ipStack(AD_HOC).broadcast();
      alice.drainPending();
      internet.run(100);
    }

    long datagrams = internet.delivered() - before;
    assertTrue(datagrams < 600 * 4 + 60 * 8, () -> datagrams + " datagrams in a minute");
  }

  @Test
  void relaysThroughMoonWhenRootDies() {
    startMembersWithMoon("192.88.99.3");
    longestSilence(alice, bob, 5_000);

    root.kill();

    long silenceMs = longestSilence(alice, bob, 10_000);
    assertTrue(silenceMs <= MAX_SILENCE_MS, () -> silenceMs + " ms without a reply");
  }
}
