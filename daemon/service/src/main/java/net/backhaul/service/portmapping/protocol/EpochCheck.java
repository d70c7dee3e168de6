// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.portmapping.protocol;

/**
 * Recognizes by the epoch in its answers that a router has lost its mappings (RFC 6887 section 8.5,
 * RFC 6886 section 3.6).
 */
final class EpochCheck {
  private static final long TOLERANCE_S = 2;
  private static final int DRIFT_SHIFT = 4;
  private static final long MS = 1_000;

  private boolean hasPrevious;
  private long previousEpochS;
  private long previousMs;

  /** Returns whether an epoch is consistent with the previous one, which it replaces. */
  boolean accept(long epochS, long nowMs) {
    boolean consistent = !hasPrevious || isConsistent(epochS, nowMs);
    hasPrevious = true;
    previousEpochS = epochS;
    previousMs = nowMs;
    return consistent;
  }

  private boolean isConsistent(long epochS, long nowMs) {
    if (epochS + 1 < previousEpochS) {
      return false;
    }
    long ours = (nowMs - previousMs) / MS;
    long theirs = epochS - previousEpochS;
    return ours + TOLERANCE_S >= theirs - (theirs >> DRIFT_SHIFT)
        && theirs + TOLERANCE_S >= ours - (ours >> DRIFT_SHIFT);
  }
}
