// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.macos;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Iterates over the frames of one read of a BPF device.
 *
 * <p>A record is a header and a frame and starts at a multiple of four. The header has a time in
 * two 32-bit parts, the captured and the original length of the frame in 32 bits, and its own
 * length in 16 bits, in the host's byte order.
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

  /** Restarts with a number of bytes that were read into the buffer. */
  void filled(int length) {
    at = 0;
    end = length;
  }

  boolean hasNext() {
    return end - at >= MIN_HEADER_BYTES;
  }

  /** Advances to the next frame; returns its length, or 0 if there is none. */
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

  /** Returns the index of the frame of the last {@link #next}. */
  int frameAt() {
    return frameAt;
  }
}
