// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.backhaul.engine.NetworkStatus;
import net.backhaul.engine.StateKey;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.ethernet.Macs;
import net.backhaul.protocol.ethernet.MulticastGroup;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.Revocation;
import net.backhaul.protocol.network.Rule;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireWriter;
import org.junit.jupiter.api.Test;

/** Members of one network in a simulated mesh: configurations, credentials, frames and groups. */
class MembershipTest {
  private static final Map<String, Identity> IDENTITIES = RecordedIdentities.all();
  private static final Identity CONTROLLER = IDENTITIES.get("controller");
  private static final long NETWORK_ID = CONTROLLER.address() << 24 | 1;

  private final TestMesh mesh = new TestMesh();
  private final TestController controller = new TestController(CONTROLLER, NETWORK_ID);
  private final TestMesh.Member root = mesh.add(IDENTITIES.get("root"), null, Map.of());
  private final TestMesh.Member hub = mesh.add(CONTROLLER, controller, Map.of());
  private final TestMesh.Member alice = mesh.add(IDENTITIES.get("alice"), null, Map.of());
  private final TestMesh.Member bob = mesh.add(IDENTITIES.get("bob"), null, Map.of());

  MembershipTest() {
    mesh.upstreams.add(root.address());
  }

  private static NetworkStatus.State state(TestMesh.Member member) {
    return member.networks.status(NETWORK_ID).orElseThrow().state();
  }

  private static IpPrefix ip(TestMesh.Member member) {
    NetworkConfig config = member.networks.status(NETWORK_ID).orElseThrow().config();
    assertNotNull(config);
    return config.addresses().getFirst();
  }

  /** Subscribes to the group of a device's address, as a host does. */
  private void subscribe(TestMesh.Member... members) {
    for (TestMesh.Member member : members) {
      member.networks.subscribe(
          NETWORK_ID, List.of(MulticastGroup.forAddress(ip(member).address())), mesh.nowMs);
    }
  }

  private void join(TestMesh.Member... members) {
    for (TestMesh.Member member : members) {
      controller.authorized.add(member.address());
      member.networks.join(NETWORK_ID, mesh.nowMs);
    }
    mesh.run(100);
  }

  private static long mac(TestMesh.Member member) {
    return Macs.of(member.address(), NETWORK_ID);
  }

  private static byte[] arp(TestMesh.Member from, TestMesh.Member to, boolean request) {
    return new WireWriter()
        .mac(request ? Macs.BROADCAST : mac(to))
        .mac(mac(from))
        .u16(0x0806)
        .u16(1)
        .u16(0x0800)
        .u8(6)
        .u8(4)
        .u16(request ? 1 : 2)
        .mac(mac(from))
        .bytes(ip(from).address().getAddress())
        .mac(request ? 0 : mac(to))
        .bytes(ip(to).address().getAddress())
        .toByteArray();
  }

  private static byte[] ping(TestMesh.Member from, TestMesh.Member to) {
    return new WireWriter()
        .mac(mac(to))
        .mac(mac(from))
        .u16(0x0800)
        .bytes(new byte[64])
        .toByteArray();
  }

  @Test
  void configuresAnAuthorizedMemberOneRoundTripAfterJoining() {
    controller.authorized.add(alice.address());

    alice.networks.join(NETWORK_ID, mesh.nowMs);
    mesh.run(2 * TestMesh.DELAY_MS);

    assertEquals(NetworkStatus.State.OK, state(alice));
    assertEquals(1, alice.output.saved.size());
  }

  @Test
  void requestsAsOftenAsControllersAnswerUntilAuthorized() {
    alice.networks.join(NETWORK_ID, mesh.nowMs);
    mesh.run(10_000);

    assertEquals(NetworkStatus.State.ACCESS_DENIED, state(alice));
    assertEquals(10, controller.requestsMs.size());
    for (int i = 1; i < controller.requestsMs.size(); i++) {
      assertTrue(controller.requestsMs.get(i) - controller.requestsMs.get(i - 1) > 1_000);
    }
    controller.authorized.add(alice.address());
    mesh.run(1_200);
    assertEquals(NetworkStatus.State.OK, state(alice));
    assertEquals(3, alice.output.changes.size(), "requesting, denied, configured");
  }

  @Test
  void requestsEveryFiveSecondsTwoMinutesAfterJoining() {
    alice.networks.join(NETWORK_ID, mesh.nowMs);
    mesh.run(125_000);
    int before = controller.requestsMs.size();

    mesh.run(60_000);

    assertEquals(12, controller.requestsMs.size() - before);
  }

  @Test
  void spacesRequestsAfterLeavingAndJoiningAgain() {
    alice.networks.join(NETWORK_ID, mesh.nowMs);
    mesh.run(100);
    alice.networks.leave(NETWORK_ID, mesh.nowMs);
    alice.networks.join(NETWORK_ID, mesh.nowMs);
    mesh.run(2_000);

    assertTrue(controller.requestsMs.get(1) - controller.requestsMs.get(0) > 1_000);
    assertEquals(List.of(NETWORK_ID), alice.output.left);
  }

  @Test
  void appliesAPushedConfigurationAtOnce() {
    alice.networks.join(NETWORK_ID, mesh.nowMs);
    mesh.run(100);
    assertEquals(NetworkStatus.State.ACCESS_DENIED, state(alice));

    hub.networks.pushConfig(
        alice.address(), controller.config(alice.identity, mesh.nowMs), mesh.nowMs);
    mesh.run(TestMesh.DELAY_MS);

    assertEquals(NetworkStatus.State.OK, state(alice));
    mesh.run(TestMesh.DELAY_MS);
    assertEquals(1, alice.sent.get(Verb.OK));
  }

  @Test
  void refreshesTheConfigurationOnceAMinute() {
    join(alice);
    int before = controller.requestsMs.size();

    mesh.run(600_000);

    assertEquals(10, controller.requestsMs.size() - before, 1);
  }

  /** A controller pushes only to members whose requests are recent. */
  @Test
  void refreshesTheConfigurationOnceAMinuteDespiteFrequentPushes() {
    join(alice);
    int before = controller.requestsMs.size();

    for (int push = 0; push < 60; push++) {
      mesh.run(10_000);
      hub.networks.pushConfig(
          alice.address(), controller.config(alice.identity, mesh.nowMs), mesh.nowMs);
    }

    assertEquals(10, controller.requestsMs.size() - before, 1);
  }

  @Test
  void passesAcknowledgementsOfPushesToTheController() {
    join(alice);

    long first = hub.networks.pushConfig(alice.address(), newerConfig(), mesh.nowMs);
    mesh.run(1_000);
    long second = hub.networks.pushConfig(alice.address(), newerConfig(), mesh.nowMs);
    mesh.run(1_000);

    assertEquals(List.of(first, second), controller.acknowledged);
  }

  private NetworkConfig newerConfig() {
    return controller.config(alice.identity, mesh.nowMs);
  }

  @Test
  void deliversTheFirstArpOfANewPairAfterThreeOneWayTrips() {
    join(alice, bob);
    subscribe(alice, bob);
    mesh.run(100);
    alice.output.clear();
    bob.output.clear();

    alice.sendFrame(NETWORK_ID, arp(alice, bob, true));
    mesh.run(3 * TestMesh.DELAY_MS);
    assertEquals(1, bob.output.frames.size(), "gather, its answer, the frame");
    bob.sendFrame(NETWORK_ID, arp(bob, alice, false));
    mesh.run(TestMesh.DELAY_MS);

    assertEquals(1, alice.output.frames.size());
    alice.sendFrame(NETWORK_ID, ping(alice, bob));
    mesh.run(TestMesh.DELAY_MS);
    assertEquals(2, bob.output.frames.size());
    assertEquals(1, alice.sent.get(Verb.NETWORK_CREDENTIALS));
  }

  @Test
  void sendsAPendingArpOnceItsTargetSubscribes() {
    join(alice, bob);
    subscribe(alice);
    mesh.run(100);
    bob.output.clear();

    alice.sendFrame(NETWORK_ID, arp(alice, bob, true));
    mesh.run(100);
    subscribe(bob);
    mesh.run(250);

    assertEquals(1, bob.output.frames.size());
  }

  @Test
  void deliversAPendingFrameOnceTheConfigurationIsReceived() {
    join(alice, bob);
    subscribe(alice, bob);
    mesh.run(100);
    bob.networks.leave(NETWORK_ID, mesh.nowMs);
    controller.authorized.remove(bob.address());
    mesh.run(1_100);
    bob.networks.join(NETWORK_ID, mesh.nowMs);
    mesh.run(100);
    assertEquals(NetworkStatus.State.ACCESS_DENIED, state(bob));
    bob.output.clear();

    alice.sendFrame(NETWORK_ID, ping(alice, bob));
    mesh.run(200);
    assertTrue(bob.output.frames.isEmpty());
    hub.networks.pushConfig(bob.address(), controller.config(bob.identity, mesh.nowMs), mesh.nowMs);
    mesh.run(TestMesh.DELAY_MS);

    assertEquals(1, bob.output.frames.size());
  }

  @Test
  void rejectsFramesOfARevokedMember() {
    join(alice, bob);
    alice.sendFrame(NETWORK_ID, ping(alice, bob));
    bob.sendFrame(NETWORK_ID, ping(bob, alice));
    mesh.run(100);
    assertEquals(1, bob.output.frames.size());
    assertEquals(1, alice.output.frames.size());

    controller.authorized.remove(bob.address());
    var revocation = Revocation.ofMembership(CONTROLLER, 1, NETWORK_ID, mesh.nowMs, bob.address());
    hub.networks.revoke(List.of(revocation), List.of(alice.address(), bob.address()), mesh.nowMs);
    mesh.run(100);
    bob.sendFrame(NETWORK_ID, ping(bob, alice));
    mesh.run(2_000);
    assertEquals(
        NetworkStatus.State.ACCESS_DENIED,
        state(bob),
        "the revoked member has requested its configuration again");
    mesh.run(10_000);

    assertEquals(1, alice.output.frames.size());
    assertTrue(
        bob.sent.get(Verb.NETWORK_CREDENTIALS) < 10, "credentials are not pushed for each error");
  }

  @Test
  void repeatsAnnouncementsToARecipientThatWasSilent() {
    join(alice);
    subscribe(alice);
    mesh.silent.add(root.address());
    mesh.run(185_000);
    int before = alice.sent.get(Verb.MULTICAST_LIKE);
    mesh.run(10_000);
    assertEquals(before, alice.sent.get(Verb.MULTICAST_LIKE));

    mesh.silent.clear();
    mesh.run(5_000);

    assertEquals(before + 1, alice.sent.get(Verb.MULTICAST_LIKE));
  }

  @Test
  void repeatsALostAnnouncementWithinSeconds() {
    join(alice, bob);
    subscribe(alice);
    mesh.run(100);
    mesh.losing = true;
    subscribe(bob);
    mesh.losing = false;
    mesh.run(8_000);
    bob.output.clear();

    alice.sendFrame(NETWORK_ID, arp(alice, bob, true));
    mesh.run(100);

    assertEquals(1, bob.output.frames.size());
  }

  @Test
  void rejectsFramesOfANonMember() {
    join(alice);
    bob.networks.join(NETWORK_ID, mesh.nowMs);
    bob.networks.exchange.apply(
        bob.networks.networks.get(NETWORK_ID),
        new TestController(bob.identity, NETWORK_ID).config(bob.identity, mesh.nowMs),
        false,
        mesh.nowMs);

    bob.sendFrame(NETWORK_ID, ping(bob, alice));
    mesh.run(6_000);

    assertTrue(alice.output.frames.isEmpty());
  }

  @Test
  void restoresANetworkAfterARestart() {
    join(alice, bob);
    byte[] saved = alice.output.saved.get(new StateKey(StateKey.Kind.NETWORK, NETWORK_ID));

    TestMesh.Member again =
        mesh.add(
            alice.identity, null, Map.of(new StateKey(StateKey.Kind.NETWORK, NETWORK_ID), saved));

    assertEquals(NetworkStatus.State.OK, state(again));
    assertEquals(1, again.output.changes.size());
    again.sendFrame(NETWORK_ID, ping(again, bob));
    mesh.run(100);
    assertEquals(1, bob.output.frames.size());
    assertFalse(again.output.saved.isEmpty(), "it has requested the configuration again");
  }

  @Test
  void ignoresDamagedState() {
    var random = new Random(3);
    for (int i = 0; i < 200; i++) {
      byte[] saved = new byte[random.nextInt(100)];
      random.nextBytes(saved);
      TestMesh.Member odd =
          mesh.add(
              alice.identity, null, Map.of(new StateKey(StateKey.Kind.NETWORK, NETWORK_ID), saved));

      assertEquals(NetworkStatus.State.REQUESTING_CONFIGURATION, state(odd));
    }
  }

  @Test
  void sendsNoRequestForANetworkWithoutAPossibleController() {
    alice.networks.join(0, mesh.nowMs);
    mesh.run(20_000);

    assertTrue(alice.sent.isEmpty());
    TestMesh.Member again =
        mesh.add(
            alice.identity, null, Map.of(new StateKey(StateKey.Kind.NETWORK, 0), new byte[] {10}));
    assertEquals(1, again.networks.statuses().size());
  }

  @Test
  void handlesFramesOfAnyLength() {
    Bytes tee = Bytes.of(new WireWriter().u64(hub.address()).u32(0).u16(0).toByteArray());
    controller.rules =
        List.of(new Rule(Rule.ACTION_TEE, false, false, tee), Rule.action(Rule.ACTION_ACCEPT));
    join(alice, bob);
    subscribe(alice, bob);
    mesh.run(100);
    for (int length : new int[] {0, 1, 13, 14, 15, 60, 9_800, 9_900, 9_986, 9_999, 10_014}) {
      for (long to : new long[] {mac(bob), Macs.BROADCAST, 0x0016_3e00_0001L, mac(alice)}) {
        byte[] frame =
            Arrays.copyOf(
                new WireWriter().mac(to).mac(mac(alice)).u16(0x0800).toByteArray(), length);
        alice.sendFrame(NETWORK_ID, frame);
        mesh.run(100);
      }
    }

    assertTrue(alice.log.contains("FRAME_TOO_LONG"));
    assertTrue(alice.log.stream().noneMatch(line -> line.startsWith("malformed")));
  }

  @Test
  void configuresTheControllersOwnMembershipWithoutPackets() {
    controller.authorized.add(hub.address());

    hub.networks.join(NETWORK_ID, mesh.nowMs);

    assertEquals(NetworkStatus.State.OK, state(hub));
    assertEquals(null, hub.sent.get(Verb.NETWORK_CONFIG_REQUEST));
    join(alice);
    subscribe(alice, hub);
    mesh.run(100);
    alice.sendFrame(NETWORK_ID, arp(alice, hub, true));
    hub.sendFrame(NETWORK_ID, arp(hub, alice, true));
    mesh.run(100);
    assertEquals(1, alice.output.frames.size());
    assertEquals(1, hub.output.frames.size());
  }

  @Test
  void sendsFramesToDevicesBehindABridge() {
    TestMesh.Member bridge = mesh.add(IDENTITIES.get("bridge"), null, Map.of());
    controller.specialists.add(bridge.address() | NetworkConfig.ACTIVE_BRIDGE);
    join(alice, bob, bridge);
    subscribe(alice, bob, bridge);
    mesh.run(100);
    long device = 0x0016_3e00_0001L;
    byte[] broadcast =
        new WireWriter().mac(Macs.BROADCAST).mac(device).u16(0x88b5).u64(1).toByteArray();
    bridge.sendFrame(NETWORK_ID, broadcast);
    mesh.run(100);
    assertEquals(1, alice.output.frames.size());

    byte[] answer = new WireWriter().mac(device).mac(mac(alice)).u16(0x88b5).u64(2).toByteArray();
    bridge.output.clear();
    alice.sendFrame(NETWORK_ID, answer);
    mesh.run(100);

    assertEquals(1, bridge.output.frames.size());
    alice.sendFrame(NETWORK_ID, Arrays.copyOf(answer, 14 + 9_990));
    mesh.run(100);
    assertEquals(1, alice.sent.get(Verb.EXT_FRAME), "a frame that is too long is not fragmented");
    assertEquals(null, bob.sent.get(Verb.EXT_FRAME));
    bob.sendFrame(NETWORK_ID, broadcast);
    mesh.run(100);
    assertEquals(
        1, alice.output.frames.size(), "a node that is no bridge sends no frames of other devices");
  }
}
