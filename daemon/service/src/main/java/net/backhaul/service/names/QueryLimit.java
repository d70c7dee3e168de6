// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.names;

/** Limits queries per second of the clock. */
final class QueryLimit {
  private static final long WINDOW_MS = 1_000;

  private final int maxPerSecond;
  private long windowStartMs;
  private int count;

  QueryLimit(int maxPerSecond) {
    this.maxPerSecond = maxPerSecond;
  }

  /** Returns whether another query is answered now. */
  boolean accept(long nowMs) {
    if (nowMs - windowStartMs >= WINDOW_MS) {
      windowStartMs = nowMs;
      count = 0;
    }
    return count++ < maxPerSecond;
  }
}
