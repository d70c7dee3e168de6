// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import net.backhaul.engine.Diagnosis;
import net.backhaul.engine.NatObservation;
import net.backhaul.engine.NodeOptions;
import net.backhaul.engine.PeerReach;
import net.backhaul.engine.PeerReach.Link;
import net.backhaul.engine.PeerReach.Obstacle;
import net.backhaul.engine.RootReach;
import net.backhaul.engine.StateKey;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.simulation.SimulatedNat.Kind;
import org.junit.jupiter.api.Test;

/** What a node reports of its roots, its NAT and its peers, each with one fault. */
class DiagnosisTest extends ScenarioTest {
  private SimulatedHost second;

  private Diagnosis diagnosis(SimulatedHost of) {
    return of.running().diagnosis(internet.nowMs());
  }

  private PeerReach reach(SimulatedHost from, SimulatedHost to) {
    return diagnosis(from).peers().stream()
        .filter(each -> each.peer().address() == to.nodeAddress())
        .findFirst()
        .orElseThrow();
  }

  private void startWithTwoRoots(Kind aliceKind, Kind bobKind) {
    second = internet.host("192.88.99.2");
    byte[] planet = SimulatedInternet.planet(root, second);
    SimulatedHost[] hosts = {
      root, second, member(ALICE_IP, "10.1.0.2", aliceKind), member(BOB_IP, "10.2.0.2", bobKind)
    };
    for (SimulatedHost host : hosts) {
      host.save(new StateKey(StateKey.Kind.PLANET, 0), planet).start();
    }
    alice = hosts[2];
    bob = hosts[3];
    alice.join(AD_HOC);
    bob.join(AD_HOC);
    internet.run(2_000);
    assertPings(alice, bob, 2_000);
    ping(alice, bob, AD_HOC, 20, 1_000);
  }

  private SimulatedHost member(String publicIp, String ip, Kind kind) {
    return kind == null ? internet.host(publicIp) : internet.host(ip, internet.nat(publicIp, kind));
  }

  private NatObservation.Kind nat(SimulatedHost of) {
    return diagnosis(of).nats().getFirst().kind();
  }

  @Test
  void reportsDirectPaths() {
    internet.delay(10);
    startMembers();
    assertPings(alice, bob, 2_000);
    internet.run(30_000);

    PeerReach reach = reach(alice, bob);
    assertEquals(Link.DIRECT, reach.link());
    assertEquals(Obstacle.NONE, reach.obstacle());
    assertEquals(PeerReach.Cipher.AES_GMAC_SIV, reach.cipher());
    assertEquals(1_432, reach.mtuBytes());
    assertEquals(20, reach.peer().latencyMs());
    assertTrue(reach.probes() > 0, reach::toString);
    assertEquals(0, reach.lostProbes());
    assertTrue(reach.pathSinceMs() > 0 && reach.lastReceiveMs() >= reach.pathSinceMs());
    RootReach ofRoot = diagnosis(alice).roots().getFirst();
    assertTrue(ofRoot.hasSocket() && ofRoot.lastReceiveMs() > 0);
    assertEquals(20, ofRoot.latencyMs());
  }

  @Test
  void countsLostProbes() {
    startMembers();
    assertPings(alice, bob, 2_000);
    internet.loss(0.3);
    ping(alice, bob, AD_HOC, 300, 1_000);
    internet.run(3_000);

    PeerReach reach = reach(alice, bob);
    assertTrue(
        reach.lostProbes() > 0 && reach.lostProbes() < reach.probes() && reach.probes() <= 16,
        reach::toString);
  }

  @Test
  void namesSymmetricNats() {
    startWithTwoRoots(Kind.SYMMETRIC, Kind.SYMMETRIC);
    assertEquals(NatObservation.Kind.ENDPOINT_DEPENDENT, nat(alice));
    PeerReach reach = reach(alice, bob);
    assertEquals(Link.RELAY, reach.link());
    assertTrue(reach.relay() == root.nodeAddress() || reach.relay() == second.nodeAddress());
    assertEquals(Obstacle.BOTH_NATS, reach.obstacle());
    assertFalse(reach.candidates().isEmpty());
  }

  @Test
  void namesSymmetricNatOfOneSide() {
    startWithTwoRoots(Kind.CONE, Kind.SYMMETRIC);
    assertEquals(NatObservation.Kind.ENDPOINT_INDEPENDENT, nat(alice));
    assertEquals(NatObservation.Kind.ENDPOINT_DEPENDENT, nat(bob));
    if (reach(alice, bob).link() == Link.RELAY) {
      assertEquals(Obstacle.PEER_NAT, reach(alice, bob).obstacle());
      assertEquals(Obstacle.OUR_NAT, reach(bob, alice).obstacle());
    }
  }

  @Test
  void reportsAbsenceAndUnknownKindOfNat() {
    startMembers();
    assertEquals(NatObservation.Kind.NONE, nat(alice));
    assertEquals(NatObservation.Kind.UNKNOWN, diagnosis(alice).nats().getLast().kind());

    begin(2);
    startMembersBehindNats(Kind.CONE, null);
    assertEquals(NatObservation.Kind.UNDETERMINED, nat(alice), "one root alone");
    assertEquals(1, diagnosis(alice).nats().getFirst().reports());
  }

  @Test
  void namesForbiddenPaths() {
    startMembers();
    NodeOptions forbidding =
        new NodeOptions(
            List.of(),
            Map.of(),
            Map.of(bob.nodeAddress(), List.of(new IpPrefix(Endpoints.parseIp(BOB_IP), 32))),
            NodeOptions.DEFAULT_MAX_PEERS,
            false,
            0,
            NodeOptions.RelayUse.NEVER);
    alice.running().options(forbidding, internet.nowMs());
    bob.running()
        .options(
            new NodeOptions(
                List.of(),
                Map.of(),
                Map.of(alice.nodeAddress(), List.of(new IpPrefix(Endpoints.parseIp(ALICE_IP), 32))),
                NodeOptions.DEFAULT_MAX_PEERS,
                false,
                0,
                NodeOptions.RelayUse.NEVER),
            internet.nowMs());
    assertPings(alice, bob, 2_000);
    ping(alice, bob, AD_HOC, 10, 1_000);

    PeerReach reach = reach(alice, bob);
    assertEquals(Link.RELAY, reach.link());
    assertEquals(Obstacle.FORBIDDEN, reach.obstacle());
    assertEquals(bob.endpoint(), reach.candidates().getFirst().endpoint());
  }

  @Test
  void namesPeerWithoutTraffic() {
    startMembers();
    assertPings(alice, bob, 2_000);
    alice.leave(AD_HOC);
    bob.leave(AD_HOC);
    internet.run(850_000);
    assertEquals(Link.RELAY, reach(alice, bob).link());
    assertEquals(Obstacle.IDLE, reach(alice, bob).obstacle());
  }

  @Test
  void namesSilentPathAndPeerThatDoesNotAnswer() {
    startMembers();
    assertPings(alice, bob, 2_000);
    bob.suspend();
    ping(alice, bob, AD_HOC, 20, 500);
    assertEquals(Obstacle.PATH_SILENT, reach(alice, bob).obstacle());
    assertEquals(Link.RELAY, reach(alice, bob).link());

    internet.run(450_000);
    assertEquals(Link.RELAY, reach(alice, bob).link());
    assertEquals(Obstacle.NO_ANSWER, reach(alice, bob).obstacle());
  }

  @Test
  void namesSilentRootsAndMissingRoute() {
    startMembersBehindNats(Kind.SYMMETRIC, Kind.SYMMETRIC);
    assertPings(alice, bob, 2_000);
    root.kill();
    internet.run(300_000);

    assertEquals(Obstacle.ROOT_SILENT, reach(alice, root).obstacle());
    assertEquals(Link.NONE, reach(alice, bob).link());
    assertEquals(0, diagnosis(alice).roots().getFirst().lastReceiveMs());
  }

  @Test
  void probeOfOneRootWithTwoAddressesShowsKindOfNat() {
    root.addInterface("192.88.99.3");
    byte[] planet = SimulatedInternet.planet(root);
    alice = internet.host("10.1.0.2", internet.nat(ALICE_IP, Kind.SYMMETRIC));
    bob = internet.host("10.2.0.2", internet.nat(BOB_IP, Kind.CONE));
    for (SimulatedHost host : List.of(root, alice, bob)) {
      host.save(new StateKey(StateKey.Kind.PLANET, 0), planet).start();
    }
    internet.run(2_000);

    alice.running().probeRoots(internet.nowMs());
    bob.running().probeRoots(internet.nowMs());
    internet.run(1_000);

    assertEquals(NatObservation.Kind.ENDPOINT_DEPENDENT, nat(alice));
    assertEquals(NatObservation.Kind.ENDPOINT_INDEPENDENT, nat(bob));
  }

  @Test
  void showsWhichRootsAnswerToProbe() {
    startWithTwoRoots(null, null);
    second.kill();
    long probedMs = internet.nowMs();
    alice.running().probeRoots(probedMs);
    internet.run(1_000);

    List<Boolean> answered =
        diagnosis(alice).roots().stream().map(each -> each.lastReceiveMs() >= probedMs).toList();
    assertEquals(List.of(true, false), answered);
  }
}
