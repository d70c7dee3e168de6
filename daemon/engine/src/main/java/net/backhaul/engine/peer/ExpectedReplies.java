// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.util.Arrays;

/**
 * The packets of ours that replies may come to: 256 rings of the upper halves of packet ids (02
 * section 2).
 *
 * <p>When a ring is full, its oldest entry is evicted; nothing expires.
 */
final class ExpectedReplies {
  private static final int RINGS = 256;
  private static final int RING_ENTRIES = 32;
  private static final long NONE = -1;

  private final long[] halves = new long[RINGS * RING_ENTRIES];
  private final byte[] next = new byte[RINGS];

  ExpectedReplies() {
    Arrays.fill(halves, NONE);
  }

  void expect(long packetId) {
    long half = packetId >>> 32;
    int ring = (int) half & (RINGS - 1);
    halves[ring * RING_ENTRIES + next[ring]] = half;
    next[ring] = (byte) ((next[ring] + 1) % RING_ENTRIES);
  }

  boolean isExpected(long packetId) {
    long half = packetId >>> 32;
    int first = ((int) half & (RINGS - 1)) * RING_ENTRIES;
    for (int i = first; i < first + RING_ENTRIES; i++) {
      if (halves[i] == half) {
        return true;
      }
    }
    return false;
  }
}
