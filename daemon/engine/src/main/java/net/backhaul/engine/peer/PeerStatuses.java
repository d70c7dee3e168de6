// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import net.backhaul.engine.PeerCounts;
import net.backhaul.engine.PeerReach;
import net.backhaul.engine.PeerStatus;

/** Makes the records of peers that leave the node's thread. */
final class PeerStatuses {
  private final PeerContext context;
  private final PeerTable peers;
  private final Roots roots;
  private final ReachReports reachReports;
  private final LocalLinks links;

  PeerStatuses(
      PeerContext context,
      PeerTable peers,
      Roots roots,
      ReachReports reachReports,
      LocalLinks links) {
    this.context = context;
    this.peers = peers;
    this.roots = roots;
    this.reachReports = reachReports;
    this.links = links;
  }

  /** Returns the status of each peer, by address. */
  List<PeerStatus> all(long nowMs) {
    var all = new ArrayList<PeerStatus>();
    for (Peer peer : peers.all()) {
      all.add(status(peer, nowMs));
    }
    all.sort(Comparator.comparingLong(PeerStatus::address));
    return all;
  }

  /** Returns how each peer is reached, by address. */
  List<PeerReach> reaches(long nowMs) {
    var all = new ArrayList<PeerReach>();
    for (Peer peer : peers.all()) {
      all.add(reachReports.peer(peer, status(peer, nowMs), nowMs));
    }
    all.sort(Comparator.comparingLong(reach -> reach.peer().address()));
    return all;
  }

  /** Counts the peers by how they are reached. */
  PeerCounts counts(long nowMs) {
    int direct = 0;
    int all = 0;
    for (Peer peer : peers.all()) {
      all++;
      if (peer.bestPath(nowMs) != null) {
        direct++;
      }
    }
    return new PeerCounts(direct, all - direct);
  }

  private PeerStatus status(Peer peer, long nowMs) {
    Path preferred = peer.bestPath(nowMs);
    Bond bond = peer.bond;
    var paths = new ArrayList<PeerStatus.PathStatus>();
    for (Path path : peer.paths) {
      if (path.isUsable(nowMs)) {
        paths.add(
            new PeerStatus.PathStatus(
                path.endpoint,
                path.socket,
                Math.max(0, path.lastOutMs),
                Math.max(0, path.lastInMs),
                path == preferred,
                context.options().trustedPathId(path.endpoint.getAddress()),
                bond == null ? null : bond.status(path, links, nowMs)));
      }
    }
    boolean known = peer.versionKnown();
    return new PeerStatus(
        peer.address,
        known ? peer.major : -1,
        known ? peer.minor : -1,
        known ? peer.revision : -1,
        peer.latencyMs(nowMs),
        roots.role(peer.address),
        paths,
        peer.paths.size() - paths.size(),
        peer.counters.snapshot(),
        peer.counters.latency.snapshot(),
        bond == null ? null : bond.status(nowMs));
  }
}
