// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.backhaul.engine.NetworkStatus;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A private network: who is let in, hears the others, and who is put out does not. */
class PrivateNetworkTest extends Story {
  private SimulatedHost boss;
  private SimulatedHost alice;
  private SimulatedHost bob;
  private long network;

  @BeforeEach
  void makeANetwork() {
    started(root);
    boss = internet.host("192.88.99.5");
    boss.controller();
    started(boss);
    network = boss.controller().createNetwork(1, "10.147.17");
    alice = started(internet.host("192.88.99.10"));
    bob = started(internet.host("192.88.99.20"));
    internet.run(200);
  }

  private void letIn(SimulatedHost... members) {
    for (SimulatedHost member : members) {
      member.join(network);
    }
    internet.run(1_500);
    for (SimulatedHost member : members) {
      boss.controller().authorize(member, network);
    }
    internet.run(1_000);
  }

  @Test
  void membersAreConfiguredAndPingEachOther() {
    alice.join(network);
    bob.join(network);
    internet.run(1_500);
    assertEquals(NetworkStatus.State.ACCESS_DENIED, alice.state(network));
    assertFalse(alice.isOn(network));

    boss.controller().authorize(alice, network);
    boss.controller().authorize(bob, network);
    internet.run(1_000);
    assertEquals(NetworkStatus.State.OK, alice.state(network));
    assertEquals(NetworkStatus.State.OK, bob.state(network));

    alice.ping(bob, network);
    internet.run(300);
    assertEquals(1, alice.replies(network));
    internet.run(1_000);
    assertTrue(alice.isDirectTo(bob));
    assertTrue(bob.isDirectTo(alice));
  }

  @Test
  void aMemberKnownBeforeItJoinsIsConfiguredAtOnce() {
    boss.controller().authorize(alice, network);
    internet.run(100);

    alice.join(network);
    internet.run(300);

    assertEquals(NetworkStatus.State.OK, alice.state(network));
  }

  @Test
  void everybodyHearsABroadcast() {
    SimulatedHost carol = started(internet.host("192.88.99.30"));
    letIn(alice, bob, carol);
    internet.run(2_000);

    alice.broadcast(network);
    internet.run(1_000);

    assertEquals(1, bob.station(network).broadcastsHeard());
    assertEquals(1, carol.station(network).broadcastsHeard());
    assertEquals(0, alice.station(network).broadcastsHeard());
  }

  @Test
  void membersBehindConeNatsMeet() {
    SimulatedNat left = internet.nat("192.88.99.40", SimulatedNat.Kind.CONE);
    SimulatedNat right = internet.nat("192.88.99.50", SimulatedNat.Kind.CONE);
    SimulatedHost carol = started(internet.host("10.1.0.2", left));
    SimulatedHost dave = started(internet.host("10.2.0.2", right));
    letIn(carol, dave);

    carol.ping(dave, network);
    internet.run(300);
    assertEquals(1, carol.replies(network));

    internet.run(1_000);
    assertTrue(carol.isDirectTo(dave));
    assertTrue(dave.isDirectTo(carol));
  }

  @Test
  void theNetworkOutlivesItsController() {
    letIn(alice, bob);

    boss.kill();
    for (int i = 0; i < 60; i++) {
      alice.ping(bob, network);
      internet.run(60_000);
    }

    assertEquals(60, alice.replies(network));
    assertEquals(NetworkStatus.State.OK, alice.state(network));
  }

  @Test
  void aControllerThatWasKilledGoesOnWithWhatItHasKept() {
    letIn(alice);

    boss.kill();
    internet.run(1_000);
    boss.start();
    internet.run(1_000);
    bob.join(network);
    internet.run(1_500);
    boss.controller().authorize(bob, network);
    internet.run(1_000);
    alice.ping(bob, network);
    internet.run(300);

    assertEquals(1, alice.replies(network));
  }

  @Test
  void whoIsPutOutIsNoLongerHeard() {
    letIn(alice, bob);
    alice.ping(bob, network);
    internet.run(1_000);
    assertEquals(1, alice.replies(network));
    var bobsAddress = bob.station(network).addresses().getFirst().address();
    int heard = bob.station(network).broadcastsHeard();

    boss.controller().deauthorize(bob, network);
    internet.run(1_000);
    alice.ping(bobsAddress, network);
    alice.broadcast(network);
    internet.run(5_000);

    assertEquals(1, alice.replies(network));
    assertEquals(1, heard + 1);
    internet.run(70_000);
    assertEquals(NetworkStatus.State.ACCESS_DENIED, bob.state(network));
    assertFalse(bob.isOn(network));
  }

  @Test
  void whoWasPutOutMayBeLetInAgain() {
    letIn(alice, bob);
    boss.controller().deauthorize(bob, network);
    internet.run(70_000);

    boss.controller().authorize(bob, network);
    internet.run(62_000);
    assertTrue(bob.isOn(network));
    alice.ping(bob, network);
    internet.run(1_000);

    assertEquals(1, alice.replies(network));
  }

  @Test
  void aNodeThatLeavesAndJoinsAgainIsBack() {
    letIn(alice, bob);
    alice.ping(bob, network);
    internet.run(1_000);

    bob.leave(network);
    internet.run(5_000);
    assertFalse(bob.isOn(network));
    bob.join(network);
    internet.run(1_000);
    alice.ping(bob, network);
    internet.run(1_000);

    assertEquals(2, alice.replies(network));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aMemberThatRestartsIsBack(boolean stateKept) {
    letIn(alice, bob);
    alice.ping(bob, network);
    internet.run(1_000);

    bob.kill();
    if (!stateKept) {
      bob.loseState();
    }
    internet.run(3_000);
    bob.start();
    if (!stateKept) {
      bob.join(network);
    }
    internet.run(1_500);
    alice.ping(bob, network);
    internet.run(1_000);

    assertEquals(2, alice.replies(network));
  }

  @Test
  void aMemberWithItsStateNeedsNoControllerToComeBack() {
    letIn(alice, bob);

    boss.kill();
    bob.kill();
    internet.run(1_000);
    bob.start();
    internet.run(1_000);
    alice.ping(bob, network);
    internet.run(1_000);

    assertEquals(1, alice.replies(network));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void aLossyNetworkLetsMembersInAllTheSame(long seed) {
    begin(seed);
    internet.loss(0.1);
    makeANetwork();
    alice.join(network);
    bob.join(network);
    internet.run(5_000);
    boss.controller().authorize(alice, network);
    boss.controller().authorize(bob, network);
    internet.run(70_000);
    assertTrue(alice.isOn(network) && bob.isOn(network), () -> "seed " + seed);

    for (int i = 0; i < 60; i++) {
      alice.ping(bob, network);
      internet.run(1_000);
    }

    assertTrue(alice.replies(network) >= 35, () -> "seed " + seed + ": " + alice.replies(network));
  }
}
