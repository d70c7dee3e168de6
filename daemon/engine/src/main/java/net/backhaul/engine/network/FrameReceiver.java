// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import net.backhaul.engine.Drop;
import net.backhaul.engine.LongMap;
import net.backhaul.engine.Output;
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

/** Delivers what members send to us alone: FRAME and EXT_FRAME (03 section 6.4). */
final class FrameReceiver {
  private static final int FRAME_HEADER_BYTES = 10;
  private static final int EXT_FRAME_FIXED_BYTES = 9;
  private static final int WITH_COM = 0x01;

  private final PeerLink link;
  private final Output output;
  private final LongMap<Network> networks;
  private final MembershipCheck membership;
  private final CredentialExchange credentials;
  private final RuleEngine rules;
  private final long self;
  private final FrameView view = new FrameView();

  FrameReceiver(
      PeerLink link,
      Output output,
      LongMap<Network> networks,
      MembershipCheck membership,
      CredentialExchange credentials,
      RuleEngine rules) {
    this.link = link;
    this.output = output;
    this.networks = networks;
    this.membership = membership;
    this.credentials = credentials;
    this.rules = rules;
    this.self = link.self().address();
  }

  PacketOutcome receiveFrame(byte[] bytes, int start, int length, InboundPacket from, long nowMs) {
    if (length < FRAME_HEADER_BYTES) {
      throw new WireException("frame ends early");
    }
    Network network = networks.get(BigEndian.i64(bytes, start));
    if (network == null) {
      return PacketOutcome.ACCEPTED;
    }
    Policy policy = network.policy;
    if (!membership.admits(network, from, nowMs) || policy == null) {
      return membership.askForCertificate(network, Verb.FRAME, from, nowMs);
    }
    int dataLength = length - FRAME_HEADER_BYTES;
    if (dataLength == 0) {
      return PacketOutcome.TRUSTED;
    }
    int data = start + FRAME_HEADER_BYTES;
    long sourceMac = Macs.of(from.source(), network.id);
    view.wrap(bytes, data, dataLength);
    view.ethernet(network.mac, sourceMac, BigEndian.u16(bytes, start + 8));
    view.inbound(from.source(), self, network.members.get(from.source()));
    if (rules.admitInbound(network.id, policy, view, nowMs) == RuleVerdict.DROP) {
      link.drop(Drop.FORBIDDEN_BY_RULES);
    } else {
      deliver(network, policy);
    }
    return PacketOutcome.TRUSTED;
  }

  PacketOutcome receiveExtFrame(
      byte[] bytes, int start, int length, InboundPacket from, long nowMs) {
    if (length < EXT_FRAME_FIXED_BYTES) {
      throw new WireException("frame ends early");
    }
    Network network = networks.get(BigEndian.i64(bytes, start));
    if (network == null) {
      return PacketOutcome.ACCEPTED;
    }
    int flags = bytes[start + 8] & 0xff;
    int ethernet = start + EXT_FRAME_FIXED_BYTES;
    int left = length - EXT_FRAME_FIXED_BYTES;
    if ((flags & WITH_COM) != 0) {
      var in = new WireReader(bytes, ethernet, left);
      credentials.acceptAttached(MembershipCertificate.read(in), from.source(), nowMs);
      ethernet = in.position();
      left = in.remaining();
    }
    Policy policy = network.policy;
    if (!membership.admits(network, from, nowMs) || policy == null) {
      return membership.askForCertificate(network, Verb.EXT_FRAME, from, nowMs);
    }
    if (left > FrameSender.ETHERNET_BYTES
        && !receiveEthernet(network, policy, bytes, ethernet, left, from, nowMs)) {
      return PacketOutcome.TRUSTED;
    }
    if ((flags & ExtFrame.ACKNOWLEDGE) != 0) {
      from.reply(new ExtFrameOk(from.packetId(), network.id));
    }
    return PacketOutcome.TRUSTED;
  }

  /** Returns false where the frame is not even to be acknowledged. */
  private boolean receiveEthernet(
      Network network,
      Policy policy,
      byte[] bytes,
      int start,
      int length,
      InboundPacket from,
      long nowMs) {
    long destinationMac = BigEndian.mac(bytes, start);
    long sourceMac = BigEndian.mac(bytes, start + 6);
    if (sourceMac == 0 || sourceMac == network.mac) {
      return false;
    }
    view.wrap(bytes, start + FrameSender.ETHERNET_BYTES, length - FrameSender.ETHERNET_BYTES);
    view.ethernet(destinationMac, sourceMac, BigEndian.u16(bytes, start + 12));
    view.inbound(from.source(), self, network.members.get(from.source()));
    switch (rules.admitInbound(network.id, policy, view, nowMs)) {
      case DROP -> {
        link.drop(Drop.FORBIDDEN_BY_RULES);
        return true;
      }
      case ACCEPT -> {
        if (!macsAreRight(network, policy, from.source())) {
          return false;
        }
      }
      case SUPER_ACCEPT -> {}
    }
    deliver(network, policy);
    return true;
  }

  private boolean macsAreRight(Network network, Policy policy, long source) {
    if (view.sourceMac != Macs.of(source, network.id)) {
      if (!policy.isActiveBridge(source)) {
        return false;
      }
      network.bridgeRoutes.learn(view.sourceMac, source);
      return true;
    }
    if (view.destinationMac == network.mac) {
      return true;
    }
    return Macs.isMulticast(view.destinationMac) ? policy.multicastLimit != 0 : policy.amBridge;
  }

  /** Puts the Ethernet header before the frame, over bytes that were read already. */
  private void deliver(Network network, Policy policy) {
    deliver(output, network, policy, view);
  }

  static void deliver(Output output, Network network, Policy policy, FrameView view) {
    if (view.length() > policy.mtuBytes) {
      return;
    }
    byte[] bytes = view.array();
    int start = view.at(-FrameSender.ETHERNET_BYTES);
    BigEndian.putMac(bytes, start, view.destinationMac);
    BigEndian.putMac(bytes, start + 6, view.sourceMac);
    BigEndian.put16(bytes, start + 12, view.etherType);
    output.deliverFrame(network.id, bytes, start, FrameSender.ETHERNET_BYTES + view.length());
  }
}
