// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

/** The ids of the packets of a peer that came last, which show duplicates. */
final class RecentPackets {
  /** Maximum ids; a later one with the same hash replaces an earlier one. */
  static final int MAX_PACKETS = 4_096;

  private final long[] ids = new long[MAX_PACKETS];

  /** Adds a packet; returns whether it was added before. */
  boolean addedBefore(long packetId) {
    int at = (int) (packetId ^ packetId >>> Integer.SIZE) & (MAX_PACKETS - 1);
    if (ids[at] == packetId) {
      return true;
    }
    ids[at] = packetId;
    return false;
  }
}
