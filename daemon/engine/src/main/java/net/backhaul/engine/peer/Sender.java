// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.util.Arrays;
import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.Drop;
import net.backhaul.engine.Traffic;
import net.backhaul.protocol.message.Message;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.packet.BigEndian;
import net.backhaul.protocol.packet.Ecn;
import net.backhaul.protocol.packet.Packets;
import org.jspecify.annotations.Nullable;

/**
 * Sends packets to peers over the best path, or keeps them pending until there is one (02 sections
 * 1 and 3.5).
 */
final class Sender {
  private static final int HEADER = Packets.HEADER_BYTES;

  private final PeerContext context;
  private final PeerLookup peers;
  private final PathSelector paths;
  private final EndpointSender endpoints;
  private final WhoisExchange whois;
  private final MessageEncoder encoder;
  private final PacketSealer sealer;
  private final PendingOutbound pending = new PendingOutbound();
  private final PacketRun retried = new PacketRun();
  private final DatagramRun datagrams = new DatagramRun();
  private final DatagramRun copied = new DatagramRun();

  Sender(
      PeerContext context,
      PeerLookup peers,
      PathSelector paths,
      EndpointSender endpoints,
      WhoisExchange whois) {
    this.context = context;
    this.peers = peers;
    this.paths = paths;
    this.endpoints = endpoints;
    this.whois = whois;
    this.encoder = new MessageEncoder(context);
    this.sealer = new PacketSealer(context);
  }

  /** Returns the number of packets pending for an identity or a path. */
  int pending() {
    return pending.size();
  }

  /** Sends a message over the best path; it is pending until there is one. */
  void send(long to, Message message, long nowMs) {
    if (encoder.encode(message)) {
      PacketRun packet = encoder.encoded();
      send(packet.to(to, packet.verbByte()), nowMs);
    }
  }

  /** Seals packets in place and sends them, all over one path; see {@link PeerLink}. */
  void send(PacketRun run, long nowMs) {
    if (run.destination() == context.address) {
      return;
    }
    if (run.segmentBytes() > Packets.MAX_BYTES) {
      context.drop(Drop.TOO_LONG);
      return;
    }
    Peer peer = peers.find(run.destination(), nowMs);
    Path direct = peer == null ? null : peer.bestPath(nowMs);
    Path path = peer == null ? null : paths.route(peer, direct, nowMs);
    if (peer == null || path == null) {
      addPending(run, peer == null, nowMs);
      return;
    }
    Bond bond = path == direct && isFrame(run.verb()) ? peer.bond : null;
    if (bond != null) {
      path = bond.pathOf(run, path, nowMs);
    }
    int mtuBytes = paths.mtuBytes(path, run.segmentBytes());
    if (bond != null && bond.isBroadcast()) {
      sealer.peerUntrusted(peer, commonMtuBytes(bond, mtuBytes, run.segmentBytes()));
    } else if (path.overTcp) {
      sealer.peerUntrusted(peer, mtuBytes);
    } else {
      sealer.peer(peer, path.endpoint, mtuBytes);
    }
    datagrams.to(traffic(run.verb()), path.socket, path.endpoint).flow(run.flow());
    if (run.trafficClass() != 0) {
      datagrams.trafficClass(outerClass(run.trafficClass(), peer));
    }
    if (bond == null) {
      sealAndSend(run);
    } else {
      sealAndSend(run, bond, path, nowMs);
    }
    paths.sent(peer, direct, path, nowMs);
    paths.measureMtu(peer, path, run.segmentBytes(), nowMs);
  }

  /**
   * Returns the traffic class of datagrams that carry frames of a class (02 section 1.9): the ECN
   * field is copied only where every hop keeps it, else a router would mark instead of dropping,
   * and the flow would never slow down.
   */
  private int outerClass(int inner, Peer peer) {
    boolean marked = (inner & Ecn.MASK) != 0 && peer.supportsEcn() && paths.keepsEcn();
    return context.options().dscpBits(inner) | (marked ? inner & Ecn.MASK : Ecn.NOT_ECT);
  }

  private void sealAndSend(PacketRun run) {
    byte[] bytes = run.bytes();
    int end = run.end();
    int packetBytes = run.segmentBytes();
    boolean fragmented = packetBytes > sealer.mtuBytes();
    for (int at = run.start(); at < end; at += packetBytes) {
      int length = Math.min(packetBytes, end - at);
      sealer.seal(run.verbByte(), bytes, at, length);
      if (fragmented) {
        endpoints.sendPacket(datagrams.wrap(bytes, at, length), sealer.mtuBytes());
      }
    }
    if (!fragmented) {
      endpoints.sendDatagrams(datagrams.wrap(bytes, run.start(), run.length(), packetBytes));
    }
  }

  /** Does the same for a bond, which records what it sends, or sends it over all paths. */
  private void sealAndSend(PacketRun run, Bond bond, Path path, long nowMs) {
    byte[] bytes = run.bytes();
    int packetBytes = run.segmentBytes();
    boolean fragmented = packetBytes > sealer.mtuBytes();
    for (int at = run.start(); at < run.end(); at += packetBytes) {
      int length = Math.min(packetBytes, run.end() - at);
      sealer.seal(run.verbByte(), bytes, at, length);
      if (at == run.start()) {
        bond.sent(path, BigEndian.i64(bytes, at), nowMs);
      }
      if (fragmented) {
        for (int i = 0; i < bond.copies(); i++) {
          byte[] copy = Arrays.copyOfRange(bytes, at, at + length);
          sendCopy(bond.pathOfCopy(i, path, nowMs), copied.wrap(copy, 0, length), nowMs);
        }
        endpoints.sendPacket(datagrams.wrap(bytes, at, length), sealer.mtuBytes());
      }
    }
    if (!fragmented) {
      endpoints.sendDatagrams(datagrams.wrap(bytes, run.start(), run.length(), packetBytes));
      for (int i = 0; i < bond.copies(); i++) {
        copied.wrap(bytes, run.start(), run.length(), packetBytes);
        sendCopy(bond.pathOfCopy(i, path, nowMs), copied, nowMs);
      }
    }
  }

  /** Sends sealed packets over one more path of a bond, as the run before was sent. */
  private void sendCopy(@Nullable Path path, DatagramRun copy, long nowMs) {
    if (path == null) {
      return;
    }
    copy.to(datagrams.traffic(), path.socket, path.endpoint).flow(datagrams.flow());
    copy.trafficClass(datagrams.trafficClass());
    path.lastOutMs = nowMs;
    if (copy.segmentBytes() > sealer.mtuBytes()) {
      endpoints.sendPacket(copy, sealer.mtuBytes());
    } else {
      endpoints.sendDatagrams(copy);
    }
  }

  /** Returns the payload of datagrams that all paths of a bond carry. */
  private int commonMtuBytes(Bond bond, int mtuBytes, int packetBytes) {
    int least = mtuBytes;
    for (int i = 0; i < bond.members().size(); i++) {
      least = Math.min(least, paths.mtuBytes(bond.members().get(i).path, packetBytes));
    }
    return least;
  }

  /** Returns the maximum length of a datagram on the best path to a peer; see {@link PeerLink}. */
  int pathMtuBytes(long address, long nowMs) {
    Peer peer = peers.known(address);
    Path path = peer == null ? null : peer.bestPath(nowMs);
    return path == null ? Packets.DEFAULT_MTU_BYTES : path.mtuBytes(context.options());
  }

  private void addPending(PacketRun run, boolean unknown, long nowMs) {
    long destination = run.destination();
    for (int at = run.start(); at < run.end(); at += run.segmentBytes()) {
      int end = Math.min(at + run.segmentBytes(), run.end());
      byte[] copy = Arrays.copyOfRange(run.bytes(), at + HEADER, end);
      pending.add(new PendingOutbound.UnsealedPacket(destination, run.verbByte(), copy, nowMs));
    }
    context.scheduleRetry(nowMs);
    if (unknown) {
      whois.request(destination, nowMs);
    }
  }

  /**
   * Sends pending packets that can be sent now; the others stay pending. An internal error costs
   * just the packet that caused it.
   */
  void retryPending(long nowMs) {
    if (pending.isEmpty()) {
      return;
    }
    for (PendingOutbound.UnsealedPacket each : pending.removeAll(nowMs)) {
      try {
        retry(each, nowMs);
      } catch (RuntimeException e) {
        context.internalError("sending a pending packet", e);
      }
    }
  }

  private void retry(PendingOutbound.UnsealedPacket packet, long nowMs) {
    long destination = packet.destination();
    Peer peer = peers.find(destination, nowMs);
    if (peer == null || paths.route(peer, peer.bestPath(nowMs), nowMs) == null) {
      pending.add(packet);
      if (peer == null) {
        whois.request(destination, nowMs);
      }
      return;
    }
    int length = packet.payload().length;
    byte[] bytes = new byte[HEADER + length];
    System.arraycopy(packet.payload(), 0, bytes, HEADER, length);
    retried.to(destination, packet.verbByte()).wrapPayload(bytes, HEADER, length);
    send(retried, nowMs);
  }

  private static boolean isFrame(int verb) {
    return verb == Verb.FRAME.number() || verb == Verb.EXT_FRAME.number();
  }

  private static Traffic traffic(int verb) {
    boolean data = isFrame(verb) || verb == Verb.MULTICAST_FRAME.number();
    return data ? Traffic.DATA : Traffic.CONTROL;
  }
}
