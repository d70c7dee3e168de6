// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.backhaul.engine.LocalSocket;
import net.backhaul.engine.NatObservation;
import net.backhaul.engine.PeerReach;
import net.backhaul.engine.PeerReach.Candidate;
import net.backhaul.engine.PeerReach.Cipher;
import net.backhaul.engine.PeerReach.Link;
import net.backhaul.engine.PeerReach.Obstacle;
import net.backhaul.engine.PeerReach.Verdict;
import net.backhaul.engine.PeerStatus;
import net.backhaul.engine.RootReach;
import net.backhaul.protocol.address.IpScope;
import net.backhaul.protocol.message.NatStatement;
import net.backhaul.protocol.packet.Packets;
import org.jspecify.annotations.Nullable;

/** Derives how roots and peers are reached, and what prevents direct paths, from their state. */
final class ReachReports {
  static final int IPV4_BYTES = 4;
  static final int IPV6_BYTES = 16;

  /** A candidate that was probed so recently is still being searched. */
  private static final long SEARCHED_MS = 120_000;

  private final PeerContext context;
  private final Upstreams upstreams;
  private final SurfaceAddresses surface;
  private final SurfaceAddresses.Observers observers;
  private List<LocalSocket> sockets = List.of();
  private List<LocalSocket> relays = List.of();

  ReachReports(
      PeerContext context,
      Upstreams upstreams,
      SurfaceAddresses surface,
      SurfaceAddresses.Observers observers) {
    this.context = context;
    this.upstreams = upstreams;
    this.surface = surface;
    this.observers = observers;
  }

  /** Sets our usable sockets. */
  void sockets(List<LocalSocket> usable) {
    sockets = List.copyOf(usable);
  }

  /** Sets the open connections to TCP relays. */
  void relays(List<LocalSocket> open) {
    relays = List.copyOf(open);
  }

  /** Returns the NAT of each IP family. */
  List<NatObservation> nats(long nowMs) {
    return List.of(nat(IPV4_BYTES, nowMs), nat(IPV6_BYTES, nowMs));
  }

  private NatObservation nat(int ipBytes, long nowMs) {
    return surface.nat(ipBytes, sockets, observers, nowMs);
  }

  /** Returns the state of each root and IP family that it is listed with. */
  List<RootReach> roots(long nowMs) {
    var all = new ArrayList<RootReach>();
    for (Map.Entry<Long, Roots.ListedRoot> entry : upstreams.roots().upstreams()) {
      for (int ipBytes : new int[] {IPV4_BYTES, IPV6_BYTES}) {
        List<InetSocketAddress> endpoints =
            entry.getValue().endpoints().stream()
                .filter(endpoint -> ipBytes(endpoint) == ipBytes)
                .toList();
        if (!endpoints.isEmpty()) {
          all.add(root(entry.getKey(), ipBytes, endpoints, nowMs));
        }
      }
    }
    return all;
  }

  private RootReach root(long address, int ipBytes, List<InetSocketAddress> endpoints, long nowMs) {
    Path best = null;
    Peer peer = upstreams.peer(address);
    long lastInMs = 0;
    for (Path path : peer == null ? List.<Path>of() : peer.paths) {
      if (path.ipBytes == ipBytes && !path.overTcp && path.isUsable(nowMs)) {
        lastInMs = Math.max(lastInMs, path.lastInMs);
        best = best == null || path.quality(nowMs) < best.quality(nowMs) ? path : best;
      }
    }
    return new RootReach(
        address,
        upstreams.roots().role(address),
        ipBytes,
        endpoints,
        endpoints.stream().anyMatch(this::hasUdpSocketFor),
        lastInMs,
        best == null || best.latencyMs == Path.UNKNOWN_LATENCY_MS ? -1 : best.latencyMs);
  }

  /** Returns whether a socket or TCP relay can reach an endpoint. */
  private boolean hasSocketFor(InetSocketAddress endpoint) {
    for (LocalSocket relay : relays) {
      if (LocalSocket.relays(relay.address(), endpoint)) {
        return true;
      }
    }
    return hasUdpSocketFor(endpoint);
  }

  /** Returns whether there is a socket of an endpoint's family and, for IPv6, its scope. */
  private boolean hasUdpSocketFor(InetSocketAddress endpoint) {
    IpScope scope = IpScope.of(endpoint.getAddress());
    for (LocalSocket socket : sockets) {
      boolean family = ipBytes(socket.address()) == ipBytes(endpoint);
      boolean v4 = ipBytes(endpoint) == IPV4_BYTES;
      if (family && (v4 || IpScope.of(socket.address().getAddress()) == scope)) {
        return true;
      }
    }
    return false;
  }

  /** Returns how a peer is reached. */
  PeerReach peer(Peer peer, PeerStatus status, long nowMs) {
    Path best = peer.bestPath(nowMs);
    boolean direct = best != null && !best.isSuspect(nowMs);
    Peer relay = direct ? null : relay(peer, nowMs);
    Path relayPath = relay == null ? null : relay.bestPath(nowMs);
    Path used = direct ? best : relayPath;
    List<Candidate> candidates = peer.candidates(nowMs);
    ProbeLog probes = best == null ? null : best.probeLog();
    return new PeerReach(
        status,
        link(direct, used),
        relay == null ? 0 : relay.address,
        probes == null ? 0 : probes.decided(nowMs),
        probes == null ? 0 : probes.lost(nowMs),
        used == null ? Packets.DEFAULT_MTU_BYTES : used.mtuBytes(context.options()),
        cipher(peer, used),
        Math.max(0, peer.lastReceiveMs),
        best == null ? 0 : best.sinceMs,
        direct ? Obstacle.NONE : obstacle(peer, best, candidates, nowMs),
        candidates,
        direct ? 0 : peer.portsTried);
  }

  private static Link link(boolean direct, @Nullable Path used) {
    if (used == null) {
      return Link.NONE;
    }
    return !direct ? Link.RELAY : used.overTcp ? Link.TCP : Link.DIRECT;
  }

  private @Nullable Peer relay(Peer peer, long nowMs) {
    Peer best = upstreams.best(nowMs);
    return best == null || best == peer || best.bestPath(nowMs) == null ? null : best;
  }

  private Cipher cipher(Peer peer, @Nullable Path used) {
    if (used != null
        && !used.overTcp
        && context.options().trustedPathId(used.endpoint.getAddress()) != 0) {
      return Cipher.NONE;
    }
    boolean aes = peer.suite() == Packets.SUITE_AES && !context.options().avoidsAes();
    return aes ? Cipher.AES_GMAC_SIV : Cipher.SALSA20_POLY1305;
  }

  private Obstacle obstacle(
      Peer peer, @Nullable Path best, List<Candidate> candidates, long nowMs) {
    if (upstreams.contains(peer.address)) {
      return Obstacle.ROOT_SILENT;
    }
    if (best != null) {
      return Obstacle.PATH_SILENT;
    }
    List<Candidate> tried =
        candidates.stream().filter(each -> each.verdict() == Verdict.TRIED).toList();
    if (candidates.isEmpty()) {
      return peer.isActive(nowMs) ? Obstacle.NO_CANDIDATE : Obstacle.IDLE;
    }
    if (tried.isEmpty()) {
      boolean forbidden = candidates.stream().anyMatch(each -> each.verdict() == Verdict.FORBIDDEN);
      return forbidden ? Obstacle.FORBIDDEN : Obstacle.UNUSABLE;
    }
    if (tried.stream().noneMatch(each -> hasSocketFor(each.endpoint()))) {
      return Obstacle.NO_SOCKET;
    }
    if (!peer.isActive(nowMs) && nowMs - tried.getFirst().lastMs() > SEARCHED_MS) {
      return Obstacle.IDLE;
    }
    boolean ours =
        nats(nowMs).stream().anyMatch(nat -> nat.kind() == NatObservation.Kind.ENDPOINT_DEPENDENT);
    if (hasPortsPerDestination(peer)) {
      return ours ? Obstacle.BOTH_NATS : Obstacle.PEER_NAT;
    }
    return ours ? Obstacle.OUR_NAT : Obstacle.NO_ANSWER;
  }

  /**
   * Returns whether the NAT of the peer uses another port for each destination: the peer states so,
   * or pushes more ports of one public address than it has sockets.
   */
  private static boolean hasPortsPerDestination(Peer peer) {
    if (peer.nat != null) {
      return peer.nat.mapping() == NatStatement.Mapping.ENDPOINT_DEPENDENT;
    }
    Map<InetAddress, Set<Integer>> outside = new HashMap<>();
    int local = 0;
    for (InetSocketAddress endpoint : peer.pushedEndpoints) {
      if (ipBytes(endpoint) != IPV4_BYTES) {
        continue;
      }
      if (IpScope.of(endpoint.getAddress()) == IpScope.GLOBAL) {
        outside
            .computeIfAbsent(endpoint.getAddress(), address -> new HashSet<>())
            .add(endpoint.getPort());
      } else {
        local++;
      }
    }
    int sockets = local;
    return sockets > 0 && outside.values().stream().anyMatch(ports -> ports.size() > sockets);
  }

  private static int ipBytes(InetSocketAddress endpoint) {
    return endpoint.getAddress().getAddress().length;
  }
}
