// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import net.backhaul.engine.NetworkStatus;
import net.backhaul.simulation.SimulatedNat.Kind;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Membership of a private network: authorized members exchange frames, others do not. */
class PrivateNetworkTest extends ScenarioTest {
  private static final long HOUR_MS = 3_600_000;

  private SimulatedHost controllerHost;
  private long network;

  @BeforeEach
  void createNetwork() {
    controllerHost = scenario.startRoot().startController();
    network = controllerHost.controller().createNetwork(1, "10.147.17");
    alice = scenario.startHost(ALICE_IP);
    bob = scenario.startHost(BOB_IP);
    internet.run(200);
  }

  private void authorize(SimulatedHost... members) {
    for (SimulatedHost member : members) {
      controllerHost.controller().authorize(member, network);
    }
  }

  /** Joins the network, and is authorized after the first request was rejected. */
  private void joinAuthorized(SimulatedHost... members) {
    for (SimulatedHost member : members) {
      member.join(network);
    }
    internet.run(1_500);
    authorize(members);
    internet.run(1_000);
  }

  private void assertPings(SimulatedHost from, SimulatedHost to) {
    assertPings(from, to, network, 1_000);
  }

  @Test
  void configuresAuthorizedMembers() {
    alice.join(network);
    bob.join(network);
    internet.run(1_500);
    assertEquals(NetworkStatus.State.ACCESS_DENIED, alice.state(network));
    assertFalse(alice.isConfigured(network));

    authorize(alice, bob);
    internet.run(1_000);
    assertEquals(NetworkStatus.State.OK, alice.state(network));
    assertEquals(NetworkStatus.State.OK, bob.state(network));

    assertPings(alice, bob, network, 300);
    internet.run(1_000);
    assertDirect(alice, bob);
  }

  @Test
  void configuresMemberAuthorizedBeforeItJoins() {
    authorize(alice);
    internet.run(100);

    alice.join(network);
    internet.run(300);

    assertEquals(NetworkStatus.State.OK, alice.state(network));
  }

  @Test
  void deliversBroadcastToAllOtherMembers() {
    SimulatedHost carol = scenario.startHost("192.88.99.30");
    joinAuthorized(alice, bob, carol);
    internet.run(2_000);

    alice.broadcast(network);
    internet.run(1_000);

    assertEquals(1, bob.ipStack(network).broadcastsReceived());
    assertEquals(1, carol.ipStack(network).broadcastsReceived());
    assertEquals(0, alice.ipStack(network).broadcastsReceived());
  }

  @Test
  void connectsMembersBehindConeNats() {
    SimulatedHost carol = scenario.startHost("10.1.0.2", internet.nat("192.88.99.40", Kind.CONE));
    SimulatedHost dave = scenario.startHost("10.2.0.2", internet.nat("192.88.99.50", Kind.CONE));
    joinAuthorized(carol, dave);

    assertPings(carol, dave, network, 300);

    internet.run(1_000);
    assertDirect(carol, dave);
  }

  @Test
  void worksWithoutController() {
    joinAuthorized(alice, bob);

    controllerHost.kill();

    assertEquals(60, ping(alice, bob, network, 60, 60_000));
    assertEquals(NetworkStatus.State.OK, alice.state(network));
  }

  /** The clock of the controller is wrong while members join, and right after a restart. */
  @ParameterizedTest
  @ValueSource(longs = {3 * HOUR_MS, -3 * HOUR_MS, 24 * 365 * HOUR_MS})
  void connectsMembersAfterTheControllersClockWasCorrected(long aheadMs) {
    killAndRestartController(aheadMs);
    joinAuthorized(alice, bob);
    assertPings(alice, bob);
    internet.run(10_000);

    killAndRestartController(0);
    int answered = ping(alice, bob, network, 130, 1_000);

    assertTrue(answered >= 125, () -> answered + " of 130 pings were answered");
    assertPings(alice, bob);
    assertPings(bob, alice);
  }

  /** A member is deauthorized and authorized again while the clock of the controller is ahead. */
  @ParameterizedTest
  @ValueSource(longs = {3 * HOUR_MS, 24 * 365 * HOUR_MS})
  void reconnectsMemberAuthorizedAgainWhileTheControllersClockWasAhead(long aheadMs) {
    killAndRestartController(aheadMs);
    joinAuthorized(alice, bob);
    assertPings(alice, bob);
    controllerHost.controller().deauthorize(bob, network);
    internet.run(70_000);
    authorize(bob);
    internet.run(62_000);
    assertPings(alice, bob);

    killAndRestartController(0);
    int answered = ping(alice, bob, network, 130, 1_000);

    assertTrue(answered >= 125, () -> answered + " of 130 pings were answered");
    assertPings(alice, bob);
    assertPings(bob, alice);

    int replies = alice.pingReplies(network);
    InetAddress bobIp = bob.ipStack(network).addresses().getFirst().address();
    controllerHost.controller().deauthorize(bob, network);
    internet.run(1_000);
    alice.ping(bobIp, network);
    internet.run(70_000);
    assertEquals(replies, alice.pingReplies(network));
    assertEquals(NetworkStatus.State.ACCESS_DENIED, bob.state(network));

    authorize(bob);
    internet.run(62_000);
    assertPings(alice, bob);
  }

  private void killAndRestartController(long aheadMs) {
    controllerHost.controller().clockAhead(aheadMs);
    killAndRestart(controllerHost, true, 1_000);
  }

  @Test
  void restoresRecordsWhenControllerRestarts() {
    joinAuthorized(alice);

    killAndRestart(controllerHost, true, 1_000);
    internet.run(1_000);
    joinAuthorized(bob);

    assertPings(alice, bob, network, 300);
  }

  @Test
  void disconnectsDeauthorizedMember() {
    joinAuthorized(alice, bob);
    assertPings(alice, bob);
    InetAddress bobIp = bob.ipStack(network).addresses().getFirst().address();
    SimulatedIpStack bobStack = bob.ipStack(network);

    controllerHost.controller().deauthorize(bob, network);
    internet.run(1_000);
    alice.ping(bobIp, network);
    alice.broadcast(network);
    internet.run(5_000);

    assertEquals(1, alice.pingReplies(network));
    assertEquals(0, bobStack.broadcastsReceived());
    internet.run(70_000);
    assertEquals(NetworkStatus.State.ACCESS_DENIED, bob.state(network));
    assertFalse(bob.isConfigured(network));
  }

  /** Alice is away when Bob loses his membership, and Bob, suspended, believes in it still. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void memberThatReturnsDoesNotBelieveInADeauthorizedOne(boolean deletes) {
    joinAuthorized(alice, bob);
    assertPings(alice, bob);
    InetAddress aliceIp = alice.ipStack(network).addresses().getFirst().address();
    alice.setLink(false);
    bob.suspend();
    internet.run(150_000);
    if (deletes) {
      controllerHost.controller().delete(bob, network);
    } else {
      controllerHost.controller().deauthorize(bob, network);
    }
    internet.run(60_000);
    alice.setLink(true);
    internet.run(65_000);
    assertTrue(alice.isConfigured(network));

    int[] frames = {0};
    alice.observeFrames(frame -> frames[0]++);
    controllerHost.kill(); // Bob's own request would be denied.
    bob.resume();
    for (int i = 0; i < 5; i++) {
      bob.ping(aliceIp, network);
      bob.broadcast(network);
      internet.run(200);
    }

    assertEquals(0, frames[0]);
    assertEquals(0, bob.pingReplies(network));
  }

  @Test
  void reconnectsMemberAuthorizedAgain() {
    joinAuthorized(alice, bob);
    controllerHost.controller().deauthorize(bob, network);
    internet.run(70_000);

    authorize(bob);
    internet.run(62_000);

    assertTrue(bob.isConfigured(network));
    assertPings(alice, bob);
  }

  @Test
  void reconnectsMemberThatLeftAndJoinedAgain() {
    joinAuthorized(alice, bob);
    assertPings(alice, bob);

    bob.leave(network);
    internet.run(5_000);
    assertFalse(bob.isConfigured(network));
    bob.join(network);
    internet.run(1_000);

    assertPings(alice, bob);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void reconnectsRestartedMember(boolean keepState) {
    joinAuthorized(alice, bob);
    assertPings(alice, bob);

    killAndRestart(bob, keepState, 3_000);
    if (!keepState) {
      bob.join(network);
    }
    internet.run(1_500);

    assertPings(alice, bob);
  }

  @Test
  void restoresConfigurationWithoutController() {
    joinAuthorized(alice, bob);

    controllerHost.kill();
    killAndRestart(bob, true, 1_000);
    internet.run(1_000);

    assertPings(alice, bob);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void configuresMembersDespiteLoss(long seed) {
    begin(seed);
    internet.loss(0.1);
    createNetwork();
    alice.join(network);
    bob.join(network);
    internet.run(5_000);
    authorize(alice, bob);
    internet.run(70_000);
    assertTrue(alice.isConfigured(network) && bob.isConfigured(network), () -> "seed " + seed);

    int replies = ping(alice, bob, network, 60, 1_000);

    assertTrue(replies >= 35, () -> "seed " + seed + ": " + replies);
  }
}
