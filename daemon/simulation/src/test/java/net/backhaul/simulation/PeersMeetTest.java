// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.backhaul.engine.Event;
import net.backhaul.engine.PeerStatus;
import net.backhaul.engine.StateKey;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How nodes come online, find each other, and keep the way open. */
class PeersMeetTest extends Story {
  private static final int DAY_MS = 86_400_000;

  @Test
  void aNodeIsOnlineOneRoundTripAfterItsStart() {
    started(root);
    SimulatedHost alice = started(internet.host("192.88.99.10"));

    internet.run(25);

    assertTrue(alice.status().online());
    assertTrue(alice.events().contains(new Event.Online()));
    assertTrue(root.status().online());
    assertTrue(alice.isDirectTo(root));
  }

  @Test
  void aNodeThatStartsBeforeItsRootIsOnlineSoonAfterIt() {
    SimulatedHost alice = started(internet.host("192.88.99.10"));
    internet.run(700);
    started(root);

    internet.run(1_200);

    assertTrue(alice.status().online());
  }

  @Test
  void twoNodesMeetThroughTheRootAndThenTalkDirectly() {
    started(root);
    SimulatedHost alice = joined(internet.host("192.88.99.10"));
    SimulatedHost bob = joined(internet.host("192.88.99.20"));
    internet.run(100);

    alice.ping(bob, OPEN);
    internet.run(200);

    assertEquals(1, alice.replies(OPEN));
    assertTrue(alice.isDirectTo(bob));
    assertTrue(bob.isDirectTo(alice));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aNatOnOneSideIsNoObstacle(boolean hiddenAsks) {
    started(root);
    SimulatedNat nat = internet.nat("192.88.99.10", SimulatedNat.Kind.SYMMETRIC);
    SimulatedHost hidden = joined(internet.host("10.1.0.2", nat));
    SimulatedHost open = joined(internet.host("192.88.99.20"));
    internet.run(100);

    (hiddenAsks ? hidden : open).ping(hiddenAsks ? open : hidden, OPEN);
    internet.run(500);

    assertEquals(1, (hiddenAsks ? hidden : open).replies(OPEN));
    assertTrue(hidden.isDirectTo(open));
    assertTrue(open.isDirectTo(hidden));
  }

  @Test
  void twoNodesBehindConeNatsTalkDirectlyAndKeepTheWayOpen() {
    started(root);
    SimulatedNat left = internet.nat("192.88.99.10", SimulatedNat.Kind.CONE);
    SimulatedNat right = internet.nat("192.88.99.20", SimulatedNat.Kind.CONE);
    SimulatedHost alice = joined(internet.host("10.1.0.2", left));
    SimulatedHost bob = joined(internet.host("10.2.0.2", right));
    internet.run(100);

    alice.ping(bob, OPEN);
    internet.run(500);
    assertEquals(1, alice.replies(OPEN));
    assertTrue(alice.isDirectTo(bob));
    assertTrue(bob.isDirectTo(alice));

    internet.run(300_000);
    root.kill();
    bob.ping(alice, OPEN);
    internet.run(100);
    assertEquals(1, bob.replies(OPEN));
  }

  @Test
  void nodesBehindSymmetricNatsAreRelayed() {
    started(root);
    SimulatedNat left = internet.nat("192.88.99.10", SimulatedNat.Kind.SYMMETRIC);
    SimulatedNat right = internet.nat("192.88.99.20", SimulatedNat.Kind.SYMMETRIC);
    SimulatedHost alice = joined(internet.host("10.1.0.2", left));
    SimulatedHost bob = joined(internet.host("10.2.0.2", right));
    internet.run(100);

    for (int i = 0; i < 20; i++) {
      alice.ping(bob, OPEN);
      bob.ping(alice, OPEN);
      internet.run(1_000);
    }

    assertEquals(20, alice.replies(OPEN));
    assertEquals(20, bob.replies(OPEN));
    assertFalse(alice.isDirectTo(bob));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void aLossyNetworkDelaysButDoesNotPrevent(long seed) {
    begin(seed);
    internet.delay(25).loss(0.3);
    started(root);
    SimulatedHost alice = joined(internet.host("192.88.99.10"));
    SimulatedHost bob = joined(internet.host("192.88.99.20"));

    for (int i = 0; i < 60; i++) {
      internet.run(1_000);
      alice.ping(bob, OPEN);
    }
    internet.run(1_000);

    assertTrue(alice.isDirectTo(bob), () -> "seed " + seed);
    assertTrue(alice.replies(OPEN) > 12, () -> "seed " + seed + ": " + alice.replies(OPEN));
  }

  @Test
  void talkGoesOnWhenTheRootVanishesAndTheRootIsFoundAgain() {
    started(root);
    SimulatedHost alice = joined(internet.host("192.88.99.10"));
    SimulatedHost bob = joined(internet.host("192.88.99.20"));
    internet.run(100);
    alice.ping(bob, OPEN);
    internet.run(1_000);

    root.kill();
    root.loseState();
    for (int i = 0; i < 600; i++) {
      alice.ping(bob, OPEN);
      internet.run(1_000);
    }
    assertEquals(601, alice.replies(OPEN));
    assertFalse(alice.status().online());

    root.start();
    SimulatedHost carol = joined(internet.host("192.88.99.30"));
    internet.run(6_000);
    assertTrue(alice.status().online());
    carol.ping(alice, OPEN);
    internet.run(500);
    assertEquals(1, carol.replies(OPEN));
  }

  @Test
  void aRootThatForgetsEverythingIsGreetedSoon() {
    started(root);
    SimulatedHost alice = joined(internet.host("192.88.99.10"));
    SimulatedHost bob = joined(internet.host("192.88.99.20"));
    internet.run(100);

    root.kill();
    root.loseState();
    internet.run(1_000);
    root.start();
    internet.run(30_000);

    alice.ping(bob, OPEN);
    internet.run(300);
    assertEquals(1, alice.replies(OPEN));
  }

  @Test
  void aRootThatWasKilledKnowsItsPeersAgain() {
    started(root);
    SimulatedHost alice = joined(internet.host("192.88.99.10"));
    SimulatedHost bob = joined(internet.host("192.88.99.20"));
    internet.run(5_000);

    root.kill();
    internet.run(1_000);
    root.start();
    internet.run(100);

    alice.ping(bob, OPEN);
    internet.run(2_000);
    assertEquals(1, alice.replies(OPEN));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aNodeThatWasKilledComesBackAndIsFound(boolean stateKept) {
    started(root);
    SimulatedHost alice = joined(internet.host("192.88.99.10"));
    SimulatedHost bob = joined(internet.host("192.88.99.20"));
    internet.run(100);
    alice.ping(bob, OPEN);
    internet.run(1_000);

    bob.kill();
    if (!stateKept) {
      bob.loseState();
    }
    internet.run(20_000);
    bob.start();
    bob.join(OPEN);
    internet.run(1_000);
    alice.ping(bob, OPEN);
    internet.run(300);

    assertEquals(2, alice.replies(OPEN));
    assertTrue(bob.isDirectTo(alice));
  }

  @Test
  void aSilentPeerIsForgottenAndRemembered() {
    started(root);
    SimulatedHost alice = joined(internet.host("192.88.99.10"));
    SimulatedHost bob = joined(internet.host("192.88.99.20"));
    internet.run(100);
    alice.ping(bob, OPEN);
    internet.run(1_000);
    assertNotNull(alice.peer(bob));

    bob.kill();
    internet.run(1_200_000);
    assertNull(alice.peer(bob));

    bob.start();
    internet.run(1_000);
    alice.ping(bob, OPEN);
    internet.run(1_000);
    assertEquals(2, alice.replies(OPEN));
    assertTrue(alice.isDirectTo(bob));
  }

  @Test
  void aMoonIsFoundByItsSeedAndStandsInForTheRoot() {
    started(root);
    SimulatedHost moon = internet.host("192.88.99.2");
    long moonId = moon.nodeAddress();
    moon.save(new StateKey(StateKey.Kind.MOON, moonId), SimulatedInternet.moon(moonId, moon));
    started(moon);
    SimulatedNat left = internet.nat("192.88.99.10", SimulatedNat.Kind.SYMMETRIC);
    SimulatedNat right = internet.nat("192.88.99.20", SimulatedNat.Kind.SYMMETRIC);
    SimulatedHost alice = joined(internet.host("10.1.0.2", left));
    SimulatedHost bob = joined(internet.host("10.2.0.2", right));
    internet.run(1_000);

    alice.orbit(moonId, moonId);
    bob.orbit(moonId, moonId);
    internet.run(3_000);
    assertEquals(PeerStatus.Role.MOON, alice.peer(moon).role());
    assertTrue(alice.isDirectTo(moon));

    root.kill();
    internet.run(200_000);
    alice.ping(bob, OPEN);
    internet.run(1_000);
    assertEquals(1, alice.replies(OPEN));
  }

  @Test
  void anIdleNodeSaysLittle() {
    started(root);
    joined(internet.host("192.88.99.10"));
    internet.run(60_000);
    long before = internet.delivered();

    internet.run(DAY_MS);

    // An echo and its answer every 15 s, a HELLO now and then.
    long daily = internet.delivered() - before;
    assertTrue(daily < 2 * DAY_MS / 12_000, () -> daily + " datagrams a day");
  }
}
