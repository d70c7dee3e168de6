// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.access;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;

/**
 * Limits how often something may be tried for each of many keys: a number of times at once, then
 * one time per interval. At the limit of keys the one used longest ago is evicted.
 */
public final class RateLimit {
  private static final int V6_NETWORK_BYTES = 8;

  private final int burst;
  private final long intervalMs;
  private final int maxKeys;

  /** The time at which all of the burst is available again, by key. */
  private final LinkedHashMap<String, Long> fullAtMs = new LinkedHashMap<>();

  /**
   * Makes a limit that nothing counts against yet.
   *
   * @param maxKeys how many keys are counted at most
   */
  public RateLimit(int burst, long intervalMs, int maxKeys) {
    this.burst = burst;
    this.intervalMs = intervalMs;
    this.maxKeys = maxKeys;
  }

  /** Returns how long a key has to wait; 0 if it may be tried now. */
  public long waitMs(String key, long nowMs) {
    long full = fullAtMs.getOrDefault(key, nowMs);
    return Math.max(0, full - nowMs - (burst - 1) * intervalMs);
  }

  /** Counts a try. */
  public void count(String key, long nowMs) {
    Long before = fullAtMs.remove(key);
    fullAtMs.put(key, Math.max(nowMs, before == null ? nowMs : before) + intervalMs);
    if (fullAtMs.size() > maxKeys) {
      fullAtMs.pollFirstEntry();
    }
  }

  /** Takes back one try that was counted. */
  public void refund(String key) {
    fullAtMs.computeIfPresent(key, (same, fullMs) -> fullMs - intervalMs);
  }

  /** Removes what was counted for a key. */
  public void reset(String key) {
    fullAtMs.remove(key);
  }

  /** Returns the number of keys that are counted. */
  public int size() {
    return fullAtMs.size();
  }

  /**
   * Returns the key of a source: its address, or the network of an IPv6 address, since a host has
   * all addresses of that.
   */
  public static String source(InetAddress from) {
    byte[] bytes = from.getAddress();
    return HexFormat.of()
        .formatHex(bytes.length == 4 ? bytes : Arrays.copyOf(bytes, V6_NETWORK_BYTES));
  }
}
