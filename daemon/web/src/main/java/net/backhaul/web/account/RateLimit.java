// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.account;

import java.util.LinkedHashMap;

/**
 * Limits how often something may be tried for each of many keys: a number of times at once, then
 * one time per interval. At the limit of keys the one used longest ago is evicted.
 */
final class RateLimit {
  private final int burst;
  private final long intervalMs;
  private final int maxKeys;

  /** The time at which all of the burst is available again, by key. */
  private final LinkedHashMap<String, Long> fullAtMs = new LinkedHashMap<>();

  RateLimit(int burst, long intervalMs, int maxKeys) {
    this.burst = burst;
    this.intervalMs = intervalMs;
    this.maxKeys = maxKeys;
  }

  /** Returns how long a key has to wait; 0 if it may be tried now. */
  long waitMs(String key, long nowMs) {
    long full = fullAtMs.getOrDefault(key, nowMs);
    return Math.max(0, full - nowMs - (burst - 1) * intervalMs);
  }

  /** Counts a try. */
  void count(String key, long nowMs) {
    Long before = fullAtMs.remove(key);
    fullAtMs.put(key, Math.max(nowMs, before == null ? nowMs : before) + intervalMs);
    if (fullAtMs.size() > maxKeys) {
      fullAtMs.pollFirstEntry();
    }
  }

  /** Takes back one try that was counted. */
  void refund(String key) {
    fullAtMs.computeIfPresent(key, (same, fullMs) -> fullMs - intervalMs);
  }

  /** Removes what was counted for a key. */
  void reset(String key) {
    fullAtMs.remove(key);
  }

  int size() {
    return fullAtMs.size();
  }
}
