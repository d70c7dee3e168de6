// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import net.backhaul.engine.Deadline;
import net.backhaul.engine.Output;
import net.backhaul.protocol.message.Rendezvous;
import org.jspecify.annotations.Nullable;

/**
 * Introduces peers that communicate through us, and follows introductions by roots (02 sections 3.6
 * and 4.1).
 */
final class Introductions {
  static final long SPACING_MS = 30_000;

  /** The same where the last introduction has named an endpoint that a peer has left since. */
  static final long MOVED_SPACING_MS = 1_000;

  /**
   * Maximum introductions by roots that are followed at a time; the oldest is evicted. One to a
   * peer whose identity is unknown is pending for it.
   */
  static final int MAX_PENDING = 64;

  /** How long an introduction is followed; a root then makes the next one. */
  static final long LIFE_MS = SPACING_MS;

  /**
   * When a peer that did not answer is contacted again, after the first time. The first datagrams
   * of both sides may be lost in each other's NAT or in transit, and the root introduces a pair
   * only once in half a minute.
   */
  private static final long[] RETRY_AFTER_MS = {250, 1_000, 2_500, 5_000, 10_000, 20_000};

  private static final int JUNK_BYTES = 4;
  private static final int JUNK_HOPS = 2;
  private static final int BEST_SCOPE = 7;

  private final PeerContext context;
  private final PeerLookup peers;
  private final Upstreams upstreams;
  private final EndpointSender endpoints;
  private final PathProber prober;
  private final PortSearch search;
  private final IntroductionTimes introduced = new IntroductionTimes();
  private final Map<Long, Introduction> pending = new LinkedHashMap<>();

  /** An introduction by a root that is being followed. */
  private static final class Introduction {
    final int socket;
    final InetSocketAddress endpoint;
    final long sinceMs;

    /** How often the peer was contacted; 0 while its identity is unknown. */
    int tries;

    Introduction(int socket, InetSocketAddress endpoint, long sinceMs) {
      this.socket = socket;
      this.endpoint = endpoint;
      this.sinceMs = sinceMs;
    }

    boolean isExpired(long nowMs) {
      return nowMs - sinceMs > LIFE_MS;
    }
  }

  Introductions(
      PeerContext context,
      PeerLookup peers,
      Upstreams upstreams,
      EndpointSender endpoints,
      PathProber prober,
      PortSearch search) {
    this.context = context;
    this.peers = peers;
    this.upstreams = upstreams;
    this.endpoints = endpoints;
    this.prober = prober;
    this.search = search;
  }

  /** Sends two peers each other's endpoint after a packet of theirs was relayed. */
  void introduce(long source, Peer destination, long nowMs) {
    Peer one = peers.known(source);
    if (one == null
        || one == destination
        || !isDue(one, destination, introduced.lastMs(source, destination.address), nowMs)) {
      return;
    }
    for (int scope = BEST_SCOPE; scope >= 0; scope--) {
      for (int ipBytes = 16; ipBytes >= 4; ipBytes -= 12) {
        Path toOne = best(one, scope, ipBytes, nowMs);
        Path toOther = toOne == null ? null : best(destination, scope, ipBytes, nowMs);
        if (toOne != null && toOther != null) {
          introduced.record(source, destination.address, nowMs);
          var ofOther = new Rendezvous(0, destination.address, toOther.endpoint);
          endpoints.send(one, toOne, ofOther, nowMs);
          var ofOne = new Rendezvous(0, one.address, toOne.endpoint);
          endpoints.send(destination, toOther, ofOne, nowMs);
          return;
        }
      }
    }
  }

  /** Returns whether to introduce a pair again: after some time, or when one of it has moved. */
  private static boolean isDue(Peer one, Peer other, long lastMs, long nowMs) {
    long agoMs = nowMs - lastMs;
    return agoMs >= SPACING_MS
        || (agoMs >= MOVED_SPACING_MS
            && (one.hasLearnedPathSince(lastMs) || other.hasLearnedPathSince(lastMs)));
  }

  private static @Nullable Path best(Peer peer, int scope, int ipBytes, long nowMs) {
    Path best = null;
    for (int i = 0; i < peer.paths.size(); i++) {
      Path path = peer.paths.get(i);
      if (path.scope == scope
          && path.ipBytes == ipBytes
          && path.isUsable(nowMs)
          && (best == null || isBetter(path, best, nowMs))) {
        best = path;
      }
    }
    return best;
  }

  /** A path that the peer may have left for another one comes last: there it is not reached. */
  private static boolean isBetter(Path path, Path than, long nowMs) {
    return path.isSuperseded() == than.isSuperseded()
        ? path.quality(nowMs) <= than.quality(nowMs)
        : than.isSuperseded();
  }

  /** Follows an introduction; one that comes before the peer's identity is pending for it. */
  PacketOutcome receive(InboundPacket packet, Rendezvous rendezvous) {
    long nowMs = packet.nowMs();
    InetSocketAddress endpoint = rendezvous.endpoint();
    if (endpoint == null
        || endpoint.getPort() == 0
        || rendezvous.peer() == context.address
        || !upstreams.contains(packet.source())) {
      return PacketOutcome.ACCEPTED;
    }
    pending.remove(rendezvous.peer());
    if (pending.size() >= MAX_PENDING) {
      pending.remove(pending.keySet().iterator().next());
    }
    boolean sameFamily =
        endpoint.getAddress().getClass() == packet.endpoint().getAddress().getClass();
    int socket = sameFamily ? packet.socket() : Output.ALL_SOCKETS;
    var introduction = new Introduction(socket, endpoint, nowMs);
    pending.put(rendezvous.peer(), introduction);
    Peer peer = peers.find(rendezvous.peer(), nowMs);
    if (peer != null) {
      contact(peer, introduction, nowMs);
    }
    return PacketOutcome.ACCEPTED;
  }

  /** Follows an introduction that was pending for an identity. */
  void identityArrived(long address, long nowMs) {
    Introduction introduction = pending.get(address);
    Peer peer = introduction == null ? null : peers.known(address);
    if (introduction != null && peer != null && !introduction.isExpired(nowMs)) {
      contact(peer, introduction, nowMs);
    }
  }

  /** Contacts introduced peers again that have not answered yet. */
  void advance(long nowMs) {
    if (!context.deadlines.isDue(Deadline.INTRODUCTION, nowMs)) {
      return;
    }
    context.deadlines.clear(Deadline.INTRODUCTION);
    for (Map.Entry<Long, Introduction> entry : Map.copyOf(pending).entrySet()) {
      Introduction introduction = entry.getValue();
      Peer peer = peers.known(entry.getKey());
      if (introduction.isExpired(nowMs)
          || introduction.tries > RETRY_AFTER_MS.length
          || (peer != null && peer.hasUsablePathTo(introduction.endpoint.getAddress(), nowMs))) {
        pending.remove(entry.getKey());
      } else if (peer == null || introduction.tries == 0) {
        continue; // Its identity is not known yet.
      } else if (nowMs >= dueMs(introduction)) {
        contactAgain(peer, introduction, nowMs);
      } else {
        context.deadlines.setEarlier(Deadline.INTRODUCTION, dueMs(introduction));
      }
    }
  }

  private void contactAgain(Peer peer, Introduction introduction, long nowMs) {
    try {
      contact(peer, introduction, nowMs);
    } catch (RuntimeException e) {
      context.internalError("contacting an introduced peer", e);
    }
  }

  private static long dueMs(Introduction introduction) {
    return introduction.sinceMs + RETRY_AFTER_MS[introduction.tries - 1];
  }

  private void contact(Peer peer, Introduction introduction, long nowMs) {
    introduction.tries++;
    if (!prober.permits(peer, introduction.endpoint, nowMs)) {
      pending.remove(peer.address);
      return;
    }
    if (introduction.tries == 1) {
      search.introduced(peer, introduction.socket, introduction.endpoint, nowMs);
    }
    if (introduction.tries <= RETRY_AFTER_MS.length) {
      long nextMs = Math.max(nowMs + 1, dueMs(introduction));
      context.deadlines.setEarlier(Deadline.INTRODUCTION, nextMs);
    }
    byte[] junk = new byte[JUNK_BYTES];
    context.random.nextBytes(junk);
    endpoints.sendShortLived(introduction.socket, introduction.endpoint, junk, JUNK_HOPS);
    prober.probe(peer, introduction.socket, introduction.endpoint, nowMs);
  }

  /** Returns how many introductions are followed. */
  int pending() {
    return pending.size();
  }

  /** Expires introductions whose peers did not answer. */
  void expire(long nowMs) {
    pending.values().removeIf(introduction -> introduction.isExpired(nowMs));
  }
}
