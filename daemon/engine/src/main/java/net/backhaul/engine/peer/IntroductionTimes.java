// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.util.Arrays;

/**
 * The time of the last introduction of each pair of peers, in a table of fixed size.
 *
 * <p>Unauthenticated senders can make pairs and every relayed packet reads the table, so it does
 * not grow and allocates nothing: a pair has a few slots, and the one introduced longest ago is
 * evicted.
 */
final class IntroductionTimes {
  /** Maximum pairs in the table. */
  static final int MAX_PAIRS = 8_192;

  private static final int SLOTS = 4;
  private static final int GROUPS = MAX_PAIRS / SLOTS;

  private final long[] lower = new long[MAX_PAIRS];
  private final long[] higher = new long[MAX_PAIRS];
  private final long[] atMs = new long[MAX_PAIRS];

  IntroductionTimes() {
    Arrays.fill(atMs, Peer.NEVER);
  }

  /** Returns when a pair was introduced last, far in the past for never. */
  long lastMs(long one, long other) {
    long low = Math.min(one, other);
    long high = Math.max(one, other);
    int first = group(low, high) * SLOTS;
    for (int i = first; i < first + SLOTS; i++) {
      if (lower[i] == low && higher[i] == high) {
        return atMs[i];
      }
    }
    return Peer.NEVER;
  }

  /** Records that a pair is introduced now. */
  void record(long one, long other, long nowMs) {
    long low = Math.min(one, other);
    long high = Math.max(one, other);
    int first = group(low, high) * SLOTS;
    int slot = first;
    for (int i = first; i < first + SLOTS; i++) {
      if (lower[i] == low && higher[i] == high) {
        slot = i;
        break;
      }
      slot = atMs[i] < atMs[slot] ? i : slot;
    }
    lower[slot] = low;
    higher[slot] = high;
    atMs[slot] = nowMs;
  }

  private static int group(long low, long high) {
    long mixed = (low * 31 + high) * 0x9e3779b97f4a7c15L;
    return (int) (mixed >>> 32) & (GROUPS - 1);
  }
}
