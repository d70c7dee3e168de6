// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

import java.net.InetSocketAddress;
import java.util.List;

/**
 * What can be said of a peer at one moment; versions are -1 while unknown.
 *
 * @param latencyMs round trip of the best path, or -1
 */
public record PeerStatus(
    long address,
    int major,
    int minor,
    int revision,
    int latencyMs,
    Role role,
    List<PathStatus> paths) {
  /** What a peer is to us: a root of the planet, a root of a moon, or another node. */
  public enum Role {
    LEAF,
    MOON,
    PLANET
  }

  /** One usable way to the peer; times are 0 for never. */
  public record PathStatus(
      InetSocketAddress endpoint,
      int socket,
      long lastSendMs,
      long lastReceiveMs,
      boolean preferred,
      long trustedPathId) {}
}
