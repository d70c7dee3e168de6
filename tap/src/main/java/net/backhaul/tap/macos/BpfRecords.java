// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.macos;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The frames of one read of a BPF device, each behind a header that says how long both are.
 *
 * <p>A header is two 32-bit parts of a time, the captured and the whole length of the frame, and
 * its own length in 16 bits, all in the host's byte order; records begin at multiples of four.
 */
final class BpfRecords {
  private static final int CAPTURED_AT = 8;
  private static final int HEADER_LENGTH_AT = 16;
  private static final int MIN_HEADER_BYTES = 18;

  private final ByteBuffer records;
  private int at;
  private int end;
  private int frameAt;

  BpfRecords(ByteBuffer records) {
    this.records = records.order(ByteOrder.nativeOrder());
  }

  /** Begins anew with so many bytes, which a read has put into the buffer. */
  void filled(int length) {
    at = 0;
    end = length;
  }

  boolean hasNext() {
    return end - at >= MIN_HEADER_BYTES;
  }

  /** Goes to the next frame and returns its length, or 0 where there is none. */
  int next() {
    if (!hasNext()) {
      return 0;
    }
    int length = records.getInt(at + CAPTURED_AT);
    int header = records.getShort(at + HEADER_LENGTH_AT) & 0xffff;
    if (header < MIN_HEADER_BYTES || length < 0 || length > end - at - header) {
      end = 0;
      at = 0;
      return 0;
    }
    frameAt = at + header;
    at = Math.min(end, at + (header + length + 3 & ~3));
    return length;
  }

  /** Returns where the frame of the last {@link #next} begins. */
  int frameAt() {
    return frameAt;
  }
}
