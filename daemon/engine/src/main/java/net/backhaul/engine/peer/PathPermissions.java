// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.function.Predicate;
import net.backhaul.engine.PeerReach.Verdict;
import net.backhaul.protocol.address.Endpoints;

/** Decides which endpoints may be contacted or learned for a peer (02 section 3.9). */
final class PathPermissions {
  private final PeerContext context;
  private final Roots roots;
  private final Predicate<InetAddress> managed;

  /**
   * Makes the permissions of a node.
   *
   * @param managed whether an IP address is in a managed prefix of a joined network
   */
  PathPermissions(PeerContext context, Roots roots, Predicate<InetAddress> managed) {
    this.context = context;
    this.roots = roots;
    this.managed = managed;
  }

  /**
   * Returns whether an endpoint may be contacted or learned for a peer that is authentic; one that
   * may not is recorded.
   */
  boolean permits(Peer peer, InetSocketAddress endpoint, long nowMs) {
    Verdict verdict = verdict(peer, endpoint);
    if (verdict != Verdict.TRIED) {
      peer.recordCandidate(endpoint, verdict, nowMs);
    }
    return verdict == Verdict.TRIED;
  }

  /** Returns {@code TRIED} for an endpoint that may be contacted for a peer, else why not. */
  Verdict verdict(Peer peer, InetSocketAddress endpoint) {
    InetAddress ip = endpoint.getAddress();
    if (context.options().forbids(peer.address, ip)) {
      return Verdict.FORBIDDEN;
    }
    boolean usable =
        Endpoints.usableForPath(endpoint) && roots.permits(peer.address, ip) && !managed.test(ip);
    return usable ? Verdict.TRIED : Verdict.UNUSABLE;
  }
}
