// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

/**
 * The ids of the packets of a peer that came last, which show duplicates. Set-associative, since
 * ids are random: where each had one place, one in thirty duplicates that are 140 packets late
 * would not be found.
 */
final class RecentPackets {
  /** Maximum ids; the oldest of a set is replaced. */
  static final int MAX_PACKETS = 4_096;

  private static final int WAYS = 8;
  private static final int SETS = MAX_PACKETS / WAYS;

  private final long[] ids = new long[MAX_PACKETS];
  private final byte[] oldest = new byte[SETS];

  /** Adds a packet; returns whether it was added before. */
  boolean addedBefore(long packetId) {
    int set = (int) (packetId ^ packetId >>> Integer.SIZE) & (SETS - 1);
    int start = set * WAYS;
    for (int at = start; at < start + WAYS; at++) {
      if (ids[at] == packetId) {
        return true;
      }
    }
    ids[start + oldest[set]] = packetId;
    oldest[set] = (byte) ((oldest[set] + 1) % WAYS);
    return false;
  }
}
