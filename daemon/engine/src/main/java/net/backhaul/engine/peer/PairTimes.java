// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.util.Arrays;

/**
 * When each pair of peers was introduced last, in a table of fixed size.
 *
 * <p>Strangers make pairs and every relayed packet looks here, so nothing grows and nothing is
 * allocated: a pair has a few places, and the one that was introduced longest ago makes room.
 */
final class PairTimes {
  /** How many pairs are remembered. */
  static final int MAX_PAIRS = 8_192;

  private static final int PLACES = 4;
  private static final int GROUPS = MAX_PAIRS / PLACES;

  private final long[] lower = new long[MAX_PAIRS];
  private final long[] higher = new long[MAX_PAIRS];
  private final long[] atMs = new long[MAX_PAIRS];

  PairTimes() {
    Arrays.fill(atMs, Peer.NEVER);
  }

  /** Returns when a pair was introduced last, far in the past for never. */
  long lastMs(long one, long other) {
    long low = Math.min(one, other);
    long high = Math.max(one, other);
    int first = group(low, high) * PLACES;
    for (int i = first; i < first + PLACES; i++) {
      if (lower[i] == low && higher[i] == high) {
        return atMs[i];
      }
    }
    return Peer.NEVER;
  }

  /** Notes that a pair is introduced now. */
  void note(long one, long other, long nowMs) {
    long low = Math.min(one, other);
    long high = Math.max(one, other);
    int first = group(low, high) * PLACES;
    int place = first;
    for (int i = first; i < first + PLACES; i++) {
      if (lower[i] == low && higher[i] == high) {
        place = i;
        break;
      }
      place = atMs[i] < atMs[place] ? i : place;
    }
    lower[place] = low;
    higher[place] = high;
    atMs[place] = nowMs;
  }

  private static int group(long low, long high) {
    long mixed = (low * 31 + high) * 0x9e3779b97f4a7c15L;
    return (int) (mixed >>> 32) & (GROUPS - 1);
  }
}
