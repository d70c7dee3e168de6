// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.backhaul.engine.Deadline;
import net.backhaul.engine.Drop;
import net.backhaul.protocol.world.World;
import org.jspecify.annotations.Nullable;

/**
 * The roots of our worlds as peers: which one to relay and send requests through (02 section 3.6).
 */
final class Upstreams {
  /** Delay before a root that did not answer gets another HELLO; it doubles up to the maximum. */
  private static final long FIRST_CONTACT_DELAY_MS = 250;

  private static final long SILENT_SCORE = 0xffffffffL;

  /** Added to the score of a root that does not answer probes; others are better. */
  private static final long OVERDUE_SCORE = SILENT_SCORE / 2;

  private static final long SILENCE_STEP_MS = 61_000;

  private final PeerContext context;
  private final Roots roots;
  private final PeerTable peers;
  private long contactDelayMs = FIRST_CONTACT_DELAY_MS;

  /** An array, since each packet that is relayed needs the best one. */
  private Peer[] rootPeers = {};

  Upstreams(PeerContext context, Roots roots, PeerTable peers) {
    this.context = context;
    this.roots = roots;
    this.peers = peers;
  }

  Roots roots() {
    return roots;
  }

  boolean contains(long address) {
    return roots.isUpstream(address);
  }

  /** Returns whether a peer's worlds are accepted: a root's, or those of the seed of a moon. */
  boolean isTrustedWithWorlds(long address) {
    return roots.isUpstream(address) || roots.isMoonSeed(address);
  }

  /** Returns the root to relay and send requests through, or null without any. */
  @Nullable Peer best(long nowMs) {
    Peer best = null;
    long bestScore = Long.MAX_VALUE;
    for (Peer peer : rootPeers) {
      long score = relayScore(peer, nowMs);
      if (best == null
          || score < bestScore
          || (score == bestScore && peer.address > best.address)) {
        best = peer;
        bestScore = score;
      }
    }
    return best;
  }

  /** Returns the root to which we have a path with this socket and endpoint, or null. */
  @Nullable Peer at(int socket, InetSocketAddress endpoint) {
    for (Peer peer : rootPeers) {
      if (peer.path(socket, endpoint) != null) {
        return peer;
      }
    }
    return null;
  }

  /** Returns the peer that is the root of this address, or null. */
  @Nullable Peer peer(long address) {
    for (Peer peer : rootPeers) {
      if (peer.address == address) {
        return peer;
      }
    }
    return null;
  }

  /** Returns how many roots there are, for {@link #get}, which iterates without allocation. */
  int count() {
    return rootPeers.length;
  }

  Peer get(int index) {
    return rootPeers[index];
  }

  /**
   * Replaces a world if the new one may replace it (01 section 7.5), and contacts its roots;
   * otherwise it is dropped.
   */
  void update(World world, long nowMs) {
    Drop rejection = roots.add(world, false);
    if (rejection != null) {
      context.drop(rejection);
      return;
    }
    refresh();
    contactSoon(nowMs);
  }

  /** Replaces the planet by the operator's choice, and contacts its roots. */
  void use(World planet, long nowMs) {
    roots.use(planet);
    refresh();
    contactSoon(nowMs);
  }

  /** Follows a moon: a saved one at once, another one as soon as its seed has sent it. */
  void orbit(long moonId, long seed, byte @Nullable [] savedMoon, long nowMs) {
    boolean added = savedMoon != null && SavedWorlds.addMoon(moonId, savedMoon, roots);
    if (!added && roots.moon(moonId) == null && seed != 0) {
      roots.request(moonId, seed);
    }
    refresh();
    contactSoon(nowMs);
  }

  /** Stops following a moon and removes its saved state. */
  void deorbit(long moonId) {
    roots.removeMoon(moonId);
    refresh();
  }

  /** Makes peers of the roots of all worlds. */
  void refresh() {
    List<Peer> found = new ArrayList<>();
    for (Map.Entry<Long, Roots.ListedRoot> entry : roots.upstreams()) {
      peers.add(entry.getValue().identity()).ifPresent(found::add);
    }
    rootPeers = found.toArray(Peer[]::new);
  }

  /** Contacts roots without a path at the next chance, since they or we may have moved. */
  void contactSoon(long nowMs) {
    contactDelayMs = FIRST_CONTACT_DELAY_MS;
    context.deadlines.set(Deadline.ROOT_CONTACT, nowMs);
  }

  /** Returns the delay before the next contact and doubles it, up to a maximum. */
  long nextContactDelayMs(long maxDelayMs) {
    long delayMs = contactDelayMs;
    contactDelayMs = Math.min(2 * contactDelayMs, maxDelayMs);
    return delayMs;
  }

  private static long relayScore(Peer root, long nowMs) {
    long silence = nowMs - root.lastReceiveMs;
    if (silence >= Peer.ACTIVITY_TIMEOUT_MS) {
      return SILENT_SCORE;
    }
    Path path = root.bestPath(nowMs);
    int latency = path == null || path.latencyMs == 0 ? Path.UNKNOWN_LATENCY_MS : path.latencyMs;
    boolean overdue = path == null || path.isOverdue(nowMs);
    return latency * (silence / SILENCE_STEP_MS + 1) + (overdue ? OVERDUE_SCORE : 0);
  }
}
