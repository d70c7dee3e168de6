// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

/**
 * Decides which packets of a queue signal congestion to their flow: controlled delay (RFC 8289).
 * Times are in nanoseconds.
 *
 * <p>The delay of flows that can be marked is kept shorter: a mark costs no retransmission. Other
 * flows suffer from losses but not from the delays of each other, since each has its own queue.
 */
final class ControlledDelay {
  /** The delay that is acceptable as a standing queue, for flows that can be marked. */
  static final long MARK_TARGET_NS = 5_000_000;

  /** The same for flows that lose packets. */
  static final long DROP_TARGET_NS = 50_000_000;

  /** How long the delay is above the target before the first signal: about a long round trip. */
  static final long INTERVAL_NS = 100_000_000;

  /** A queue of so few bytes is needed to keep the socket busy. */
  private static final int MIN_QUEUED_BYTES = 2 * FairQueue.QUANTUM_BYTES;

  private boolean isAbove;
  private long signalsFromNs;
  private boolean signaling;
  private long nextNs;
  private int count;
  private int lastCount;

  /**
   * Returns whether the packet at the head of a queue has to be marked or dropped.
   *
   * @param queuedBytes of the whole queue
   */
  boolean signals(long nowNs, long queuedAtNs, int queuedBytes, boolean markable) {
    long target = markable ? MARK_TARGET_NS : DROP_TARGET_NS;
    if (nowNs - queuedAtNs < target || queuedBytes <= MIN_QUEUED_BYTES) {
      isAbove = false;
      signaling = false;
      return false;
    }
    if (!isAbove) {
      isAbove = true;
      signalsFromNs = nowNs + INTERVAL_NS;
      return false;
    }
    if (nowNs - signalsFromNs < 0) {
      return false;
    }
    if (!signaling) {
      signaling = true;
      boolean recently = nowNs - nextNs < 16 * INTERVAL_NS;
      int delta = count - lastCount;
      count = delta > 1 && recently ? delta : 1;
      lastCount = count;
      nextNs = nowNs + interval();
      return true;
    }
    if (nowNs - nextNs < 0) {
      return false;
    }
    count++;
    nextNs += interval();
    return true;
  }

  private long interval() {
    return (long) (INTERVAL_NS / Math.sqrt(count));
  }
}
