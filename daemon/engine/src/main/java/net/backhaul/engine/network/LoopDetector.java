// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

/**
 * Finds frames that circulate in a loop of Ethernet segments, at a bridge of a network: Ethernet
 * has no hop limit, so that one broadcast in a loop becomes a storm.
 *
 * <p>Only equal frames are counted. A frame that arrives from both sides of the bridge returns,
 * which few do without a loop (a host that moves); one that arrives from one side may be a
 * heartbeat, so that its limit is far above those. It may also circulate in one direction only:
 * past its limit it counts as one that returns, so that it ends instead of using all that is
 * permitted. Different frames, however many, are never limited.
 */
final class LoopDetector {
  /** Frames that are equal and have arrived from both sides: at once, and then each second. */
  static final int MAX_RETURNS = 8;

  static final int RETURNS_PER_S = 1;

  /** Frames that are equal and have arrived from one side: at once, and then each second. */
  static final int MAX_REPEATS = 200;

  static final int REPEATS_PER_S = 50;

  /** How long the count of a frame is kept after the last one. */
  static final long MEMORY_MS = 30_000;

  /** The time between two reports of a loop that persists. */
  static final long REPORT_EVERY_MS = 30_000;

  private static final int ENTRIES = 4_096;
  private static final int FROM_DEVICE = 1;
  private static final int FROM_NETWORK = 2;
  private static final int BOTH = FROM_DEVICE | FROM_NETWORK;
  private static final int MILLI = 1_000;

  private final long[] hashes = new long[ENTRIES];
  private final long[] seenMs = new long[ENTRIES];

  /** Thousandths of frames above the permitted rate. */
  private final int[] levels = new int[ENTRIES];

  private final byte[] sides = new byte[ENTRIES];
  private long reportedMs = Long.MIN_VALUE / 2;

  /**
   * Counts a frame; returns false if it circulates and must be dropped.
   *
   * @param hash of all bytes of the frame
   */
  boolean accepts(long hash, boolean fromDevice, long nowMs) {
    int at = entry(hash, nowMs);
    sides[at] |= (byte) (fromDevice ? FROM_DEVICE : FROM_NETWORK);
    boolean returns = sides[at] == BOTH;
    int max = returns ? MAX_RETURNS : MAX_REPEATS;
    long drained = (nowMs - seenMs[at]) * (returns ? RETURNS_PER_S : REPEATS_PER_S);
    long level = Math.max(0, levels[at] - drained);
    seenMs[at] = nowMs;
    boolean accepted = level <= (max - 1L) * MILLI;
    levels[at] = (int) level + (accepted ? MILLI : 0);
    if (!accepted && !returns) {
      sides[at] = BOTH;
      levels[at] = MAX_RETURNS * MILLI;
    }
    return accepted;
  }

  /** Returns the entry of a hash; a new one replaces the older of the two that it may have. */
  private int entry(long hash, long nowMs) {
    int first = (int) (hash >>> 32) & ENTRIES - 1;
    int second = first ^ 1;
    int at = hashes[first] == hash ? first : second;
    if (hashes[at] == hash && nowMs - seenMs[at] < MEMORY_MS) {
      return at;
    }
    if (hashes[at] != hash) {
      at = seenMs[first] <= seenMs[second] ? first : second;
    }
    hashes[at] = hash;
    seenMs[at] = nowMs;
    levels[at] = 0;
    sides[at] = 0;
    return at;
  }

  /** Returns whether a loop is to be reported now, and records that it is. */
  boolean isReportDue(long nowMs) {
    boolean due = nowMs - reportedMs >= REPORT_EVERY_MS;
    if (due) {
      reportedMs = nowMs;
    }
    return due;
  }
}
