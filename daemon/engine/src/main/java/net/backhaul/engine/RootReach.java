// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

import java.net.InetSocketAddress;
import java.util.List;

/**
 * Whether a root answers over UDP and one IP family; for the diagnosis.
 *
 * @param ipBytes 4 or 16
 * @param endpoints those of the family that our worlds list, at least one
 * @param hasSocket whether this node has a socket from which they can be reached
 * @param lastReceiveMs when its last packet came over the family, 0 for never
 * @param latencyMs the round trip of the best path of the family, or -1
 */
public record RootReach(
    long address,
    PeerStatus.Role role,
    int ipBytes,
    List<InetSocketAddress> endpoints,
    boolean hasSocket,
    long lastReceiveMs,
    int latencyMs) {
  public RootReach {
    endpoints = List.copyOf(endpoints);
  }
}
