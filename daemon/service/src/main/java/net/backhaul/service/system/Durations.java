// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.system;

/** Durations in messages. */
public final class Durations {
  private static final long SECOND_MS = 1_000;
  private static final long MINUTE_MS = 60 * SECOND_MS;
  private static final long HOUR_MS = 60 * MINUTE_MS;
  private static final long DAY_MS = 24 * HOUR_MS;

  private Durations() {}

  /** Returns a duration in its two largest units: {@code 3 h 5 min}, {@code 40 s}. */
  public static String text(long ms) {
    if (ms < MINUTE_MS) {
      return ms / SECOND_MS + " s";
    }
    if (ms < HOUR_MS) {
      return text(ms / MINUTE_MS, "min", ms % MINUTE_MS / SECOND_MS, "s");
    }
    return ms < DAY_MS
        ? text(ms / HOUR_MS, "h", ms % HOUR_MS / MINUTE_MS, "min")
        : text(ms / DAY_MS, "d", ms % DAY_MS / HOUR_MS, "h");
  }

  private static String text(long large, String largeUnit, long small, String smallUnit) {
    return large + " " + largeUnit + (small == 0 ? "" : " " + small + " " + smallUnit);
  }
}
