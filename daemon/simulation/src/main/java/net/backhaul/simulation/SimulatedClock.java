// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

/**
 * The clock of a host: it differs from that of the internet, and jumps. Set back, it is slow
 * instead until it agrees, as the daemon's: the time of a node never runs backwards.
 */
final class SimulatedClock {
  private static final int SLOWDOWN = 2;

  private long skewMs;

  /** How far it was ahead of the time that was set, and when. */
  private long aheadMs;

  private long aheadSinceMs;

  /** Sets by how much it differs, while no daemon runs. */
  void skew(long ms) {
    skewMs += ms;
    aheadMs = 0;
  }

  /** Sets the clock forward, or back with a negative number. */
  void jump(long ms, long internetMs) {
    long ahead = aheadMs(internetMs);
    skewMs += ms;
    aheadMs = Math.max(0, ahead - ms);
    aheadSinceMs = internetMs;
  }

  /** Returns the time of the host. */
  long hostMs(long internetMs) {
    return internetMs + skewMs + aheadMs(internetMs);
  }

  /** Returns the first time of the internet at which the host has a time. */
  long internetMs(long hostMs) {
    if (hostMs == Long.MAX_VALUE) {
      return hostMs;
    }
    long slowEndMs = aheadSinceMs + SLOWDOWN * aheadMs;
    long agreedMs = hostMs - skewMs;
    if (agreedMs > slowEndMs) {
      return agreedMs;
    }
    long afterMs = hostMs - hostMs(aheadSinceMs);
    return aheadSinceMs + Math.max(0, SLOWDOWN * afterMs - 1);
  }

  private long aheadMs(long internetMs) {
    return Math.max(0, aheadMs - (internetMs - aheadSinceMs) / SLOWDOWN);
  }
}
