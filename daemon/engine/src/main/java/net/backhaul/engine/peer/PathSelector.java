// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import org.jspecify.annotations.Nullable;

/** Selects the path that packets to a peer take (02 sections 3.5 and 3.6). */
final class PathSelector {
  private final Upstreams upstreams;
  private final PathProber prober;

  PathSelector(Upstreams upstreams, PathProber prober) {
    this.upstreams = upstreams;
    this.prober = prober;
  }

  /**
   * Returns the peer's own path, a root's, or an old one of its own; null without a route.
   *
   * @param direct the best path of the peer, or null
   */
  @Nullable Path route(Peer peer, @Nullable Path direct, long nowMs) {
    if (direct != null && !direct.isSuspect(nowMs)) {
      return direct;
    }
    prober.tryHints(peer, nowMs);
    Peer root = upstreams.best(nowMs);
    Path relay = root == null || root == peer ? null : root.bestPath(nowMs);
    if (relay != null && (direct == null || relay.isAlive(nowMs))) {
      return relay;
    }
    return direct == null ? peer.anyPath() : direct;
  }

  /** Returns whether the ECN field passes on a path that was selected: a root may not copy it. */
  boolean keepsEcn(Peer peer, Path selected, long nowMs) {
    if (peer.path(selected.socket, selected.endpoint) == selected) {
      return true;
    }
    Peer root = upstreams.best(nowMs);
    return root != null && root.supportsEcn();
  }

  /** Probes a path over which packets leave and none come. */
  void probeSuspect(Peer peer, Path suspect, long nowMs) {
    prober.probeSuspect(peer, suspect, nowMs);
  }
}
