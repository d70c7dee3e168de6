// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import net.backhaul.engine.Drop;
import net.backhaul.engine.LocalSocket;
import net.backhaul.engine.Output;
import net.backhaul.protocol.address.IpScope;
import net.backhaul.protocol.message.PushDirectPaths;
import net.backhaul.protocol.packet.WireReader;

/** Pushes our addresses to trusted peers, and probes those that they push (02 section 4.2). */
final class DirectPaths {
  private static final long PUSH_RELAYED_EVERY_MS = 15_000;

  /** Changes of our addresses are pushed at once. */
  private static final long PUSH_DIRECT_EVERY_MS = 600_000;

  private static final long LOW_BANDWIDTH_PUSH_EVERY_MS = 1_920_000;

  /** The shortest time between two pushes that changes of our addresses cause. */
  private static final long PUSH_SPACING_MS = 10_000;

  private static final int MAX_PUSH_BYTES = 1_200;
  private static final int RECORD_OVERHEAD_BYTES = 5;

  private static final long RATE_RESET_MS = 30_000;
  private static final int MAX_PUSHES_IN_A_ROW = 8;
  private static final int MAX_TRIED_PER_KIND = 8;

  /** Maximum addresses of a push that are stored, to be probed when the path in use fails. */
  private static final int MAX_STORED = 16;

  private static final int REMOVE = 0x01;
  private static final int REDIRECT = 0x02;
  private static final int SCOPES = 8;

  private final PeerContext context;
  private final SurfaceAddresses surface;
  private final PathPermissions permissions;
  private final PathProber prober;
  private final HelloSender hellos;
  private final PortSearch search;
  private List<InetSocketAddress> localAddresses = List.of();
  private List<InetSocketAddress> mappedAddresses = List.of();

  DirectPaths(
      PeerContext context,
      SurfaceAddresses surface,
      PathPermissions permissions,
      PathProber prober,
      HelloSender hellos,
      PortSearch search) {
    this.context = context;
    this.surface = surface;
    this.permissions = permissions;
    this.prober = prober;
    this.hellos = hellos;
    this.search = search;
  }

  /** Sets our sockets, whose addresses are pushed. */
  void sockets(List<LocalSocket> sockets) {
    localAddresses = sockets.stream().map(LocalSocket::address).toList();
  }

  /** Sets the endpoints that a router has mapped to our sockets, which are pushed as well. */
  void mapped(List<InetSocketAddress> addresses) {
    mappedAddresses = List.copyOf(addresses);
  }

  /** Has our addresses pushed with the next packet of a peer, unless it has just got them. */
  static void pushSoon(Peer peer, long nowMs) {
    if (nowMs - peer.lastPathPushSentMs >= PUSH_SPACING_MS) {
      peer.lastPathPushSentMs = Peer.NEVER;
    }
  }

  /** Sends our addresses to a trusted sender if that is due. */
  void pushIfDue(InboundPacket packet) {
    Peer peer = packet.peer();
    long nowMs = packet.nowMs();
    long directMs =
        context.options().lowBandwidth() ? LOW_BANDWIDTH_PUSH_EVERY_MS : PUSH_DIRECT_EVERY_MS;
    long everyMs = packet.hops() == 0 ? directMs : PUSH_RELAYED_EVERY_MS;
    if (nowMs - peer.lastPathPushSentMs < everyMs) {
      return;
    }
    peer.lastPathPushSentMs = nowMs;
    Set<InetSocketAddress> all = new LinkedHashSet<>(localAddresses);
    all.addAll(mappedAddresses);
    all.addAll(surface.distinct(nowMs));
    var records = new ArrayList<PushDirectPaths.PushedEndpoint>();
    int bytes = 0;
    for (InetSocketAddress address : all) {
      int size = RECORD_OVERHEAD_BYTES + address.getAddress().getAddress().length + 2;
      if (bytes + size > MAX_PUSH_BYTES) {
        packet.reply(new PushDirectPaths(List.copyOf(records)));
        records.clear();
        bytes = 0;
      }
      records.add(new PushDirectPaths.PushedEndpoint(0, address));
      bytes += size;
    }
    if (!records.isEmpty()) {
      packet.reply(new PushDirectPaths(records));
    }
  }

  /**
   * Probes the addresses of a push one by one: those before a malformed one count (02 section
   * 2.15).
   */
  PacketOutcome receive(InboundPacket packet) {
    WireReader push = packet.payload();
    Peer peer = packet.peer();
    long nowMs = packet.nowMs();
    if (readStatement(peer, push.copy(), nowMs)) {
      return PacketOutcome.ACCEPTED; // It is no endpoint to be probed.
    }
    boolean inARow = nowMs - peer.lastPathPushReceivedMs <= RATE_RESET_MS;
    peer.pathPushesInARow = inARow ? peer.pathPushesInARow + 1 : 0;
    peer.lastPathPushReceivedMs = nowMs;
    if (peer.pathPushesInARow >= MAX_PUSHES_IN_A_ROW) {
      context.drop(Drop.RATE_LIMITED);
      return PacketOutcome.ACCEPTED;
    }
    int[] tried = new int[2 * SCOPES];
    var stored = new ArrayList<InetSocketAddress>();
    peer.pushedEndpoints = stored;
    for (int left = push.u16(); left > 0; left--) {
      PushDirectPaths.PushedEndpoint record = PushDirectPaths.PushedEndpoint.read(push);
      if (record == null) {
        continue;
      }
      InetSocketAddress endpoint = record.endpoint();
      if ((record.flags() & REMOVE) != 0 || endpoint.getPort() == 0) {
        continue;
      }
      if (stored.size() < MAX_STORED) {
        stored.add(endpoint);
      }
      boolean redirect = (record.flags() & REDIRECT) != 0;
      if ((!redirect && has(peer, endpoint, nowMs))
          || !permissions.permits(peer, endpoint, nowMs)) {
        continue;
      }
      if (tried[kind(endpoint.getAddress())]++ >= MAX_TRIED_PER_KIND) {
        continue;
      }
      if (redirect) {
        redirect(packet, endpoint);
      } else {
        prober.probe(peer, Output.ALL_SOCKETS, endpoint, nowMs);
      }
    }
    return PacketOutcome.ACCEPTED;
  }

  /** Handles a push whose first record states what is known of the NAT of the peer. */
  private boolean readStatement(Peer peer, WireReader push, long nowMs) {
    if (push.u16() == 0) {
      return false;
    }
    PushDirectPaths.PushedEndpoint first = PushDirectPaths.PushedEndpoint.read(push);
    if (first == null || first.nat() == null) {
      return false;
    }
    search.stated(peer, first.endpoint(), first.nat(), nowMs);
    return true;
  }

  private void redirect(InboundPacket packet, InetSocketAddress endpoint) {
    Peer peer = packet.peer();
    long nowMs = packet.nowMs();
    Path current = packet.path();
    var path = new Path(packet.socket(), endpoint);
    path.sinceMs = nowMs;
    path.priority = (current == null ? 1 : current.priority) + 2;
    path.lastInMs = nowMs;
    path.lastValidMs = nowMs;
    peer.redirect(path);
    hellos.send(peer, packet.socket(), endpoint, nowMs);
  }

  private static boolean has(Peer peer, InetSocketAddress endpoint, long nowMs) {
    for (Path path : peer.paths) {
      if (path.endpoint.equals(endpoint) && path.isUsable(nowMs)) {
        return true;
      }
    }
    return false;
  }

  private static int kind(InetAddress ip) {
    return IpScope.of(ip).number() + (ip.getAddress().length == 4 ? 0 : SCOPES);
  }
}
