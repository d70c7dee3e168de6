// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.system;

import java.util.concurrent.atomic.AtomicLong;

/**
 * A clock in milliseconds since 1970 that never runs backwards.
 *
 * <p>It follows the wall clock, because timestamps of certificates are compared across hosts: a
 * step forward, such as after a suspend, is followed at once; after a step back, time runs at half
 * speed until both agree.
 */
public final class SteadyClock {
  /** Ignored difference: the two clocks are not read at the same moment. */
  static final long TOLERANCE_MS = 50;

  private final AtomicLong lastMs = new AtomicLong(Long.MIN_VALUE);
  private volatile long aheadMs;
  private long checkedAtMs;

  /** The wall clock less the monotonic clock, when last checked. */
  private long wallAheadMs;

  private long lastBackMs;

  /** Starts at the given wall-clock time. */
  public SteadyClock(long wallMs, long steadyMs) {
    aheadMs = wallMs - steadyMs;
    wallAheadMs = aheadMs;
    checkedAtMs = steadyMs;
  }

  /**
   * Returns the time.
   *
   * @param steadyMs a monotonic clock
   */
  public long nowMs(long steadyMs) {
    long nowMs = steadyMs + aheadMs;
    return lastMs.accumulateAndGet(nowMs, Math::max);
  }

  /** Returns by how much the wall clock was set back between the last two adjustments, or 0. */
  public long steppedBackMs() {
    return lastBackMs;
  }

  /** Returns how far this clock is ahead of the wall clock, which was set back; or 0. */
  public long aheadOfWallMs() {
    return Math.max(0, aheadMs - wallAheadMs);
  }

  /**
   * Adjusts to the wall clock; called periodically by one thread.
   *
   * @return the step forward in milliseconds, or 0
   */
  public long follow(long wallMs, long steadyMs) {
    long sinceMs = steadyMs - checkedAtMs;
    checkedAtMs = steadyMs;
    long stepMs = wallMs - steadyMs;
    lastBackMs = Math.max(0, wallAheadMs - stepMs);
    wallAheadMs = stepMs;
    long behindMs = wallMs - (steadyMs + aheadMs);
    if (behindMs > TOLERANCE_MS) {
      aheadMs += behindMs;
      return behindMs;
    }
    if (behindMs < -TOLERANCE_MS) {
      aheadMs -= Math.min(-behindMs, sinceMs / 2);
    }
    return 0;
  }
}
