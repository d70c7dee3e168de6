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

/** Sends frames from the device of a network to members, bridges and groups (03 section 6.3). */
final class FrameSender {
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
  private final MssClamp mssClamp;
  private final long self;
  private final FrameView view = new FrameView();
  private final FrameView copyView = new FrameView();
  private final byte[] copy = new byte[Packets.MAX_BYTES];
  private final OffloadHeader offload = new OffloadHeader();
  private final Segmenter segmenter = new Segmenter();
  private final PacketRun packets = new PacketRun();

  /** Packets made of the segments of one super-frame: as many as are sent at once. */
  private final byte[] run = new byte[MAX_RUN_BYTES];

  FrameSender(
      NodeContext node,
      RuleEngine rules,
      CredentialExchange credentials,
      MulticastSender multicastSender) {
    this.link = node.link();
    this.output = node.output();
    this.random = node.random();
    this.rules = rules;
    this.credentials = credentials;
    this.multicastSender = multicastSender;
    this.mssClamp = new MssClamp(link);
    this.self = link.self().address();
  }

  /** Sends all frames of a batch; their bytes are overwritten. */
  void send(Network network, FrameBatch frames, long nowMs) {
    Policy policy = network.policy;
    for (int i = 0; i < frames.count(); i++) {
      int length = frames.length(i);
      if (policy == null) {
        drop(network, Drop.NOT_CONFIGURED);
      } else if (length < FrameView.ETHERNET_BYTES) {
        drop(network, Drop.FRAME_TOO_SHORT);
      } else {
        view.begin(network, policy, nowMs);
        view.wrapEthernet(frames.bytes(), frames.start(i), length);
        send(frames.isOffloaded(i));
      }
    }
  }

  /** Sends the current frame; an internal error costs just this one. */
  private void send(boolean offloaded) {
    try {
      if (offloaded) {
        sendOffloaded();
      } else {
        send(view);
      }
    } catch (RuntimeException e) {
      link.internalError("sending a frame", e);
    }
  }

  private void drop(Network network, Drop reason) {
    network.counters.sent(false, 1);
    link.drop(reason);
  }

  /**
   * Completes the work that the host has offloaded: computes the checksum of a frame, or segments
   * it.
   */
  private void sendOffloaded() {
    byte[] bytes = view.array();
    int start = view.ethernetStart();
    offload.read(bytes, start - OffloadHeader.BYTES);
    if (offload.isSuperFrame()) {
      sendSuperFrame();
    } else if (Segmenter.finishChecksum(offload, bytes, start, view.ethernetLength())) {
      send(view);
    } else {
      view.drop(link, Drop.BAD_OFFLOAD);
    }
  }

  /**
   * Segments a super-frame as the host's TCP would have: its recovery of losses counts in these
   * segments. All segments are of one flow.
   */
  private void sendSuperFrame() {
    Policy policy = view.policy;
    long to = memberAt(view);
    int start = view.ethernetStart();
    if (segmenter.begin(offload, view.array(), start, view.ethernetLength(), policy.mtuBytes)
        == Segmenter.Kind.REJECTED) {
      view.drop(link, Drop.BAD_OFFLOAD);
      return;
    }
    if (segmenter.packetBytes() > policy.mtuBytes) {
      view.drop(link, Drop.FRAME_TOO_LONG);
      return;
    }
    if (to == 0 || !policy.isSegmentInvariant || (view.isBridged && !policy.amBridge)) {
      sendSegments();
      return;
    }
    Member member = view.network.members.touch(to, view.nowMs);
    view.outbound(self, to, member);
    if (rules.acceptsOutbound(view, false)) {
      credentials.sendIfDue(view.network, member, view.nowMs);
      sendRuns();
    }
  }

  /** Sends the segments to the view's destination, packets back to back. */
  private void sendRuns() {
    int headroom = Packets.HEADER_BYTES + headerBytes(view);
    int packetBytes = headroom + segmenter.packetBytes();
    int end = 0;
    while (segmenter.hasNext()) {
      if (end + packetBytes > run.length) {
        sendRun(end, packetBytes);
        end = 0;
      }
      writeHeader(view, run, end + headroom);
      end += headroom + segmenter.next(run, end + headroom);
      view.network.counters.sent(true, 1);
    }
    sendRun(end, packetBytes);
  }

  private void sendRun(int length, int packetBytes) {
    Verb verb = view.isBridged ? Verb.EXT_FRAME : Verb.FRAME;
    view.classify(packets.to(view.destination(), verb));
    link.send(packets.wrap(run, 0, length, packetBytes), view.nowMs);
  }

  /** Sends the segments as if the device had delivered them one by one. */
  private void sendSegments() {
    byte[] superFrame = view.array();
    int start = view.ethernetStart();
    int segment = FrameBatch.HEADROOM_BYTES;
    while (segmenter.hasNext()) {
      System.arraycopy(superFrame, start, run, segment, FrameView.ETHERNET_BYTES);
      int length = segmenter.next(run, segment + FrameView.ETHERNET_BYTES);
      view.wrapEthernet(run, segment, FrameView.ETHERNET_BYTES + length);
      send(view);
    }
  }

  /** Returns the member that the destination MAC stands for; 0 for groups, bridges, ourselves. */
  private static long memberAt(FrameView frame) {
    long mac = frame.destinationMac();
    Network network = frame.network;
    if (Macs.isMulticast(mac)
        || mac == network.mac
        || Macs.firstOctetOf(mac) != network.firstOctet) {
      return 0;
    }
    long address = Macs.addressOf(mac, network.id);
    return Addresses.isReserved(address) ? 0 : address;
  }

  private void send(FrameView frame) {
    Network network = frame.network;
    long destination = frame.destinationMac();
    if (frame.isBridged && !frame.policy.amBridge) {
      frame.drop(link, Drop.BRIDGING_NOT_AUTHORIZED);
    } else if (Macs.isMulticast(destination)) {
      if (frame.network.loopGuard.accepts(frame, true, link, output)) {
        multicastSender.send(frame);
      }
    } else if (destination == network.mac) {
      int start = frame.ethernetStart();
      output.deliverFrame(network.id, frame.array(), start, frame.ethernetLength());
    } else if (Macs.firstOctetOf(destination) == network.firstOctet) {
      sendToMember(frame, Macs.addressOf(destination, network.id));
    } else {
      sendToBridges(frame);
    }
  }

  private void sendToMember(FrameView frame, long to) {
    if (Addresses.isReserved(to)) {
      frame.drop(link, Drop.INVALID_DESTINATION);
      return;
    }
    Member member = frame.network.members.touch(to, frame.nowMs);
    frame.outbound(self, to, member);
    if (rules.acceptsOutbound(frame, false)) {
      credentials.sendIfDue(frame.network, member, frame.nowMs);
      frame.network.counters.sent(true, 1);
      sendFrame(frame);
    }
  }

  /** Sends a frame to the view's destination: writes the header before the data, and seals it. */
  private void sendFrame(FrameView frame) {
    int header = headerBytes(frame);
    mssClamp.apply(frame, frame.destination(), header);
    writeHeader(frame, frame.array(), frame.at(0));
    Verb verb = frame.isBridged ? Verb.EXT_FRAME : Verb.FRAME;
    frame.classify(packets.to(frame.destination(), verb));
    packets.wrapPayload(frame.array(), frame.at(-header), header + frame.length());
    link.send(packets, frame.nowMs);
  }

  private static int headerBytes(FrameView frame) {
    return frame.isBridged ? EXT_FRAME_HEADER_BYTES : FRAME_HEADER_BYTES;
  }

  /** Writes the fields of FRAME or EXT_FRAME that stand before the data (03 section 6.1). */
  private static void writeHeader(FrameView frame, byte[] bytes, int data) {
    int payload = data - headerBytes(frame);
    BigEndian.put64(bytes, payload, frame.network.id);
    if (frame.isBridged) {
      bytes[payload + 8] = 0;
      BigEndian.putMac(bytes, payload + 9, frame.destinationMac());
      BigEndian.putMac(bytes, payload + 15, frame.sourceMac());
      BigEndian.put16(bytes, payload + 21, frame.etherType());
    } else {
      BigEndian.put16(bytes, payload + 8, frame.etherType());
    }
  }

  /** Sends a frame whose destination is no member: it must be behind a bridge. */
  private void sendToBridges(FrameView frame) {
    Policy policy = frame.policy;
    frame.outbound(self, 0, null);
    if (!rules.acceptsOutbound(frame, false)) {
      return;
    }
    long learned = frame.network.bridgeRoutes.bridgeTo(frame.destinationMac());
    if (learned == 0 && !frame.network.loopGuard.accepts(frame, true, link, output)) {
      return;
    }
    if (learned != 0 && learned != self && policy.isActiveBridge(learned)) {
      frame.network.counters.sent(true, 1);
      sendToBridge(frame, learned);
      return;
    }
    long[] bridges = policy.bridges();
    if (bridges.length == 0 || (bridges.length == 1 && bridges[0] == self)) {
      frame.drop(link, Drop.NO_BRIDGE);
      return;
    }
    frame.network.counters.sent(true, 1);
    if (bridges.length > MAX_BRIDGES) {
      bridges = bridges.clone();
      LongArrays.shuffle(bridges, random);
    }
    for (int i = 0; i < Math.min(bridges.length, MAX_BRIDGES); i++) {
      sendToBridge(frame, bridges[i]);
    }
  }

  /** Sends a copy: sealing overwrites the bytes, which the next bridge needs. */
  private void sendToBridge(FrameView frame, long bridge) {
    if (bridge == self) {
      return;
    }
    int data = Packets.HEADER_BYTES + EXT_FRAME_HEADER_BYTES;
    int length = frame.length();
    if (length > copy.length - data) {
      frame.drop(link, Drop.FRAME_TOO_LONG);
      return;
    }
    frame.outbound(self, bridge, frame.network.members.get(bridge));
    if (rules.acceptsOutbound(frame, true)) {
      System.arraycopy(frame.array(), frame.at(0), copy, data, length);
      copyView.begin(frame.network, frame.policy, frame.nowMs);
      copyView.wrap(copy, data, length);
      copyView.ethernet(frame.destinationMac(), frame.sourceMac(), frame.etherType());
      copyView.outbound(self, bridge, frame.remote);
      copyView.isBridged = true;
      sendFrame(copyView);
    }
  }
}
