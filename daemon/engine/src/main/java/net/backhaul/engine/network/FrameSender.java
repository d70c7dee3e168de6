// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.util.random.RandomGenerator;
import net.backhaul.engine.Drop;
import net.backhaul.engine.FrameBatch;
import net.backhaul.engine.Output;
import net.backhaul.engine.peer.PacketRun;
import net.backhaul.engine.peer.PeerLink;
import net.backhaul.protocol.ethernet.Macs;
import net.backhaul.protocol.ethernet.OffloadHeader;
import net.backhaul.protocol.ethernet.Segmenter;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.packet.BigEndian;
import net.backhaul.protocol.packet.Packets;

/** Sends what comes from the device of a network to whom it is for (03 section 6.3). */
final class FrameSender {
  static final int ETHERNET_BYTES = 14;

  private static final int FRAME_HEADER_BYTES = 10;
  private static final int EXT_FRAME_HEADER_BYTES = 23;
  private static final int MAX_BRIDGES = 32;
  private static final int MAX_RUN_BYTES = 65_536;

  private final PeerLink link;
  private final Output output;
  private final RandomGenerator random;
  private final RuleEngine rules;
  private final CredentialExchange credentials;
  private final MulticastSender multicastSender;
  private final long self;
  private final FrameView view = new FrameView();
  private final byte[] copy = new byte[Packets.MAX_BYTES];
  private final OffloadHeader offload = new OffloadHeader();
  private final Segmenter segmenter = new Segmenter();

  private final PacketRun packets = new PacketRun();

  /** Packets made of one super-frame; as many as leave at once. */
  private final byte[] run = new byte[MAX_RUN_BYTES];

  FrameSender(
      PeerLink link,
      Output output,
      RandomGenerator random,
      RuleEngine rules,
      CredentialExchange credentials,
      MulticastSender multicastSender) {
    this.link = link;
    this.output = output;
    this.random = random;
    this.rules = rules;
    this.credentials = credentials;
    this.multicastSender = multicastSender;
    this.self = link.self().address();
  }

  /** Sends all frames of a batch; their bytes are clobbered. */
  void send(Network network, FrameBatch frames, long nowMs) {
    Policy policy = network.policy;
    if (policy == null) {
      return;
    }
    byte[] bytes = frames.bytes();
    for (int i = 0; i < frames.count(); i++) {
      int start = frames.start(i);
      int length = frames.length(i);
      if (length < ETHERNET_BYTES) {
        continue;
      }
      if (frames.isOffloaded(i)) {
        sendOffloaded(network, policy, bytes, start, length, nowMs);
      } else {
        send(network, policy, bytes, start, length, nowMs);
      }
    }
  }

  /** Does what the host has left to do on a frame, and sends what comes of it. */
  private void sendOffloaded(
      Network network, Policy policy, byte[] bytes, int start, int length, long nowMs) {
    offload.read(bytes, start - OffloadHeader.BYTES);
    if (offload.isSuperFrame()) {
      sendSuperFrame(network, policy, bytes, start, length, nowMs);
    } else if (Segmenter.finishChecksum(offload, bytes, start, length)) {
      send(network, policy, bytes, start, length, nowMs);
    } else {
      link.drop(Drop.BAD_OFFLOAD);
    }
  }

  /** Cuts a super-frame so that every piece fills a datagram. All pieces are of one flow. */
  private void sendSuperFrame(
      Network network, Policy policy, byte[] bytes, int start, int length, long nowMs) {
    long destination = BigEndian.mac(bytes, start);
    long source = BigEndian.mac(bytes, start + 6);
    boolean bridged = source != network.mac;
    long to = memberAt(network, destination);
    int fitting = policy.mtuBytes;
    if (to != 0) {
      int header = bridged ? EXT_FRAME_HEADER_BYTES : FRAME_HEADER_BYTES;
      fitting = Math.min(fitting, link.fittingPayloadBytes(to, nowMs) - header);
    }
    if (segmenter.begin(offload, bytes, start, length, fitting) == Segmenter.Kind.REJECTED) {
      link.drop(Drop.BAD_OFFLOAD);
      return;
    }
    if (segmenter.packetBytes() > policy.mtuBytes) {
      link.drop(Drop.TOO_LONG);
      return;
    }
    if (to == 0 || !policy.isFlowInvariant || (bridged && !policy.amBridge)) {
      sendPieces(network, policy, bytes, start, nowMs);
      return;
    }
    view.wrap(bytes, start + ETHERNET_BYTES, length - ETHERNET_BYTES);
    view.ethernet(destination, source, BigEndian.u16(bytes, start + 12));
    Member member = network.members.touch(to, nowMs);
    view.outbound(self, to, member);
    if (rules.admitsOutbound(network.id, policy, view, false, nowMs)) {
      credentials.showIfDue(network, member, nowMs);
      sendRuns(network, to, bridged, nowMs);
    }
  }

  /** Sends the pieces at hand to a member, packet behind packet. */
  private void sendRuns(Network network, long to, boolean bridged, long nowMs) {
    Verb verb = bridged ? Verb.EXT_FRAME : Verb.FRAME;
    int header = bridged ? EXT_FRAME_HEADER_BYTES : FRAME_HEADER_BYTES;
    int room = Packets.HEADER_BYTES + header;
    int packetBytes = room + segmenter.packetBytes();
    int end = 0;
    while (segmenter.hasNext()) {
      if (end + packetBytes > run.length) {
        link.send(packets.to(to, verb).wrap(run, 0, end, packetBytes), nowMs);
        end = 0;
      }
      writeHeader(network, bridged, run, end + room);
      end += room + segmenter.next(run, end + room);
    }
    link.send(packets.to(to, verb).wrap(run, 0, end, packetBytes), nowMs);
  }

  /** Sends the pieces at hand as if they had come from the device one by one. */
  private void sendPieces(Network network, Policy policy, byte[] bytes, int start, long nowMs) {
    int piece = FrameBatch.ROOM_BYTES;
    while (segmenter.hasNext()) {
      System.arraycopy(bytes, start, run, piece, ETHERNET_BYTES);
      int length = ETHERNET_BYTES + segmenter.next(run, piece + ETHERNET_BYTES);
      send(network, policy, run, piece, length, nowMs);
    }
  }

  /** Returns whose address a MAC is, or 0 for a group, ourselves, and what is behind a bridge. */
  private static long memberAt(Network network, long mac) {
    if (Macs.isMulticast(mac)
        || mac == network.mac
        || Macs.firstOctetOf(mac) != network.firstOctet) {
      return 0;
    }
    long address = Macs.addressOf(mac, network.id);
    return Addresses.isReserved(address) ? 0 : address;
  }

  private void send(
      Network network, Policy policy, byte[] bytes, int start, int length, long nowMs) {
    long destination = BigEndian.mac(bytes, start);
    long source = BigEndian.mac(bytes, start + 6);
    boolean bridged = source != network.mac;
    if (bridged && !policy.amBridge) {
      return;
    }
    view.wrap(bytes, start + ETHERNET_BYTES, length - ETHERNET_BYTES);
    view.ethernet(destination, source, BigEndian.u16(bytes, start + 12));
    if (Macs.isMulticast(destination)) {
      multicastSender.send(network, policy, view, bridged, nowMs);
    } else if (destination == network.mac) {
      output.deliverFrame(network.id, bytes, start, length);
    } else if (Macs.firstOctetOf(destination) == network.firstOctet) {
      long to = Macs.addressOf(destination, network.id);
      sendToMember(network, policy, to, bridged, nowMs);
    } else {
      sendToBridges(network, policy, nowMs);
    }
  }

  private void sendToMember(Network network, Policy policy, long to, boolean bridged, long nowMs) {
    if (Addresses.isReserved(to)) {
      return;
    }
    Member member = network.members.touch(to, nowMs);
    view.outbound(self, to, member);
    if (!rules.admitsOutbound(network.id, policy, view, false, nowMs)) {
      return;
    }
    credentials.showIfDue(network, member, nowMs);
    sendFrame(network, bridged, view.array(), view.at(0), view.length(), to, nowMs);
  }

  private void sendFrame(
      Network network, boolean bridged, byte[] bytes, int data, int length, long to, long nowMs) {
    writeHeader(network, bridged, bytes, data);
    int header = bridged ? EXT_FRAME_HEADER_BYTES : FRAME_HEADER_BYTES;
    Verb verb = bridged ? Verb.EXT_FRAME : Verb.FRAME;
    link.send(packets.to(to, verb).wrapPayload(bytes, data - header, header + length), nowMs);
  }

  /** Writes the fields of FRAME or EXT_FRAME that stand before the data (03 section 6.1). */
  private void writeHeader(Network network, boolean bridged, byte[] bytes, int data) {
    if (bridged) {
      int payload = data - EXT_FRAME_HEADER_BYTES;
      BigEndian.put64(bytes, payload, network.id);
      bytes[payload + 8] = 0;
      BigEndian.putMac(bytes, payload + 9, view.destinationMac);
      BigEndian.putMac(bytes, payload + 15, view.sourceMac);
      BigEndian.put16(bytes, payload + 21, view.etherType);
    } else {
      int payload = data - FRAME_HEADER_BYTES;
      BigEndian.put64(bytes, payload, network.id);
      BigEndian.put16(bytes, payload + 8, view.etherType);
    }
  }

  /** The destination is not a member: it must be behind a bridge. */
  private void sendToBridges(Network network, Policy policy, long nowMs) {
    view.outbound(self, 0, null);
    if (!rules.admitsOutbound(network.id, policy, view, false, nowMs)) {
      return;
    }
    long learned = network.bridgeRoutes.bridgeTo(view.destinationMac);
    if (learned != 0 && learned != self && policy.isActiveBridge(learned)) {
      sendToBridge(network, policy, learned, nowMs);
      return;
    }
    long[] bridges = policy.bridges();
    if (bridges.length > MAX_BRIDGES) {
      bridges = bridges.clone();
      LongArrays.shuffle(bridges, random);
    }
    for (int i = 0; i < Math.min(bridges.length, MAX_BRIDGES); i++) {
      sendToBridge(network, policy, bridges[i], nowMs);
    }
  }

  private void sendToBridge(Network network, Policy policy, long bridge, long nowMs) {
    if (bridge == self) {
      return;
    }
    int data = Packets.HEADER_BYTES + EXT_FRAME_HEADER_BYTES;
    int length = view.length();
    if (length > copy.length - data) {
      link.drop(Drop.TOO_LONG);
      return;
    }
    view.outbound(self, bridge, network.members.get(bridge));
    if (rules.admitsOutbound(network.id, policy, view, true, nowMs)) {
      System.arraycopy(view.array(), view.at(0), copy, data, length);
      sendFrame(network, true, copy, data, length, bridge, nowMs);
    }
  }
}
