// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.system;

import java.util.concurrent.atomic.AtomicLong;

/**
 * Milliseconds since 1970 that never run backwards.
 *
 * <p>They follow the wall clock, because certificates of different hosts are compared by it: a step
 * forward, such as a host's sleep, is followed at once; after a step back, time runs at half its
 * speed until both agree again.
 */
public final class SteadyClock {
  /** A difference that is left as it is: reading two clocks takes a moment. */
  static final long TOLERANCE_MS = 50;

  private final AtomicLong lastMs = new AtomicLong(Long.MIN_VALUE);
  private volatile long aheadMs;
  private long checkedAtMs;

  /** Starts at the given wall-clock time. */
  public SteadyClock(long wallMs, long steadyMs) {
    aheadMs = wallMs - steadyMs;
    checkedAtMs = steadyMs;
  }

  /**
   * Returns the time.
   *
   * @param steadyMs of a clock that nobody sets
   */
  public long nowMs(long steadyMs) {
    long nowMs = steadyMs + aheadMs;
    return lastMs.accumulateAndGet(nowMs, Math::max);
  }

  /**
   * Looks at the wall clock; one thread does so now and then.
   *
   * @return by how much time has jumped forward
   */
  public long follow(long wallMs, long steadyMs) {
    long sinceMs = steadyMs - checkedAtMs;
    checkedAtMs = steadyMs;
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
