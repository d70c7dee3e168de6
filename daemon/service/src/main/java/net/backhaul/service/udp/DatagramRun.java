// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;

/**
 * Datagrams of one size, of which the last may be shorter, collected for one call of the kernel.
 *
 * <p>UDP segmentation offload takes them as one buffer and cuts it.
 */
final class DatagramRun {
  /** The most that the kernel takes as one run. */
  static final int MAX_DATAGRAMS = 64;

  static final int MAX_BYTES = 65_000;

  private final byte[] bytes = new byte[MAX_BYTES];
  private int length;
  private int count;
  private int segmentBytes;
  private boolean ended;

  void clear() {
    length = 0;
    count = 0;
    ended = false;
  }

  /** Returns whether a datagram of this length may follow those that are here. */
  boolean takes(int datagramBytes) {
    return count == 0
        || (!ended
            && datagramBytes <= segmentBytes
            && count < MAX_DATAGRAMS
            && length + datagramBytes <= MAX_BYTES);
  }

  void add(byte[] from, int start, int datagramBytes) {
    assert takes(datagramBytes);
    if (count == 0) {
      segmentBytes = datagramBytes;
    }
    ended = datagramBytes < segmentBytes;
    System.arraycopy(from, start, bytes, length, datagramBytes);
    length += datagramBytes;
    count++;
  }

  boolean isSingle() {
    return count == 1;
  }

  int segmentBytes() {
    return segmentBytes;
  }

  ByteBuf copy(ByteBufAllocator allocator) {
    return allocator.directBuffer(length).writeBytes(bytes, 0, length);
  }
}
