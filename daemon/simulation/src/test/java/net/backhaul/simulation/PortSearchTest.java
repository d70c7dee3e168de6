// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import net.backhaul.engine.LocalSocket;
import net.backhaul.engine.NatObservation;
import net.backhaul.engine.PeerReach;
import net.backhaul.engine.PeerReach.Obstacle;
import net.backhaul.engine.PeerStatus;
import net.backhaul.engine.StateKey;
import net.backhaul.simulation.SimulatedNat.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Direct paths through NATs of all kinds (02 section 4.10). */
class PortSearchTest extends ScenarioTest {
  private static final long WITHIN_MS = 15_000;
  private static final int MIN_PERCENT = 90;
  private static final int SEEDS = 5;
  private static final int ROUNDS = 20;

  /** Limits of the engine: probes in a second and at once, and for one peer in ten minutes. */
  private static final int MOST_IN_A_SECOND = 128 + 32;

  private static final int MOST_FOR_A_PEER = 5_120;

  private SimulatedHost second;

  /** Starts two roots or one, and Alice and Bob, who are members of the ad-hoc network. */
  private void startPair(int roots, SimulatedHost newAlice, SimulatedHost newBob) {
    byte[] planet =
        roots == 2 ? SimulatedInternet.planet(root, second) : SimulatedInternet.planet(root);
    alice = newAlice;
    bob = newBob;
    for (SimulatedHost host : List.of(root, second, alice, bob)) {
      host.save(new StateKey(StateKey.Kind.PLANET, 0), planet).start();
    }
    alice.join(AD_HOC);
    bob.join(AD_HOC);
    internet.run(2_000);
  }

  private void startPair(long seed, int roots, Kind aliceKind, Kind bobKind) {
    beginWithTwoRoots(seed);
    startPair(
        roots,
        internet.host("10.1.0.2", internet.nat(ALICE_IP, aliceKind)),
        internet.host("10.2.0.2", internet.nat(BOB_IP, bobKind)));
  }

  private void beginWithTwoRoots(long seed) {
    begin(seed);
    second = internet.host("192.88.99.2");
  }

  /** Pings until there are direct paths both ways; returns after which time, or -1. */
  private long directAfterMs(long maxMs) {
    long startMs = internet.nowMs();
    while (internet.nowMs() - startMs < maxMs) {
      alice.ping(bob, AD_HOC);
      internet.run(250);
      if (isReached(alice, bob) && isReached(bob, alice)) {
        return internet.nowMs() - startMs;
      }
    }
    return -1;
  }

  private boolean isReached(SimulatedHost from, SimulatedHost to) {
    return reach(from, to).link() == PeerReach.Link.DIRECT;
  }

  private PeerReach reach(SimulatedHost from, SimulatedHost to) {
    return from.running().diagnosis(internet.nowMs()).peers().stream()
        .filter(each -> each.peer().address() == to.nodeAddress())
        .findFirst()
        .orElseThrow();
  }

  private static long probes(SimulatedHost of) {
    return of.running().counters().searchProbes();
  }

  /**
   * A hundred searches with each number of roots: Bob moves from one symmetric NAT to the next,
   * each with other ports. What is asserted is the share that succeeds in time, and that no budget
   * is exceeded.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void findsMostPortsOfSymmetricNatsInTime(int roots) {
    var late = new ArrayList<String>();
    for (long seed = 1; seed <= SEEDS; seed++) {
      startPair(seed, roots, Kind.CONE, Kind.SYMMETRIC);
      for (int round = 0; round < ROUNDS; round++) {
        long before = probes(alice) + probes(bob);
        if (directAfterMs(WITHIN_MS) < 0) {
          late.add("seed " + seed + " round " + round);
        }
        long sent = probes(alice) + probes(bob) - before;
        assertTrue(sent <= 2 * MOST_IN_A_SECOND * (WITHIN_MS / 1_000), () -> "sent " + sent);
        internet.run(100_000); // A root introduces a pair every 30 s, and budgets recover.
        assertTrue(bob.temporarySockets() <= LocalSocket.MAX_TEMPORARY);
        bob.moveBehind(
            internet.nat("192.88.100." + (round + 1), Kind.SYMMETRIC), "10.2.0." + (round + 3));
      }
    }
    assertTrue(late.size() * 100 <= (100 - MIN_PERCENT) * SEEDS * ROUNDS, late::toString);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void findsPathsThroughEveryPairOfNatsThatPermitsThem(int roots) {
    startPair(7, roots, Kind.CONE, Kind.CONE);
    int number = 2;
    for (Kind aliceKind : Kind.values()) {
      for (Kind bobKind : Kind.values()) {
        String pair = aliceKind + " " + bobKind;
        boolean random = aliceKind == Kind.SYMMETRIC || bobKind == Kind.SYMMETRIC;
        boolean possible = !(aliceKind.isSymmetric() && bobKind.isSymmetric() && random);
        internet.run(200_000); // Budgets recover.
        number++;
        alice.moveBehind(internet.nat("192.88.101." + number, aliceKind), "10.1.0." + number);
        bob.moveBehind(internet.nat("192.88.102." + number, bobKind), "10.2.0." + number);
        long ms = directAfterMs(WITHIN_MS);
        assertEquals(possible, ms >= 0, pair);
      }
    }
  }

  @Test
  void predictsPortsInOrder() {
    startPair(1, 2, Kind.CONE, Kind.SEQUENTIAL_SYMMETRIC);
    assertTrue(directAfterMs(WITHIN_MS) <= 1_000);
    assertTrue(probes(alice) + probes(bob) <= 200, () -> probes(alice) + " " + probes(bob));

    startPair(1, 2, Kind.SEQUENTIAL_SYMMETRIC, Kind.SEQUENTIAL_SYMMETRIC);
    assertTrue(directAfterMs(WITHIN_MS) <= 2_000);
  }

  @Test
  void saysThatPairOfSymmetricNatsStaysRelayed() {
    startPair(1, 2, Kind.SYMMETRIC, Kind.SYMMETRIC);
    assertEquals(-1, directAfterMs(60_000));

    assertEquals(Obstacle.BOTH_NATS, reach(alice, bob).obstacle());
    assertEquals(0, probes(alice) + probes(bob), "in vain");
    assertEquals(0, alice.temporarySockets() + bob.temporarySockets());
  }

  @Test
  void neverSendsMoreThanItsRate() {
    startPair(3, 1, Kind.SYMMETRIC, Kind.SYMMETRIC);
    long before = 0;
    long most = 0;
    for (int i = 0; i < 600; i++) {
      alice.ping(bob, AD_HOC);
      internet.run(1_000);
      most = Math.max(most, probes(alice) - before);
      before = probes(alice);
    }
    assertTrue(most > 0 && most <= MOST_IN_A_SECOND, "in a second: " + most);
    assertTrue(before <= MOST_FOR_A_PEER, "in ten minutes: " + before);
    assertTrue(alice.mostTemporarySockets() <= LocalSocket.MAX_TEMPORARY);
  }

  @Test
  void keepsOneSocketWhilePathLasts() {
    startPair(2, 2, Kind.CONE, Kind.SYMMETRIC);
    assertTrue(directAfterMs(WITHIN_MS) >= 0);
    internet.run(35_000);
    assertTrue(bob.temporarySockets() >= 1 && bob.temporarySockets() <= 3);
    assertEquals(0, alice.temporarySockets());

    assertEquals(300, ping(alice, bob, AD_HOC, 300, 1_000));
    assertTrue(isReached(alice, bob) && isReached(bob, alice));

    alice.kill();
    internet.run(900_000);
    assertEquals(0, bob.temporarySockets());
  }

  @Test
  void findsPathAgainAfterRestartOfNat() {
    beginWithTwoRoots(4);
    SimulatedNat nat = internet.nat(BOB_IP, Kind.SYMMETRIC);
    startPair(
        2,
        internet.host("10.1.0.2", internet.nat(ALICE_IP, Kind.CONE)),
        internet.host("10.2.0.2", nat));
    assertTrue(directAfterMs(WITHIN_MS) >= 0);
    internet.run(5_000);

    nat.restart();
    ping(alice, bob, AD_HOC, 20, 100);
    assertTrue(directAfterMs(60_000) >= 0);
  }

  @Test
  void membersShowKindOfNatToNodeWithOneRoot() {
    startPair(5, 1, Kind.CONE, Kind.SYMMETRIC);
    SimulatedHost carol = startMember(internet.host("192.88.99.30"));
    internet.run(1_000);
    assertEquals(NatObservation.Kind.UNDETERMINED, nat(bob));

    assertPings(bob, carol, 2_000);
    assertPings(alice, carol, 2_000);

    assertEquals(NatObservation.Kind.ENDPOINT_DEPENDENT, nat(bob));
    assertEquals(NatObservation.Kind.ENDPOINT_INDEPENDENT, nat(alice));
  }

  private NatObservation.Kind nat(SimulatedHost of) {
    return of.running().diagnosis(internet.nowMs()).nats().getFirst().kind();
  }

  @ParameterizedTest
  @ValueSource(strings = {"CONE", "SYMMETRIC"})
  void findsPathInLanOfOneNat(Kind kind) {
    beginWithTwoRoots(1);
    SimulatedNat nat = internet.nat(ALICE_IP, kind);
    startPair(2, internet.host("10.1.0.2", nat), internet.host("10.1.0.3", nat));

    assertTrue(directAfterMs(WITHIN_MS) >= 0);
    internet.run(5_000);
    assertTrue(isOver(reach(alice, bob), "10.1.0.3"), () -> reach(alice, bob).toString());
    assertEquals(0, probes(alice) + probes(bob));
  }

  private static boolean isOver(PeerReach reach, String ip) {
    return reach.peer().paths().stream()
        .filter(PeerStatus.PathStatus::preferred)
        .allMatch(path -> path.endpoint().getAddress().getHostAddress().equals(ip));
  }

  /** Two NATs of homes behind one of their provider, which lets them reach each other. */
  @Test
  void findsPathThroughNatsInChains() {
    beginWithTwoRoots(1);
    SimulatedNat provider = internet.nat(ALICE_IP, Kind.CONE).hairpin(true);
    startPair(
        2,
        internet.host("10.1.0.2", internet.nat("100.64.0.2", Kind.CONE, provider)),
        internet.host("10.2.0.2", internet.nat("100.64.0.3", Kind.CONE, provider)));
    assertTrue(directAfterMs(WITHIN_MS) >= 0);

    beginWithTwoRoots(2);
    SimulatedNat other = internet.nat(ALICE_IP, Kind.CONE);
    startPair(
        2,
        internet.host("10.1.0.2", internet.nat("100.64.0.2", Kind.CONE, other)),
        internet.host("10.2.0.2", internet.nat(BOB_IP, Kind.SYMMETRIC)));
    assertTrue(directAfterMs(WITHIN_MS) >= 0);
  }

  @Test
  void keepsPathsThroughNatsWithShortTimeouts() {
    beginWithTwoRoots(1);
    startPair(
        2,
        internet.host("10.1.0.2", internet.nat(ALICE_IP, Kind.CONE).timeout(20_000)),
        internet.host("10.2.0.2", internet.nat(BOB_IP, Kind.CONE).timeout(20_000)));
    assertTrue(directAfterMs(WITHIN_MS) >= 0);
    internet.run(400_000);

    assertPings(alice, bob, 1_000);
    assertTrue(isReached(alice, bob) && isReached(bob, alice));
  }
}
