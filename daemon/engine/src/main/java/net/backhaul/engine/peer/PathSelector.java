// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import org.jspecify.annotations.Nullable;

/** Selects the path that packets to a peer take (02 sections 3.5 and 3.6). */
final class PathSelector {
  /** How long a root may relay to a peer because it has relayed the peer's last packet. */
  private static final long FOLLOWED_MS = 5_000;

  /** The best root relays to a peer nevertheless if it has sent something this long before. */
  private static final long FOLLOWED_AFTER_MS = 1_500;

  private final Upstreams upstreams;
  private final PathProber prober;
  private final PathMtuProber mtuProber;

  /** The root whose path was selected last; null where that was a path of the peer. */
  private @Nullable Peer relay;

  PathSelector(Upstreams upstreams, PathProber prober, PathMtuProber mtuProber) {
    this.upstreams = upstreams;
    this.prober = prober;
    this.mtuProber = mtuProber;
  }

  /**
   * Returns the peer's own path, a root's, or an old one of its own; null without a route.
   *
   * @param direct the best path of the peer, or null
   */
  @Nullable Path route(Peer peer, @Nullable Path direct, long nowMs) {
    relay = null;
    if (direct != null && !direct.isSuspect(nowMs)) {
      return direct;
    }
    prober.tryHints(peer, nowMs);
    Peer root = relayTo(peer, nowMs);
    Path relayed = root == null || root == peer ? null : root.bestPath(nowMs);
    if (relayed != null && (direct == null || isReliable(relayed, nowMs))) {
      relay = root;
      return relayed;
    }
    return direct == null ? peer.anyPath() : direct;
  }

  /**
   * Returns the root to relay to a peer: the best one or, where that is silent, the one through
   * which the peer sends. So the end that only answers follows the other one at once when a root
   * has died.
   */
  private @Nullable Peer relayTo(Peer peer, long nowMs) {
    Peer best = upstreams.best(nowMs);
    Peer last = peer.relay;
    if (last == null || last == best || nowMs - peer.relayedInMs >= FOLLOWED_MS) {
      return best;
    }
    Path ofBest = best == null ? null : best.bestPath(nowMs);
    Path ofLast = last.bestPath(nowMs);
    boolean silent = ofBest == null || ofBest.lastInMs + FOLLOWED_AFTER_MS < peer.relayedInMs;
    return silent && ofLast != null && isReliable(ofLast, nowMs) && upstreams.contains(last.address)
        ? last
        : best;
  }

  private static boolean isReliable(Path path, long nowMs) {
    return path.isAlive(nowMs) && !path.isOverdue(nowMs);
  }

  /** Returns whether the ECN field passes on the selected path: a root may not copy it. */
  boolean keepsEcn() {
    return relay == null || relay.supportsEcn();
  }

  /** Returns the payload size of datagrams with packets of a length on the selected path. */
  int mtuBytes(Path selected, int packetBytes) {
    return mtuProber.mtuBytes(selected, relay != null, packetBytes);
  }

  /** Records the length of packets that have left over the selected path, and measures its MTU. */
  void measureMtu(Peer peer, Path selected, int packetBytes, long nowMs) {
    if (relay == null) {
      mtuProber.sent(peer, selected, packetBytes, nowMs);
    }
  }

  /**
   * Records that a packet to a peer has left over the selected path, and probes paths over which
   * packets leave and none come: that of the peer, and that of the root that relays.
   *
   * @param direct the best path of the peer, or null
   */
  void sent(Peer peer, @Nullable Path direct, Path selected, long nowMs) {
    selected.lastOutMs = nowMs;
    if (direct != null && direct.recordSend(selected == direct, nowMs)) {
      prober.probeSuspect(peer, direct, nowMs);
      mtuProber.verify(peer, direct, nowMs);
    }
    Peer root = relay;
    if (root != null && selected.recordSend(true, nowMs)) {
      probeRelay(root, selected, nowMs);
    }
  }

  /** Probes the root that relays; if it does not answer, also those that could relay instead. */
  private void probeRelay(Peer root, Path path, long nowMs) {
    if (!prober.probeIfDue(root, path, nowMs) || !path.isProbedAgain()) {
      return;
    }
    for (int i = 0; i < upstreams.count(); i++) {
      Peer other = upstreams.get(i);
      Path otherPath = other == root ? null : other.bestPath(nowMs);
      if (otherPath != null && otherPath.isQuiet(nowMs)) {
        prober.probeIfDue(other, otherPath, nowMs);
      }
    }
  }
}
