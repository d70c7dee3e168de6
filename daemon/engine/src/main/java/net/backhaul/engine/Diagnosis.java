// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

import java.util.List;

/**
 * What the node can say about its own state, its roots and its peers at one moment.
 *
 * @param nats one for each IP family
 * @param roots one for each root and IP family that it is listed with
 * @param peers ascending by address, roots included
 * @param copySeenMs when another host with a copy of this node's identity has answered last;
 *     negative if none has
 */
public record Diagnosis(
    NodeStatus node,
    List<NatObservation> nats,
    List<RootReach> roots,
    List<PeerReach> peers,
    long copySeenMs) {
  public Diagnosis {
    nats = List.copyOf(nats);
    roots = List.copyOf(roots);
    peers = List.copyOf(peers);
  }
}
