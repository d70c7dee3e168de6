// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import net.backhaul.engine.Output;
import net.backhaul.protocol.message.Rendezvous;
import org.jspecify.annotations.Nullable;

/**
 * Introduces peers that talk through us, and follows introductions by roots (02 sections 3.6 and
 * 4.1).
 */
final class Introductions {
  static final long AGAIN_AFTER_MS = 30_000;

  /**
   * How many introductions by roots are followed at a time; the oldest is given up. One to a peer
   * whose identity is still on its way waits for it.
   */
  static final int MAX_FOLLOWED = 64;

  /** How long an introduction is followed: then there is the next one. */
  static final long FOLLOWED_FOR_MS = AGAIN_AFTER_MS;

  /**
   * When a peer that did not answer is tried again, after the first time. The first datagrams of
   * both sides may die in each other's NAT or on the way, and the root speaks of a pair once in
   * half a minute only.
   */
  private static final long[] TRY_AGAIN_AFTER_MS = {250, 1_000, 2_500, 5_000, 10_000, 20_000};

  private static final int JUNK_BYTES = 4;
  private static final int JUNK_HOPS = 2;
  private static final int BEST_SCOPE = 7;

  private final Vl1 vl1;
  private final PairTimes introduced = new PairTimes();
  private final Map<Long, Followed> followed = new LinkedHashMap<>();
  private long nextTryMs = Long.MAX_VALUE;

  /** An introduction that a root has made. */
  private static final class Followed {
    final int socket;
    final InetSocketAddress endpoint;
    final long sinceMs;

    /** How often the peer was tried; none while its identity is unknown. */
    int tries;

    Followed(int socket, InetSocketAddress endpoint, long sinceMs) {
      this.socket = socket;
      this.endpoint = endpoint;
      this.sinceMs = sinceMs;
    }
  }

  Introductions(Vl1 vl1) {
    this.vl1 = vl1;
  }

  /** Tells two peers of each other's physical address after a packet was relayed. */
  void introduce(long source, Peer destination, long nowMs) {
    Peer one = vl1.peers.get(source);
    if (one == null
        || one == destination
        || nowMs - introduced.lastMs(source, destination.address) < AGAIN_AFTER_MS) {
      return;
    }
    for (int scope = BEST_SCOPE; scope >= 0; scope--) {
      for (int ipBytes = 16; ipBytes >= 4; ipBytes -= 12) {
        Path toOne = best(one, scope, ipBytes, nowMs);
        Path toOther = toOne == null ? null : best(destination, scope, ipBytes, nowMs);
        if (toOne != null && toOther != null) {
          introduced.note(source, destination.address, nowMs);
          var ofOther = new Rendezvous(0, destination.address, toOther.endpoint);
          vl1.sender.sendOver(toOne, one, ofOther, nowMs);
          var ofOne = new Rendezvous(0, one.address, toOne.endpoint);
          vl1.sender.sendOver(toOther, destination, ofOne, nowMs);
          return;
        }
      }
    }
  }

  private static @Nullable Path best(Peer peer, int scope, int ipBytes, long nowMs) {
    Path best = null;
    for (int i = 0; i < peer.paths.size(); i++) {
      Path path = peer.paths.get(i);
      if (path.scope == scope
          && path.ipBytes == ipBytes
          && !path.isExpired(nowMs)
          && (best == null || path.quality(nowMs) <= best.quality(nowMs))) {
        best = path;
      }
    }
    return best;
  }

  /** Follows an introduction; one that comes before the peer's identity waits for it. */
  PacketOutcome receive(InboundPacket packet, Rendezvous introduction) {
    long nowMs = packet.nowMs();
    InetSocketAddress endpoint = introduction.endpoint();
    if (endpoint == null
        || endpoint.getPort() == 0
        || introduction.peer() == vl1.self.address()
        || !vl1.roots.isUpstream(packet.source())) {
      return PacketOutcome.ACCEPTED;
    }
    followed.remove(introduction.peer());
    if (followed.size() >= MAX_FOLLOWED) {
      followed.remove(followed.keySet().iterator().next());
    }
    boolean sameFamily =
        endpoint.getAddress().getClass() == packet.endpoint().getAddress().getClass();
    var told = new Followed(sameFamily ? packet.socket() : Output.ALL_SOCKETS, endpoint, nowMs);
    followed.put(introduction.peer(), told);
    Peer peer = vl1.peer(introduction.peer(), nowMs);
    if (peer != null) {
      meet(peer, told, nowMs);
    }
    return PacketOutcome.ACCEPTED;
  }

  void identityArrived(long address, long nowMs) {
    Followed told = followed.get(address);
    Peer peer = told == null ? null : vl1.peers.get(address);
    if (told != null && peer != null && nowMs - told.sinceMs <= FOLLOWED_FOR_MS) {
      meet(peer, told, nowMs);
    }
  }

  long nextDeadlineMs() {
    return nextTryMs;
  }

  /** Tries those again that have not answered yet. */
  void advance(long nowMs) {
    if (nowMs < nextTryMs) {
      return;
    }
    nextTryMs = Long.MAX_VALUE;
    for (Map.Entry<Long, Followed> entry : Map.copyOf(followed).entrySet()) {
      Followed told = entry.getValue();
      Peer peer = vl1.peers.get(entry.getKey());
      if (nowMs - told.sinceMs > FOLLOWED_FOR_MS
          || told.tries > TRY_AGAIN_AFTER_MS.length
          || (peer != null && peer.hasUsablePathTo(told.endpoint.getAddress(), nowMs))) {
        followed.remove(entry.getKey());
      } else if (peer == null || told.tries == 0) {
        continue; // Its identity is awaited.
      } else if (nowMs >= dueMs(told)) {
        meet(peer, told, nowMs);
      } else {
        nextTryMs = Math.min(nextTryMs, dueMs(told));
      }
    }
  }

  private static long dueMs(Followed told) {
    return told.sinceMs + TRY_AGAIN_AFTER_MS[told.tries - 1];
  }

  private void meet(Peer peer, Followed told, long nowMs) {
    told.tries++;
    if (!vl1.learning.permits(peer, told.endpoint)) {
      followed.remove(peer.address);
      return;
    }
    byte[] junk = new byte[JUNK_BYTES];
    vl1.random.nextBytes(junk);
    vl1.output.sendJunk(told.socket, told.endpoint, junk, JUNK_HOPS);
    vl1.learning.probe(peer, told.socket, told.endpoint, nowMs);
    if (told.tries <= TRY_AGAIN_AFTER_MS.length) {
      nextTryMs = Math.min(nextTryMs, Math.max(nowMs + 1, dueMs(told)));
    }
  }

  int followed() {
    return followed.size();
  }

  void forgetOld(long nowMs) {
    followed.values().removeIf(told -> nowMs - told.sinceMs > FOLLOWED_FOR_MS);
  }
}
