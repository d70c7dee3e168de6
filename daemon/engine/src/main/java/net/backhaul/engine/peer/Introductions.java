// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import net.backhaul.engine.network.Handled;
import net.backhaul.protocol.message.Rendezvous;
import org.jspecify.annotations.Nullable;

/** Introduces peers that talk through us, and follows introductions by roots (02 3.6, 4.1). */
final class Introductions {
  static final long AGAIN_AFTER_MS = 30_000;

  /** How many pairs are remembered; strangers make pairs, so the oldest is forgotten. */
  static final int MAX_PAIRS = 8_192;

  /** Introductions to peers whose identity is still on its way; the oldest is forgotten. */
  static final int MAX_EARLY = 32;

  static final long EARLY_LASTS_MS = 5_000;

  private static final int JUNK_BYTES = 4;
  private static final int JUNK_HOPS = 2;
  private static final int BEST_SCOPE = 7;

  private final Vl1 vl1;
  private final Map<Pair, Long> introducedAtMs = new LinkedHashMap<>();
  private final Map<Long, Early> early = new LinkedHashMap<>();

  private record Pair(long lower, long higher) {}

  private record Early(int socket, InetSocketAddress endpoint, long sinceMs) {}

  Introductions(Vl1 vl1) {
    this.vl1 = vl1;
  }

  /** Tells two peers of each other's physical address after a packet was relayed. */
  void introduce(long source, Peer destination, long nowMs) {
    Peer one = vl1.peers.get(source);
    if (one == null || one == destination) {
      return;
    }
    var pair =
        new Pair(
            Math.min(one.address, destination.address), Math.max(one.address, destination.address));
    Long last = introducedAtMs.get(pair);
    if (last != null && nowMs - last < AGAIN_AFTER_MS) {
      return;
    }
    for (int scope = BEST_SCOPE; scope >= 0; scope--) {
      for (int ipBytes = 16; ipBytes >= 4; ipBytes -= 12) {
        Path toOne = best(one, scope, ipBytes, nowMs);
        Path toOther = best(destination, scope, ipBytes, nowMs);
        if (toOne != null && toOther != null) {
          remember(pair, nowMs);
          tell(one, toOne, destination.address, toOther.endpoint, nowMs);
          tell(destination, toOther, one.address, toOne.endpoint, nowMs);
          return;
        }
      }
    }
  }

  private void remember(Pair pair, long nowMs) {
    introducedAtMs.remove(pair);
    if (introducedAtMs.size() >= MAX_PAIRS) {
      introducedAtMs.remove(introducedAtMs.keySet().iterator().next());
    }
    introducedAtMs.put(pair, nowMs);
  }

  private void tell(Peer peer, Path path, long other, InetSocketAddress otherAt, long nowMs) {
    vl1.sender.sendTo(peer, path.socket, path.endpoint, new Rendezvous(0, other, otherAt), nowMs);
  }

  private static @Nullable Path best(Peer peer, int scope, int ipBytes, long nowMs) {
    Path best = null;
    for (Path path : peer.paths) {
      if (path.scope == scope
          && path.endpoint.getAddress().getAddress().length == ipBytes
          && !path.isExpired(nowMs)
          && (best == null || path.quality(nowMs) <= best.quality(nowMs))) {
        best = path;
      }
    }
    return best;
  }

  /** Follows an introduction; one that comes before the peer's identity waits for it. */
  Handled receive(Rendezvous introduction, ArrivalNow from, long nowMs) {
    if (!vl1.roots.isUpstream(from.source()) || introduction.endpoint().getPort() == 0) {
      return Handled.COUNTED;
    }
    Peer peer = vl1.peer(introduction.peer(), nowMs);
    if (peer != null) {
      meet(peer, from.socket, introduction.endpoint(), nowMs);
    } else {
      early.remove(introduction.peer());
      if (early.size() >= MAX_EARLY) {
        early.remove(early.keySet().iterator().next());
      }
      early.put(introduction.peer(), new Early(from.socket, introduction.endpoint(), nowMs));
    }
    return Handled.COUNTED;
  }

  void identityArrived(long address, long nowMs) {
    Early introduction = early.remove(address);
    Peer peer = vl1.peers.get(address);
    if (introduction != null && peer != null && nowMs - introduction.sinceMs() <= EARLY_LASTS_MS) {
      meet(peer, introduction.socket(), introduction.endpoint(), nowMs);
    }
  }

  private void meet(Peer peer, int socket, InetSocketAddress endpoint, long nowMs) {
    if (!vl1.learning.permits(peer, endpoint)) {
      return;
    }
    byte[] junk = new byte[JUNK_BYTES];
    vl1.random.nextBytes(junk);
    vl1.output.sendJunk(socket, endpoint, junk, JUNK_HOPS);
    vl1.learning.probe(peer, socket, endpoint, nowMs);
  }

  void forgetOld(long nowMs) {
    Iterator<Long> times = introducedAtMs.values().iterator();
    while (times.hasNext() && nowMs - times.next() >= AGAIN_AFTER_MS) {
      times.remove();
    }
    early.values().removeIf(introduction -> nowMs - introduction.sinceMs() > EARLY_LASTS_MS);
  }
}
