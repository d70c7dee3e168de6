// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.Drop;
import net.backhaul.engine.LocalSocket;
import net.backhaul.engine.Traffic;
import net.backhaul.protocol.packet.Ecn;
import org.jspecify.annotations.Nullable;

/** Relays datagrams that are for other nodes (02 section 3.6). */
final class Relay {
  private static final int MAX_HOPS = 3;

  /** The most paths over which a packet of a node to itself is relayed. */
  private static final int MAX_PATHS_TO_SELF = 8;

  private static final long HASH_FACTOR = 0x9e37_79b9_7f4a_7c15L;

  private final PeerContext context;
  private final PeerLookup peers;
  private final Upstreams upstreams;
  private final EndpointSender endpoints;
  private final PathProber prober;
  private final Introductions introductions;
  private final TrustedPaths trustedPaths;
  private final DatagramRun datagram = new DatagramRun();

  Relay(
      PeerContext context,
      PeerLookup peers,
      Upstreams upstreams,
      EndpointSender endpoints,
      PathProber prober,
      Introductions introductions,
      TrustedPaths trustedPaths) {
    this.context = context;
    this.peers = peers;
    this.upstreams = upstreams;
    this.endpoints = endpoints;
    this.prober = prober;
    this.introductions = introductions;
    this.trustedPaths = trustedPaths;
  }

  /** Returns whether a datagram may be relayed: we are a root, or it is from a member. */
  boolean permits(InboundPacket packet, int hops) {
    boolean trusted =
        !LocalSocket.isRelay(packet.socket())
            && trustedPaths.contains(packet.endpoint(), packet.nowMs());
    if (!upstreams.roots().amRoot() && !trusted) {
      context.drop(Drop.NOT_FOR_US);
      return false;
    }
    if (hops >= MAX_HOPS) {
      context.drop(Drop.TOO_MANY_HOPS);
      return false;
    }
    return true;
  }

  /**
   * Relays a datagram with its ECN field, as a router does (02 section 1.9): the sender has set it
   * only if the recipient applies it.
   *
   * @param source the sender; 0 for fragments, which do not carry it
   */
  void relay(InboundPacket packet, long source, long destination) {
    long nowMs = packet.nowMs();
    Peer peer = peers.find(destination, nowMs);
    if (source == destination) {
      relayToSelf(packet, peer);
      return;
    }
    Path direct = peer == null ? null : peer.bestPath(nowMs);
    if (peer != null && direct != null) {
      if (direct.isSuperseded()) {
        prober.probeIfDue(peer, direct, nowMs); // Relayed packets alone would never be answered.
      }
      send(packet, direct, packet.ecn());
      if (source != 0) {
        introductions.introduce(source, peer, nowMs);
      }
      return;
    }
    Peer root = upstreams.best(nowMs);
    Path path = root == null || root.address == source ? null : root.bestOrOldPath(nowMs);
    if (root == null || path == null) {
      context.drop(Drop.NO_ROUTE);
      return;
    }
    boolean keepsEcn = root.supportsEcn();
    if (packet.ecn() == Ecn.CE && !keepsEcn) {
      context.drop(Drop.CONGESTION_MARKED);
      return;
    }
    send(packet, path, keepsEcn ? packet.ecn() : Ecn.NOT_ECT);
  }

  /**
   * Relays a packet of a node to its own address over its other paths: another host may use the
   * same identity (02 section 3.12). Only what comes over a path of the node, since nothing proves
   * the sender, and at a limited rate.
   */
  private void relayToSelf(InboundPacket packet, @Nullable Peer peer) {
    long nowMs = packet.nowMs();
    Path from = peer == null ? null : peer.path(packet.socket(), packet.endpoint());
    if (peer == null || from == null) {
      context.drop(Drop.NO_ROUTE);
      return;
    }
    if (!peer.mayRelayToSelf(nowMs)) {
      context.drop(Drop.RATE_LIMITED);
      return;
    }
    int left = MAX_PATHS_TO_SELF;
    for (int i = 0; i < peer.paths.size() && left > 0; i++) {
      Path other = peer.paths.get(i);
      if (other != from && other.isUsable(nowMs)) {
        left--;
        send(packet, other, packet.ecn());
      }
    }
    if (left == MAX_PATHS_TO_SELF) {
      context.drop(Drop.NO_ROUTE);
    }
  }

  private void send(InboundPacket packet, Path path, int ecn) {
    // HELLOs too: nothing proves their sender, and a flood of control would starve all data.
    datagram.to(Traffic.DATA, path.socket, path.endpoint).trafficClass(ecn);
    datagram.flow(flow(packet.endpoint()));
    datagram.wrap(packet.bytes(), packet.start(), packet.length());
    endpoints.sendDatagrams(datagram);
    context.counters.relayed();
    path.lastOutMs = packet.nowMs();
  }

  /**
   * Returns a hash of where a datagram came from, so that nobody's bulk data delays what others
   * send to the same node. Fragments do not carry their source, and stay behind the packet's head.
   */
  private static int flow(InetSocketAddress from) {
    long address = from.getAddress().hashCode();
    long hash = (address << Short.SIZE ^ from.getPort()) * HASH_FACTOR;
    return (int) ((hash ^ hash >>> Integer.SIZE) * HASH_FACTOR >>> Integer.SIZE);
  }
}
