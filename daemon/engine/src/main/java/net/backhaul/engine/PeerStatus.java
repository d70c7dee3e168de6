// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The state of a peer at one moment; versions are -1 while unknown.
 *
 * @param latencyMs round trip of the best path, or -1
 * @param paths the usable ones
 * @param expiredPaths the number of paths that have expired and are not removed yet
 * @param latencies the round trips of the best path over time
 * @param bond null where the peer is not bonded
 */
public record PeerStatus(
    long address,
    int major,
    int minor,
    int revision,
    int latencyMs,
    Role role,
    List<PathStatus> paths,
    int expiredPaths,
    PacketCounts packets,
    LatencyHistogram latencies,
    @Nullable BondStatus bond) {
  /** The role of a peer: a root of the planet, a root of a moon, or another node. */
  public enum Role {
    LEAF,
    MOON,
    PLANET
  }

  /**
   * The packets of a peer counted since it was loaded.
   *
   * @param received authentic packets from the peer
   * @param sent packets that were sealed for the peer
   * @param invalid packets in the peer's name that were not authentic or malformed
   */
  public record PacketCounts(long received, long sent, long invalid) {}

  /**
   * One usable path to the peer; times are 0 for never.
   *
   * @param link null where the peer is not bonded
   */
  public record PathStatus(
      InetSocketAddress endpoint,
      int socket,
      long lastSendMs,
      long lastReceiveMs,
      boolean preferred,
      long trustedPathId,
      BondStatus.@Nullable LinkStatus link) {}
}
