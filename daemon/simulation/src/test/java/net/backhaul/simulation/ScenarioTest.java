// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.backhaul.engine.PeerStatus;
import net.backhaul.engine.StateKey;
import net.backhaul.simulation.SimulatedNat.Kind;

/** Base of tests with a root, and two hosts, Alice and Bob, on a network. */
abstract class ScenarioTest {
  /** An ad-hoc network, which needs no controller: all ports, and ICMPv6 (03 section 3.7). */
  static final long AD_HOC = 0xff00_00ff_ff00_0000L;

  static final String ALICE_IP = "192.88.99.10";
  static final String BOB_IP = "192.88.99.20";

  Scenario scenario;
  SimulatedInternet internet;
  SimulatedHost root;
  SimulatedHost alice;
  SimulatedHost bob;

  /** The NAT of Alice, after {@link #startMembersBehindNats}. */
  SimulatedNat aliceNat;

  ScenarioTest() {
    begin(1);
  }

  /** Starts the scenario anew with a seed. */
  final void begin(long seed) {
    scenario = new Scenario(seed);
    internet = scenario.internet();
    root = scenario.root();
  }

  /** Starts a host, which joins the ad-hoc network. */
  final SimulatedHost startMember(SimulatedHost host) {
    scenario.start(host).join(AD_HOC);
    return host;
  }

  /** Starts the root, and Alice and Bob with public addresses on the ad-hoc network. */
  final void startMembers() {
    scenario.startRoot();
    alice = startMember(internet.host(ALICE_IP));
    bob = startMember(internet.host(BOB_IP));
    internet.run(1_000);
  }

  /** Starts the root, Alice behind a NAT, and Bob behind one or, with null, without one. */
  final void startMembersBehindNats(Kind aliceKind, Kind bobKind) {
    scenario.startRoot();
    aliceNat = internet.nat(ALICE_IP, aliceKind);
    alice = startMember(internet.host("10.1.0.2", aliceNat));
    bob =
        startMember(
            bobKind == null
                ? internet.host(BOB_IP)
                : internet.host("10.2.0.2", internet.nat(BOB_IP, bobKind)));
    internet.run(1_000);
  }

  /** Starts the root, a moon that both members orbit, and these behind symmetric NATs. */
  final SimulatedHost startMembersWithMoon(String moonIp) {
    SimulatedHost moon = internet.host(moonIp);
    long moonId = moon.nodeAddress();
    moon.save(new StateKey(StateKey.Kind.MOON, moonId), SimulatedInternet.moon(moonId, moon));
    scenario.start(moon);
    startMembersBehindNats(Kind.SYMMETRIC, Kind.SYMMETRIC);
    alice.orbit(moonId, moonId);
    bob.orbit(moonId, moonId);
    internet.run(3_000);
    assertEquals(PeerStatus.Role.MOON, alice.peer(moon).role());
    return moon;
  }

  /** Asserts that a ping on the ad-hoc network is answered within some time. */
  final void assertPings(SimulatedHost from, SimulatedHost to, long withinMs) {
    assertPings(from, to, AD_HOC, withinMs);
  }

  final void assertPings(SimulatedHost from, SimulatedHost to, long networkId, long withinMs) {
    int before = from.pingReplies(networkId);
    from.ping(to, networkId);
    internet.run(withinMs);
    assertEquals(before + 1, from.pingReplies(networkId));
  }

  /** Sends pings at an interval, and returns the number of replies. */
  final int ping(SimulatedHost from, SimulatedHost to, long networkId, int count, long intervalMs) {
    int before = from.pingReplies(networkId);
    for (int i = 0; i < count; i++) {
      from.ping(to, networkId);
      internet.run(intervalMs);
    }
    return from.pingReplies(networkId) - before;
  }

  final void assertDirect(SimulatedHost one, SimulatedHost other) {
    assertTrue(one.isDirectTo(other));
    assertTrue(other.isDirectTo(one));
  }

  /** Kills a host, and starts it again later, with or without its saved state. */
  final void killAndRestart(SimulatedHost host, boolean keepState, long downMs) {
    host.kill();
    if (!keepState) {
      host.clearState();
    }
    internet.run(downMs);
    host.start();
  }

  final void assertRelayed(SimulatedHost from, SimulatedHost to) {
    assertFalse(from.isDirectTo(to));
  }
}
