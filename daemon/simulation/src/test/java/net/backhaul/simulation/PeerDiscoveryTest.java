// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.backhaul.engine.Drop;
import net.backhaul.engine.Event;
import net.backhaul.engine.StateKey;
import net.backhaul.simulation.SimulatedNat.Kind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How nodes come online, discover each other, and keep their paths. */
class PeerDiscoveryTest extends ScenarioTest {
  private static final int DAY_MS = 86_400_000;

  @Test
  void isOnlineOneRoundTripAfterStart() {
    scenario.startRoot();
    alice = scenario.startHost(ALICE_IP);

    internet.run(25);

    assertTrue(alice.status().online());
    assertTrue(alice.events().contains(new Event.Online(false)));
    assertTrue(root.status().online());
    assertTrue(alice.isDirectTo(root));
  }

  @Test
  void isOnlineSoonAfterRootStartsLate() {
    alice = scenario.startHost(ALICE_IP);
    internet.run(700);
    scenario.startRoot();

    internet.run(1_200);

    assertTrue(alice.status().online());
  }

  @Test
  void getsNewPlanetOnceItsAddressIsProven() {
    SimulatedHost second = internet.host("192.88.99.2");
    var planet = new StateKey(StateKey.Kind.PLANET, 0);
    root.save(planet, SimulatedInternet.planet(2, root, second)).start();
    alice = internet.host(ALICE_IP);
    alice.save(planet, SimulatedInternet.planet(1, root)).start();

    internet.run(15_000);

    assertTrue(root.dropped(Drop.UNPROVEN_ADDRESS) > 0);
    assertEquals(2, alice.status().planetTimestampMs());
  }

  @Test
  void discoversDirectPathThroughRoot() {
    startMembers();

    assertPings(alice, bob, 200);

    assertDirect(alice, bob);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void discoversDirectPathWithOneNat(boolean fromInside) {
    startMembersBehindNats(Kind.SYMMETRIC, null);

    assertPings(fromInside ? alice : bob, fromInside ? bob : alice, 500);

    assertDirect(alice, bob);
  }

  @Test
  void keepsDirectPathBetweenConeNatsOpen() {
    startMembersBehindNats(Kind.CONE, Kind.CONE);
    assertPings(alice, bob, 500);
    assertDirect(alice, bob);

    internet.run(300_000);
    root.kill();

    assertPings(bob, alice, 100);
  }

  @Test
  void relaysBetweenSymmetricNats() {
    startMembersBehindNats(Kind.SYMMETRIC, Kind.SYMMETRIC);

    for (int i = 0; i < 20; i++) {
      bob.ping(alice, AD_HOC);
      assertPings(alice, bob, 1_000);
    }

    assertEquals(20, bob.pingReplies(AD_HOC));
    assertRelayed(alice, bob);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10})
  void discoversDirectPathDespiteLoss(long seed) {
    begin(seed);
    internet.delay(25).loss(0.3);
    startMembers();

    int replies = ping(alice, bob, AD_HOC, 60, 1_000);

    assertTrue(alice.isDirectTo(bob), () -> "seed " + seed);
    assertTrue(replies > 12, () -> "seed " + seed + ": " + replies);
  }

  @Test
  void keepsDirectPathWithoutRootAndFindsRootAgain() {
    startMembers();
    assertPings(alice, bob, 1_000);

    root.kill();
    root.clearState();
    assertEquals(600, ping(alice, bob, AD_HOC, 600, 1_000));
    assertFalse(alice.status().online());

    root.start();
    SimulatedHost carol = startMember(internet.host("192.88.99.30"));
    internet.run(6_000);
    assertTrue(alice.status().online());
    assertPings(carol, alice, 500);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void reachesPeerThroughRestartedRoot(boolean keepState) {
    startMembers();
    internet.run(4_000);

    killAndRestart(root, keepState, 1_000);
    internet.run(keepState ? 100 : 30_000);

    assertPings(alice, bob, keepState ? 2_000 : 300);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void reachesRestartedPeer(boolean keepState) {
    startMembers();
    assertPings(alice, bob, 1_000);

    killAndRestart(bob, keepState, 20_000);
    bob.join(AD_HOC);
    internet.run(1_000);

    assertPings(alice, bob, 300);
    assertTrue(bob.isDirectTo(alice));
  }

  @Test
  void expiresSilentPeerAndReachesItAgain() {
    startMembers();
    assertPings(alice, bob, 1_000);
    assertNotNull(alice.peer(bob));

    bob.kill();
    internet.run(1_200_000);
    assertNull(alice.peer(bob));

    bob.start();
    internet.run(1_000);
    assertPings(alice, bob, 1_000);
    assertTrue(alice.isDirectTo(bob));
  }

  @Test
  void relaysThroughMoonWithoutRoot() {
    SimulatedHost moon = startMembersWithMoon("192.88.99.2");
    assertTrue(alice.isDirectTo(moon));

    root.kill();
    internet.run(200_000);
    assertPings(alice, bob, 1_000);
  }

  @Test
  void sendsFewDatagramsWhenIdle() {
    scenario.startRoot();
    startMember(internet.host(ALICE_IP));
    internet.run(60_000);
    long before = internet.delivered();

    internet.run(DAY_MS);

    // An ECHO and its OK every 15 s, and a HELLO every few minutes.
    long daily = internet.delivered() - before;
    assertTrue(daily < 2 * DAY_MS / 12_000, () -> daily + " datagrams a day");
  }
}
