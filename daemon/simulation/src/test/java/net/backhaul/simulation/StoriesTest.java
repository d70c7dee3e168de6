// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import net.backhaul.engine.StateKey;
import net.backhaul.simulation.SimulatedNat.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Stories of many hosts: no pair is ever silent, a day passes, and roots die in turn. */
class StoriesTest extends ScenarioTest {
  private static final long FIRST_REPLY_MS = 500;
  private static final long DIRECT_MS = 15_000;
  private static final long DAY_MS = 86_400_000;

  /** Starts a host behind a NAT of a kind, or without one. */
  private SimulatedHost startBehind(Kind kind, String publicIp, String ip) {
    return startMember(
        kind == null ? internet.host(publicIp) : internet.host(ip, internet.nat(publicIp, kind)));
  }

  private static List<Kind> kinds() {
    var kinds = new ArrayList<Kind>(List.of(Kind.values()));
    kinds.add(null);
    return kinds;
  }

  /**
   * The first ping is answered at once, through a root if need be, and no later one is lost while
   * the pair becomes direct or stays relayed.
   */
  @ParameterizedTest
  @EnumSource(Kind.class)
  void noPairOfNatsIsSilent(Kind aliceKind) {
    for (Kind bobKind : kinds()) {
      begin(1 + aliceKind.ordinal());
      scenario.startRoot();
      alice = startBehind(aliceKind, ALICE_IP, "10.1.0.2");
      bob = startBehind(bobKind, BOB_IP, "10.2.0.2");
      internet.run(2_000);
      assertPings(alice, bob, FIRST_REPLY_MS);
      long startMs = internet.nowMs();
      boolean direct = false;
      while (internet.nowMs() - startMs < DIRECT_MS) {
        assertPings(alice, bob, FIRST_REPLY_MS);
        assertPings(bob, alice, FIRST_REPLY_MS);
        direct |= alice.isDirectTo(bob) && bob.isDirectTo(alice);
      }
      boolean symmetric = aliceKind.isSymmetric() || (bobKind != null && bobKind.isSymmetric());
      assertTrue(direct || symmetric, aliceKind + " " + bobKind);
    }
  }

  @Test
  void pairIsReachedAfterDayOfIdling() {
    scenario.startRoot();
    alice = startBehind(Kind.CONE, ALICE_IP, "10.1.0.2");
    bob = startBehind(Kind.CONE, BOB_IP, "10.2.0.2");
    internet.run(2_000);
    assertPings(alice, bob, FIRST_REPLY_MS);
    long before = internet.delivered();

    internet.run(DAY_MS);

    long datagrams = internet.delivered() - before;
    assertTrue(datagrams < 40_000, () -> datagrams + " datagrams");
    assertPings(bob, alice, FIRST_REPLY_MS);
    internet.run(2_000);
    assertPings(alice, bob, FIRST_REPLY_MS);
    assertDirect(alice, bob);
    for (SimulatedHost host : List.of(root, alice, bob)) {
      assertTrue(host.running().peers(host.nowMs()).size() <= 3);
    }
  }

  @Test
  void rootsDieInTurn() {
    var roots = new ArrayList<SimulatedHost>(List.of(root));
    for (int i = 2; i <= 4; i++) {
      roots.add(internet.host("192.88.99." + i));
    }
    byte[] planet = SimulatedInternet.planet(roots.toArray(SimulatedHost[]::new));
    alice = internet.host("10.1.0.2", internet.nat(ALICE_IP, Kind.SYMMETRIC));
    bob = internet.host("10.2.0.2", internet.nat(BOB_IP, Kind.SYMMETRIC));
    var all = new ArrayList<>(roots);
    all.addAll(List.of(alice, bob));
    all.forEach(each -> each.save(new StateKey(StateKey.Kind.PLANET, 0), planet).start());
    alice.join(AD_HOC);
    bob.join(AD_HOC);
    internet.run(3_000);
    assertPings(alice, bob, FIRST_REPLY_MS);

    for (int dead = 0; dead < roots.size() - 1; dead++) {
      roots.get(dead).kill();
      ping(alice, bob, AD_HOC, 50, 100); // Five seconds may be lost.
      assertEquals(20, ping(alice, bob, AD_HOC, 20, 100), "after the death of root " + dead);
      assertEquals(20, ping(bob, alice, AD_HOC, 20, 100), "after the death of root " + dead);
    }
    roots.getFirst().start();
    internet.run(10_000);
    roots.getLast().kill();
    ping(alice, bob, AD_HOC, 50, 100);
    assertEquals(20, ping(bob, alice, AD_HOC, 20, 100), "after the death of the last one");
  }
}
