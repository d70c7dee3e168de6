// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import net.backhaul.engine.DatagramBatch;
import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.Drop;
import net.backhaul.engine.Traffic;
import net.backhaul.protocol.message.Nop;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.packet.FragmentView;
import net.backhaul.protocol.packet.PacketView;
import net.backhaul.protocol.packet.Packets;
import net.backhaul.protocol.packet.Reassembly;
import net.backhaul.protocol.packet.WireReader;

/**
 * Receives datagrams: checks their length, reassembles fragments, relays what is for others and
 * passes whole packets to the {@link PacketDispatcher} (02 sections 1 and 3.6).
 */
final class DatagramReceiver {
  private static final int SHORTEST_BYTES = 17;
  private static final int BEACON_BYTES = 13;
  private static final int BEACON_ADDRESS_AT = 8;
  private static final long BEACON_SPACING_MS = 2_500;
  private static final int MAX_HOPS = 3;

  private final Vl1 vl1;
  private final InboundPacket packet;
  private final FragmentView fragment = new FragmentView();
  private final Reassembly reassembly = new Reassembly();
  private final PendingHeads heads = new PendingHeads();
  private final DatagramRun relayed = new DatagramRun();
  private long lastBeaconMs = Peer.NEVER;

  DatagramReceiver(Vl1 vl1, InboundPacket packet) {
    this.vl1 = vl1;
    this.packet = packet;
  }

  /** Receives one datagram of a batch; its bytes are overwritten. */
  void receive(DatagramBatch batch, int index, long nowMs) {
    byte[] bytes = batch.bytes();
    int start = batch.start(index);
    int length = batch.length(index);
    vl1.counters.receivedDatagram(length);
    packet.arrived(batch.socket(index), batch.from(index), nowMs, nowMs);
    boolean hasHeader = packet.wrap(bytes, start, length);
    if (length == BEACON_BYTES) {
      receiveBeacon();
    } else if (length < SHORTEST_BYTES) {
      vl1.drop(Drop.TOO_SHORT);
    } else if (length > Packets.MAX_BYTES) {
      vl1.drop(Drop.TOO_LONG);
    } else if (FragmentView.isFragment(bytes, start, length)) {
      receiveFragment();
    } else if (!hasHeader) {
      vl1.drop(Drop.TOO_SHORT);
    } else {
      receiveHead();
    }
  }

  /** Answers old nodes that search for each other on a LAN (02 section 4.6). */
  private void receiveBeacon() {
    long address =
        new WireReader(
                packet.bytes(),
                packet.start() + BEACON_ADDRESS_AT,
                BEACON_BYTES - BEACON_ADDRESS_AT)
            .address();
    Peer peer = vl1.peers.get(address);
    if (peer == null) {
      vl1.drop(Drop.UNKNOWN_SENDER);
    } else if (packet.nowMs() - lastBeaconMs < BEACON_SPACING_MS) {
      vl1.drop(Drop.RATE_LIMITED);
    } else if (!vl1.learning.permits(peer, packet.endpoint())) {
      vl1.drop(Drop.NOT_FOR_US);
    } else {
      lastBeaconMs = packet.nowMs();
      vl1.counters.received(Verb.NOP.number());
      packet.from(peer);
      packet.reply(new Nop());
    }
  }

  private void receiveFragment() {
    fragment.wrap(packet.bytes(), packet.start(), packet.length());
    if (fragment.destination() != vl1.self.address()) {
      int hops = fragment.hops();
      if (mayRelay(hops)) {
        fragment.hops(hops + 1);
        relay(0, fragment.destination());
      }
      return;
    }
    if (!fragment.isValid()) {
      vl1.drop(Drop.BAD_FRAGMENT);
      return;
    }
    long packetId = fragment.packetId();
    vl1.counters.fragment();
    long nowMs = packet.nowMs();
    int whole = reassembly.fragment(packet.bytes(), packet.start(), packet.length(), nowMs);
    if (whole > 0) {
      int head = heads.find(packetId);
      if (head >= 0) {
        int socket = heads.socket(head);
        packet.arrived(socket, heads.remove(head), nowMs, nowMs);
      }
      receiveReassembled(whole);
    }
  }

  private void receiveHead() {
    PacketView header = packet.header();
    if (header.source() == vl1.self.address()) {
      vl1.drop(Drop.FROM_MYSELF);
    } else if (header.destination() != vl1.self.address()) {
      int hops = header.hops();
      if (mayRelay(hops)) {
        header.hops(hops + 1);
        relay(header.source(), header.destination());
      }
    } else if (header.fragmented()) {
      vl1.counters.fragment();
      heads.add(header.id(), packet);
      int whole = reassembly.head(packet.bytes(), packet.start(), packet.length(), packet.nowMs());
      if (whole > 0) {
        receiveReassembled(whole);
      }
    } else {
      vl1.dispatcher.receive();
    }
  }

  private void receiveReassembled(int length) {
    if (packet.wrap(reassembly.whole(), 0, length)
        && packet.header().source() != vl1.self.address()) {
      vl1.dispatcher.receive();
    } else {
      vl1.drop(Drop.FROM_MYSELF);
    }
  }

  private boolean mayRelay(int hops) {
    if (!vl1.roots.amRoot() && !vl1.trustedPaths.contains(packet.endpoint(), packet.nowMs())) {
      vl1.drop(Drop.NOT_FOR_US);
      return false;
    }
    if (hops >= MAX_HOPS) {
      vl1.drop(Drop.TOO_MANY_HOPS);
      return false;
    }
    return true;
  }

  /** Relays a datagram; the source is 0 for fragments, which do not carry it. */
  private void relay(long source, long destination) {
    long nowMs = packet.nowMs();
    Peer peer = vl1.peer(destination, nowMs);
    Path direct = peer == null ? null : peer.bestPath(nowMs);
    if (peer != null && direct != null) {
      relay(direct);
      if (source != 0) {
        vl1.introductions.introduce(source, peer, nowMs);
      }
      return;
    }
    Peer root = vl1.bestUpstream(nowMs);
    Path path = root == null || root.address == source ? null : root.bestOrOldPath(nowMs);
    if (path == null) {
      vl1.drop(Drop.NO_ROUTE);
      return;
    }
    relay(path);
  }

  private void relay(Path path) {
    relayed.to(Traffic.DATA, path.socket, path.endpoint);
    relayed.wrap(packet.bytes(), packet.start(), packet.length());
    vl1.sender.sendDatagrams(relayed);
    vl1.counters.relayed();
    path.lastOutMs = packet.nowMs();
  }

  /** Returns how many fragments and heads are stored. */
  int stored() {
    return reassembly.pending() + heads.size();
  }

  /** Expires fragments of packets that were not completed in time. */
  void expire(long nowMs) {
    heads.expire(nowMs);
    reassembly.expire(nowMs);
  }
}
