// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import java.util.Arrays;
import net.backhaul.engine.HashBits;

/**
 * The packets of ours that replies may come to: 256 rings of the upper halves of packet ids (02
 * section 2).
 *
 * <p>When a ring is full, its oldest entry is evicted; nothing expires. Where a probe was sent to
 * is recorded as a hash: an answer from elsewhere may be replayed, and teaches no path.
 */
final class ExpectedReplies {
  private static final int RINGS = 256;
  private static final int RING_ENTRIES = 32;
  private static final long NONE = -1;

  private final long[] halves = new long[RINGS * RING_ENTRIES];
  private final int[] endpoints = new int[RINGS * RING_ENTRIES];
  private final byte[] next = new byte[RINGS];
  private final int secret;

  /**
   * Creates empty rings.
   *
   * @param secret so that nobody can choose two endpoints with one hash
   */
  ExpectedReplies(int secret) {
    this.secret = secret;
    Arrays.fill(halves, NONE);
  }

  void expect(long packetId) {
    long half = packetId >>> 32;
    int ring = (int) half & (RINGS - 1);
    halves[ring * RING_ENTRIES + next[ring]] = half;
    endpoints[ring * RING_ENTRIES + next[ring]] = 0;
    next[ring] = (byte) ((next[ring] + 1) % RING_ENTRIES);
  }

  /** Records where a packet was sent to, after {@link #expect}. */
  void sentTo(long packetId, InetSocketAddress endpoint) {
    int entry = find(packetId);
    if (entry >= 0) {
      endpoints[entry] = hash(endpoint);
    }
  }

  boolean isExpected(long packetId) {
    return find(packetId) >= 0;
  }

  /** Returns whether a packet was a probe of this endpoint. */
  boolean wasSentTo(long packetId, InetSocketAddress endpoint) {
    int entry = find(packetId);
    return entry >= 0 && endpoints[entry] == hash(endpoint);
  }

  private int find(long packetId) {
    long half = packetId >>> 32;
    int first = ((int) half & (RINGS - 1)) * RING_ENTRIES;
    for (int i = first; i < first + RING_ENTRIES; i++) {
      if (halves[i] == half) {
        return i;
      }
    }
    return -1;
  }

  private int hash(InetSocketAddress endpoint) {
    int hash = HashBits.mixed(secret ^ endpoint.getPort());
    hash = HashBits.mixed(hash ^ endpoint.getAddress().hashCode());
    return hash == 0 ? 1 : hash;
  }
}
