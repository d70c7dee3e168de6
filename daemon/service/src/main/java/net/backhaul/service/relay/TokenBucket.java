// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.relay;

/** A rate limit: so many units per second, and so many at once. */
final class TokenBucket {
  private static final long NS_PER_S = 1_000_000_000;

  private final long perSecond;
  private final long burst;
  private double left;
  private long countedNs;

  TokenBucket(long perSecond, long burst, long nowNs) {
    this.perSecond = perSecond;
    this.burst = burst;
    this.left = burst;
    this.countedNs = nowNs;
  }

  /** Takes units if any are left; what is taken beyond them is a debt. */
  boolean take(long units, long nowNs) {
    refill(nowNs);
    if (left <= 0) {
      return false;
    }
    left -= units;
    return true;
  }

  /** Takes units whether or not any are left. */
  void charge(long units, long nowNs) {
    refill(nowNs);
    left -= units;
  }

  /** Returns whether more than so many units are owed. */
  boolean owes(long units) {
    return -left > units;
  }

  /** Returns after how long units are left again, in milliseconds; 0 if some are. */
  long emptyForMs(long nowNs) {
    refill(nowNs);
    return left > 0 ? 0 : 1 + (long) (-left * 1_000 / perSecond);
  }

  private void refill(long nowNs) {
    left = Math.min(burst, left + (double) (nowNs - countedNs) * perSecond / NS_PER_S);
    countedNs = nowNs;
  }
}
