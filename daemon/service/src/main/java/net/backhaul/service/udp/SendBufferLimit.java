// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

/**
 * Computes how much the kernel may buffer for a socket: as much as its device sends in a few
 * milliseconds, so that the rest waits in the fair queue. Comparable to the kernel's own limits of
 * device queues (BQL). Times are in nanoseconds, bytes are those that the kernel counts.
 */
final class SendBufferLimit {
  /** Two datagrams, in the kernel's count. */
  static final int MIN_BYTES = 6_144;

  /** The limit until a rate is known: one run. */
  static final int FIRST_BYTES = 65_536;

  /**
   * What is buffered at first, as a duration; it is half as long when the socket can be written.
   */
  static final long MIN_BUFFERED_NS = 3_000_000;

  /** The longest duration, where the process often runs too late to keep the device busy. */
  static final long MAX_BUFFERED_NS = 24_000_000;

  private final int maxBytes;
  private int bytes;
  private long bufferedNs = MIN_BUFFERED_NS;
  private double bytesPerNs;

  private long blockedAtNs;
  private int bufferedThen;

  SendBufferLimit(int maxBytes) {
    this.maxBytes = maxBytes;
    this.bytes = Math.min(FIRST_BYTES, maxBytes);
  }

  /** Returns the limit. */
  int bytes() {
    return bytes;
  }

  /** Returns how many bytes may leave at once: a fraction of the limit, a millisecond or less. */
  int burstBytes() {
    return bytes / 4;
  }

  /** Records that the socket takes no more. */
  void blocked(long nowNs, int bufferedBytes) {
    blockedAtNs = nowNs;
    bufferedThen = bufferedBytes;
  }

  /**
   * Records that the socket can be written again, and adapts the limit to the rate at which its
   * buffer was sent.
   */
  void writable(long nowNs, int bufferedBytes) {
    long durationNs = Math.max(1, nowNs - blockedAtNs);
    int sentBytes = bufferedThen - bufferedBytes;
    if (sentBytes <= 0) {
      return;
    }
    double rate = (double) sentBytes / durationNs;
    if (bytesPerNs == 0 || bufferedBytes == 0) {
      bytesPerNs = Math.max(bytesPerNs, rate); // The device may have been faster than that.
    } else {
      bytesPerNs += (rate - bytesPerNs) / 2;
    }
    if (bufferedBytes == 0) {
      // The buffer was empty before the process ran: it was too short.
      bufferedNs = Math.min(2 * bufferedNs, MAX_BUFFERED_NS);
    } else {
      bufferedNs = Math.max(MIN_BUFFERED_NS, bufferedNs - bufferedNs / 64);
    }
    double wanted = bytesPerNs * bufferedNs;
    bytes = (int) Math.clamp(wanted, MIN_BYTES, maxBytes);
  }
}
