// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import net.backhaul.engine.Drop;
import net.backhaul.engine.LongMap;
import net.backhaul.engine.peer.InboundPacket;
import net.backhaul.engine.peer.PacketOutcome;
import net.backhaul.engine.peer.PeerLink;
import net.backhaul.protocol.ethernet.Macs;
import net.backhaul.protocol.message.ExtFrame;
import net.backhaul.protocol.message.ExtFrameOk;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.network.MembershipCertificate;
import net.backhaul.protocol.packet.BigEndian;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireReader;
import org.jspecify.annotations.Nullable;

/** Handles FRAME and EXT_FRAME: frames that members send to this node alone (03 section 6.4). */
final class FrameReceiver {
  private static final int FRAME_HEADER_BYTES = 10;
  private static final int EXT_FRAME_FIXED_BYTES = 9;
  private static final int WITH_COM = 0x01;

  private final PeerLink link;
  private final LongMap<Network> networks;
  private final MembershipCheck membership;
  private final RuleEngine rules;
  private final FrameDelivery delivery;
  private final MssClamp mssClamp;
  private final long self;
  private final FrameView view = new FrameView();

  FrameReceiver(
      NodeContext node, LongMap<Network> networks, MembershipCheck membership, RuleEngine rules) {
    this.link = node.link();
    this.networks = networks;
    this.membership = membership;
    this.rules = rules;
    this.delivery = new FrameDelivery(node);
    this.mssClamp = new MssClamp(link);
    this.self = link.self().address();
  }

  PacketOutcome receiveFrame(InboundPacket packet) {
    byte[] bytes = packet.bytes();
    int start = packet.payloadStart();
    if (packet.payloadLength() < FRAME_HEADER_BYTES) {
      throw new WireException("frame ends early");
    }
    Network network = networks.get(BigEndian.i64(bytes, start));
    if (network == null) {
      link.drop(Drop.UNKNOWN_NETWORK);
      return PacketOutcome.ACCEPTED;
    }
    Policy policy = network.policy;
    Member sender = membership.findMember(network, packet);
    if (sender == null || policy == null) {
      return membership.requestCertificate(network, Verb.FRAME, packet);
    }
    view.begin(network, policy, packet.nowMs());
    view.wrap(bytes, start + FRAME_HEADER_BYTES, packet.payloadLength() - FRAME_HEADER_BYTES);
    long sourceMac = Macs.of(packet.source(), network.id);
    view.ethernet(network.mac, sourceMac, BigEndian.u16(bytes, start + 8));
    view.inbound(packet.source(), self, sender);
    if (view.length() == 0) {
      view.drop(link, Drop.FRAME_TOO_SHORT);
      return PacketOutcome.TRUSTED;
    }
    if (!view.applyEcn(packet.tunnelEcn())) {
      view.drop(link, Drop.CONGESTION_MARKED);
      return PacketOutcome.TRUSTED;
    }
    switch (rules.filterInbound(view)) {
      case ACCEPT, SUPER_ACCEPT -> deliver(view, FRAME_HEADER_BYTES);
      case DROP, REDIRECT -> {}
    }
    return PacketOutcome.TRUSTED;
  }

  PacketOutcome receiveExtFrame(InboundPacket packet) {
    byte[] bytes = packet.bytes();
    int start = packet.payloadStart();
    if (packet.payloadLength() < EXT_FRAME_FIXED_BYTES) {
      throw new WireException("frame ends early");
    }
    Network network = networks.get(BigEndian.i64(bytes, start));
    if (network == null) {
      link.drop(Drop.UNKNOWN_NETWORK);
      return PacketOutcome.ACCEPTED;
    }
    int flags = bytes[start + 8] & 0xff;
    int ethernet = start + EXT_FRAME_FIXED_BYTES;
    int length = packet.payloadLength() - EXT_FRAME_FIXED_BYTES;
    if ((flags & WITH_COM) != 0) {
      var in = new WireReader(bytes, ethernet, length);
      membership.acceptAttached(MembershipCertificate.read(in), packet);
      ethernet = in.position();
      length = in.remaining();
    }
    Policy policy = network.policy;
    Member sender = membership.findMember(network, packet);
    if (sender == null || policy == null) {
      return membership.requestCertificate(network, Verb.EXT_FRAME, packet);
    }
    view.begin(network, policy, packet.nowMs());
    if (length <= FrameView.ETHERNET_BYTES) {
      network.counters.received(false, 1);
      link.drop(Drop.FRAME_TOO_SHORT);
    } else {
      view.wrapEthernet(bytes, ethernet, length);
      view.inbound(packet.source(), self, sender);
      if (!view.applyEcn(packet.tunnelEcn())) {
        view.drop(link, Drop.CONGESTION_MARKED);
        return PacketOutcome.TRUSTED;
      }
      if (!receive(view)) {
        return PacketOutcome.TRUSTED;
      }
    }
    if ((flags & ExtFrame.ACKNOWLEDGE) != 0) {
      packet.reply(new ExtFrameOk(packet.packetId(), network.id));
    }
    return PacketOutcome.TRUSTED;
  }

  /** Returns false for a frame that must not be acknowledged. */
  private boolean receive(FrameView frame) {
    if (frame.sourceMac() == 0 || frame.sourceMac() == frame.network.mac) {
      frame.drop(link, Drop.SPOOFED_MAC);
      return false;
    }
    switch (rules.filterInbound(frame)) {
      case DROP, REDIRECT -> {
        return true;
      }
      case ACCEPT -> {
        Drop reason = checkMacs(frame);
        if (reason != null) {
          frame.drop(link, reason);
          return false;
        }
      }
      case SUPER_ACCEPT -> {}
    }
    deliver(frame, EXT_FRAME_FIXED_BYTES + FrameView.ETHERNET_BYTES);
    return true;
  }

  private void deliver(FrameView frame, int headerBytes) {
    mssClamp.apply(frame, frame.source(), headerBytes);
    delivery.deliver(frame);
  }

  /** Returns why a frame may not have its MACs, or null if it may; records bridge routes. */
  private static @Nullable Drop checkMacs(FrameView frame) {
    Policy policy = frame.policy;
    if (frame.sourceMac() != Macs.of(frame.source(), frame.network.id)) {
      if (!policy.isActiveBridge(frame.source())) {
        return Drop.SPOOFED_MAC;
      }
      frame.network.bridgeRoutes.learn(frame.sourceMac(), frame.source());
      return null;
    }
    if (frame.destinationMac() == frame.network.mac) {
      return null;
    }
    if (Macs.isMulticast(frame.destinationMac())) {
      return policy.multicastLimit == 0 ? Drop.MULTICAST_DISABLED : null;
    }
    return policy.amBridge ? null : Drop.BRIDGING_NOT_AUTHORIZED;
  }
}
