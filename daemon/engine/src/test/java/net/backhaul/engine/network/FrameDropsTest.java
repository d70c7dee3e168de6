// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import static net.backhaul.engine.network.JoinedNetwork.ALICES_MAC;
import static net.backhaul.engine.network.JoinedNetwork.BOBS_MAC;
import static net.backhaul.engine.network.JoinedNetwork.CONTROLLER;
import static net.backhaul.engine.network.JoinedNetwork.MTU_BYTES;
import static net.backhaul.engine.network.JoinedNetwork.NOW_MS;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import net.backhaul.engine.Drop;
import net.backhaul.engine.NetworkTraffic;
import net.backhaul.protocol.ethernet.Macs;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.network.Rule;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireWriter;
import org.junit.jupiter.api.Test;

/** Every frame that is dropped is counted, by reason and by network. */
class FrameDropsTest {
  private static final long NETWORK_ID = JoinedNetwork.ID;
  private static final long DEVICE_MAC = 0x0016_3e00_0001L;
  private static final long GROUP_MAC = 0x0100_5e00_0001L;

  private final RecordingOutput output = new RecordingOutput();
  private final JoinedNetwork network = new JoinedNetwork(output);
  private final RecordingLink link = network.link;
  private final TestController controller = network.controller;
  private final Networks networks = network.networks;

  private static byte[] frame(long to, long from, int bytes) {
    return JoinedNetwork.frame(to, from, new byte[bytes]);
  }

  private void receive(Verb verb, WireWriter payload) {
    network.receive(verb, payload.toByteArray());
  }

  private static WireWriter extFrame(byte[] frame) {
    return new WireWriter().u64(NETWORK_ID).u8(0).bytes(frame);
  }

  private static WireWriter multicast(long sourceMac, long group, int bytes) {
    return new WireWriter()
        .u64(NETWORK_ID)
        .u8(4)
        .mac(sourceMac)
        .mac(group)
        .u32(0)
        .u16(0x0800)
        .bytes(new byte[bytes]);
  }

  private void assertSentDropped(Drop reason) {
    assertEquals(Map.of(reason, 1), link.drops);
    assertEquals(
        List.of(new NetworkTraffic(NETWORK_ID, 0, 0, 0, 1)), networks.traffic(), "" + reason);
  }

  private void assertReceivedDropped(Drop reason) {
    assertEquals(Map.of(reason, 1), link.drops);
    assertEquals(List.of(), output.frames);
    assertEquals(
        List.of(new NetworkTraffic(NETWORK_ID, 0, 1, 0, 0)), networks.traffic(), "" + reason);
  }

  @Test
  void countsAcceptedFrames() {
    network.join();

    network.send(frame(BOBS_MAC, ALICES_MAC, 60));
    receive(Verb.FRAME, new WireWriter().u64(NETWORK_ID).u16(0x0800).bytes(new byte[60]));

    assertEquals(Map.of(), link.drops);
    assertEquals(1, output.frames.size());
    assertEquals(List.of(new NetworkTraffic(NETWORK_ID, 1, 0, 1, 0)), networks.traffic());
  }

  @Test
  void dropsOutboundFramesByRules() {
    controller.rules = List.of(Rule.action(Rule.ACTION_DROP));
    network.join();

    network.send(frame(BOBS_MAC, ALICES_MAC, 60));

    assertSentDropped(Drop.BLOCKED_BY_RULES_OUTBOUND);
  }

  @Test
  void dropsInboundFramesByRules() {
    controller.rules = List.of(Rule.action(Rule.ACTION_DROP));
    network.join();

    receive(Verb.FRAME, new WireWriter().u64(NETWORK_ID).u16(0x0800).bytes(new byte[60]));

    assertReceivedDropped(Drop.BLOCKED_BY_RULES_INBOUND);
  }

  @Test
  void doesNotCountARedirectedFrameAsDropped() {
    var target = new WireWriter().u64(CONTROLLER.address()).u32(0).u16(0);
    controller.rules =
        List.of(new Rule(Rule.ACTION_REDIRECT, false, false, Bytes.of(target.toByteArray())));
    network.join();

    network.send(frame(BOBS_MAC, ALICES_MAC, 60));

    assertEquals(Map.of(), link.drops);
    assertEquals(CONTROLLER.address(), link.sent.getLast().to());
  }

  @Test
  void dropsFramesWithoutAWholeEthernetHeader() {
    network.join();

    network.send(new byte[13]);

    assertSentDropped(Drop.FRAME_TOO_SHORT);
  }

  @Test
  void dropsReceivedFramesWithoutData() {
    network.join();

    receive(Verb.FRAME, new WireWriter().u64(NETWORK_ID).u16(0x0800));

    assertReceivedDropped(Drop.FRAME_TOO_SHORT);
  }

  @Test
  void dropsReceivedExtFramesWithoutData() {
    network.join();

    receive(Verb.EXT_FRAME, extFrame(frame(ALICES_MAC, BOBS_MAC, 0)));

    assertReceivedDropped(Drop.FRAME_TOO_SHORT);
  }

  @Test
  void dropsReceivedFramesOverTheMtu() {
    network.join();

    receive(
        Verb.FRAME, new WireWriter().u64(NETWORK_ID).u16(0x0800).bytes(new byte[MTU_BYTES + 1]));

    assertReceivedDropped(Drop.FRAME_TOO_LONG);
  }

  @Test
  void deliversReceivedFramesOfTheMtu() {
    network.join();

    receive(Verb.FRAME, new WireWriter().u64(NETWORK_ID).u16(0x0800).bytes(new byte[MTU_BYTES]));

    assertEquals(Map.of(), link.drops);
    assertEquals(1, output.frames.size());
  }

  @Test
  void dropsFramesWithTheMacOfAnotherDevice() {
    network.join();

    receive(Verb.EXT_FRAME, extFrame(frame(ALICES_MAC, DEVICE_MAC, 60)));

    assertReceivedDropped(Drop.SPOOFED_MAC);
  }

  @Test
  void dropsFramesWithOurOwnMac() {
    network.join();

    receive(Verb.EXT_FRAME, extFrame(frame(ALICES_MAC, ALICES_MAC, 60)));

    assertReceivedDropped(Drop.SPOOFED_MAC);
  }

  @Test
  void dropsMulticastFramesWithTheMacOfAnotherDevice() {
    network.join();

    receive(Verb.MULTICAST_FRAME, multicast(DEVICE_MAC, GROUP_MAC, 60));

    assertReceivedDropped(Drop.SPOOFED_MAC);
  }

  @Test
  void dropsMulticastFramesToNoGroup() {
    network.join();

    receive(Verb.MULTICAST_FRAME, multicast(BOBS_MAC, ALICES_MAC, 60));

    assertReceivedDropped(Drop.INVALID_DESTINATION);
  }

  @Test
  void dropsMulticastFramesWithoutData() {
    network.join();

    receive(Verb.MULTICAST_FRAME, multicast(BOBS_MAC, GROUP_MAC, 0));

    assertReceivedDropped(Drop.FRAME_TOO_SHORT);
  }

  @Test
  void dropsFramesFromDevicesBehindANodeThatIsNoBridge() {
    network.join();

    network.send(frame(BOBS_MAC, DEVICE_MAC, 60));

    assertSentDropped(Drop.BRIDGING_NOT_AUTHORIZED);
  }

  @Test
  void dropsReceivedFramesToDevicesBehindANodeThatIsNoBridge() {
    network.join();

    receive(Verb.EXT_FRAME, extFrame(frame(DEVICE_MAC, BOBS_MAC, 60)));

    assertReceivedDropped(Drop.BRIDGING_NOT_AUTHORIZED);
  }

  @Test
  void dropsFramesToUnknownDevicesWithoutABridge() {
    network.join();

    network.send(frame(DEVICE_MAC, ALICES_MAC, 60));

    assertSentDropped(Drop.NO_BRIDGE);
  }

  @Test
  void dropsFramesToReservedAddresses() {
    network.join();

    network.send(frame(Macs.of(0, NETWORK_ID), ALICES_MAC, 60));

    assertSentDropped(Drop.INVALID_DESTINATION);
  }

  @Test
  void dropsBroadcastsWhereTheNetworkHasNone() {
    controller.flags = 0;
    network.join();

    network.send(frame(Macs.BROADCAST, ALICES_MAC, 60));

    assertSentDropped(Drop.MULTICAST_DISABLED);
  }

  @Test
  void dropsMulticastsWhereTheNetworkHasNone() {
    controller.multicastLimit = 0;
    network.join();

    network.send(frame(GROUP_MAC, ALICES_MAC, 60));

    assertSentDropped(Drop.MULTICAST_DISABLED);
  }

  @Test
  void dropsReceivedMulticastsWhereTheNetworkHasNone() {
    controller.multicastLimit = 0;
    network.join();

    receive(Verb.MULTICAST_FRAME, multicast(BOBS_MAC, GROUP_MAC, 60));
    receive(Verb.EXT_FRAME, extFrame(frame(GROUP_MAC, BOBS_MAC, 60)));

    assertEquals(Map.of(Drop.MULTICAST_DISABLED, 2), link.drops);
    assertEquals(List.of(), output.frames);
  }

  @Test
  void dropsMulticastsThatReachNoMemberInTime() {
    network.join();

    network.send(frame(GROUP_MAC, ALICES_MAC, 60));
    networks.advance(NOW_MS + 30_000);

    assertEquals(Map.of(Drop.NO_RECIPIENT, 1), link.drops);
  }

  @Test
  void dropsFramesOfUnknownNetworks() {
    network.send(frame(BOBS_MAC, ALICES_MAC, 60));
    for (Verb verb : List.of(Verb.FRAME, Verb.EXT_FRAME, Verb.MULTICAST_FRAME)) {
      receive(verb, new WireWriter().u64(NETWORK_ID).u16(0x0800).bytes(new byte[60]));
    }

    assertEquals(Map.of(Drop.UNKNOWN_NETWORK, 4), link.drops);
  }

  @Test
  void dropsFramesBeforeTheConfiguration() {
    networks.join(NETWORK_ID, NOW_MS);

    network.send(frame(BOBS_MAC, ALICES_MAC, 60));

    assertEquals(Map.of(Drop.NOT_CONFIGURED, 1), link.drops);
    assertEquals(List.of(new NetworkTraffic(NETWORK_ID, 0, 0, 0, 1)), networks.traffic());
  }

  @Test
  void dropsFramesOfPeersThatAreNotMembers() {
    network.join();
    Identity mallory = RecordedIdentities.all().get("mallory");

    byte[] payload = new WireWriter().u64(NETWORK_ID).u16(0x0800).bytes(new byte[60]).toByteArray();
    networks.receive(link.packet(mallory, 1, Verb.FRAME, payload, NOW_MS), Verb.FRAME);

    assertReceivedDropped(Drop.NOT_A_MEMBER);
  }
}
