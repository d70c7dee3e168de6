// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import net.backhaul.engine.DatagramBatch;
import net.backhaul.engine.Drop;
import net.backhaul.engine.LocalSocket;
import net.backhaul.protocol.packet.Ecn;
import net.backhaul.protocol.packet.FragmentView;
import net.backhaul.protocol.packet.PacketView;
import net.backhaul.protocol.packet.Packets;
import net.backhaul.protocol.packet.Reassembly;

/**
 * Receives datagrams: checks their length, reassembles fragments, relays what is for others and
 * passes whole packets to the {@link PacketDispatcher} (02 sections 1 and 3.6).
 */
final class DatagramReceiver {
  private static final int SHORTEST_BYTES = 17;

  private final PeerContext context;
  private final InboundPacket packet;
  private final LanBeacons beacons;
  private final Relay relay;
  private final PacketDispatcher dispatcher;
  private final FragmentView fragment = new FragmentView();
  private final AdjacentFragments adjacent = new AdjacentFragments();
  private final Reassembly reassembly = new Reassembly();
  private final PendingHeads heads = new PendingHeads();

  /** How many datagrams of the batch the current packet consists of, as far as that is known. */
  private int taken;

  DatagramReceiver(
      PeerContext context,
      InboundPacket packet,
      LanBeacons beacons,
      Relay relay,
      PacketDispatcher dispatcher) {
    this.context = context;
    this.packet = packet;
    this.beacons = beacons;
    this.relay = relay;
    this.dispatcher = dispatcher;
  }

  /**
   * Receives a datagram of a batch, and the fragments after it if it is the head of a packet; their
   * bytes are overwritten. An internal error costs just these.
   *
   * @return the index of the next datagram
   */
  int receive(DatagramBatch batch, int index, long nowMs) {
    taken = 1;
    try {
      receiveAt(batch, index, nowMs);
    } catch (RuntimeException e) {
      context.internalError("handling a datagram", e);
    }
    return index + taken;
  }

  private void receiveAt(DatagramBatch batch, int index, long nowMs) {
    byte[] bytes = batch.bytes();
    int start = batch.start(index);
    int length = batch.length(index);
    count(batch, index);
    int ecn = batch.ecn(index);
    packet
        .arrived(batch.socket(index), batch.from(index), nowMs, nowMs)
        .ecn(context.blindMarks.meaningful(ecn, batch.from(index)))
        .cameWithMark(ecn == Ecn.CE);
    boolean hasHeader = packet.wrap(bytes, start, length);
    if (length == LanBeacons.BEACON_BYTES) {
      beacons.receive(packet);
    } else if (length < SHORTEST_BYTES) {
      context.drop(Drop.TOO_SHORT);
    } else if (length > Packets.MAX_BYTES) {
      context.drop(Drop.TOO_LONG);
    } else if (FragmentView.isFragment(bytes, start, length)) {
      receiveFragment();
    } else if (!hasHeader) {
      context.drop(Drop.TOO_SHORT);
    } else if (!receiveHead()) {
      receiveFragmented(batch, index);
    }
  }

  /** Counts the bytes of a datagram; what relays bring is counted where TCP is read. */
  private void count(DatagramBatch batch, int index) {
    if (!LocalSocket.isRelay(batch.socket(index))) {
      context.counters.receivedDatagram(batch.length(index));
    }
  }

  private void receiveFragment() {
    fragment.wrap(packet.bytes(), packet.start(), packet.length());
    if (fragment.destination() != context.address) {
      int hops = fragment.hops();
      if (relay.permits(packet, hops)) {
        fragment.hops(hops + 1);
        relay.relay(packet, 0, fragment.destination());
      }
      return;
    }
    if (!fragment.isValid()) {
      context.drop(Drop.BAD_FRAGMENT);
      return;
    }
    long packetId = fragment.packetId();
    context.counters.fragment();
    long nowMs = packet.nowMs();
    reassembly.arrivedWith(packet.ecn());
    int whole = reassembly.fragment(packet.bytes(), packet.start(), packet.length(), nowMs);
    countLost();
    if (whole > 0) {
      int head = heads.find(packetId);
      if (head >= 0) {
        int socket = heads.socket(head);
        packet.arrived(socket, heads.remove(head), nowMs, nowMs);
      }
      receiveReassembled(whole);
    }
  }

  /** Receives a packet; false if it is only the head of one for this node. */
  private boolean receiveHead() {
    PacketView header = packet.header();
    if (header.source() == context.address) {
      dispatcher.receiveFromSelf();
    } else if (header.destination() != context.address) {
      int hops = header.hops();
      if (relay.permits(packet, hops)) {
        header.hops(hops + 1);
        relay.relay(packet, header.source(), header.destination());
      }
    } else if (header.fragmented()) {
      return false;
    } else {
      dispatcher.receive();
    }
    return true;
  }

  private void receiveFragmented(DatagramBatch batch, int index) {
    context.counters.fragment();
    long packetId = packet.header().id();
    if (adjacent.reassemble(batch, index, packetId)) {
      for (int i = 1; i <= adjacent.count(); i++) {
        context.counters.fragment();
        count(batch, index + i);
      }
      taken += adjacent.count();
      packet.ecn(adjacent.ecn());
      packet.wrap(batch.bytes(), batch.start(index), adjacent.length());
      dispatcher.receive();
      return;
    }
    heads.add(packetId, packet);
    reassembly.arrivedWith(packet.ecn());
    int whole = reassembly.head(packet.bytes(), packet.start(), packet.length(), packet.nowMs());
    countLost();
    if (whole > 0) {
      receiveReassembled(whole);
    }
  }

  private void countLost() {
    for (int lost = reassembly.takeLost(); lost > 0; lost--) {
      context.drop(Drop.INCOMPLETE);
    }
  }

  private void receiveReassembled(int length) {
    packet.ecn(reassembly.wholeEcn());
    if (packet.wrap(reassembly.whole(), 0, length) && packet.header().source() != context.address) {
      dispatcher.receive();
    } else {
      context.drop(Drop.FROM_SELF);
    }
  }

  /** Returns how many fragments and heads are stored. */
  int stored() {
    return reassembly.pending() + heads.size();
  }

  /** Expires fragments of packets that were not completed in time. */
  void expire(long nowMs) {
    heads.expire(nowMs);
    reassembly.expire(nowMs);
    countLost();
  }
}
