// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

/** The last probes of a path, and which of them were answered: what shows its loss. */
final class ProbeLog {
  /** Number of probes that are recorded; the oldest is evicted. */
  static final int MAX_PROBES = 16;

  /** A probe that was not answered for so long counts as lost. */
  static final long LOST_AFTER_MS = 3_000;

  private final long[] packetIds = new long[MAX_PROBES];
  private final long[] sentMs = new long[MAX_PROBES];
  private final boolean[] answered = new boolean[MAX_PROBES];
  private int count;
  private int next;

  /** Records a probe that was sent over the path. */
  void sent(long packetId, long nowMs) {
    packetIds[next] = packetId;
    sentMs[next] = nowMs;
    answered[next] = false;
    next = (next + 1) % MAX_PROBES;
    count = Math.min(count + 1, MAX_PROBES);
  }

  /** Records an answer to a packet; returns whether that was the first one to a probe. */
  boolean answered(long packetId) {
    for (int i = 0; i < count; i++) {
      if (packetIds[i] == packetId) {
        boolean first = !answered[i];
        answered[i] = true;
        return first;
      }
    }
    return false;
  }

  /** Returns when a probe was sent, or -1 if the packet was none. */
  long sentMs(long packetId) {
    for (int i = 0; i < count; i++) {
      if (packetIds[i] == packetId) {
        return sentMs[i];
      }
    }
    return -1;
  }

  /** Returns how many probes were answered or lost, of those recorded. */
  int decided(long nowMs) {
    int decided = 0;
    for (int i = 0; i < count; i++) {
      decided += answered[i] || nowMs - sentMs[i] >= LOST_AFTER_MS ? 1 : 0;
    }
    return decided;
  }

  /** Returns how many of the {@link #decided} ones were lost. */
  int lost(long nowMs) {
    int lost = 0;
    for (int i = 0; i < count; i++) {
      lost += !answered[i] && nowMs - sentMs[i] >= LOST_AFTER_MS ? 1 : 0;
    }
    return lost;
  }
}
