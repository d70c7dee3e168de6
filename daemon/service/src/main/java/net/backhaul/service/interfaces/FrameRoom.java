// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import net.backhaul.engine.FrameBatch;
import net.backhaul.tap.FrameMemory;

/** What one thread needs to read devices with: native memory for a frame, and a batch to fill. */
final class FrameRoom {
  static final int ETHERNET_HEADER_BYTES = 14;

  /** How many frames are handed to the node at once, at most. */
  static final int MAX_FRAMES = 32;

  private static final int USUAL_FRAME_BYTES = 2_800 + ETHERNET_HEADER_BYTES;

  final FrameMemory memory = new FrameMemory(FrameBatch.MAX_FRAME_BYTES);
  final FrameBatch batch = new FrameBatch(MAX_FRAMES * (USUAL_FRAME_BYTES + FrameBatch.ROOM_BYTES));

  boolean isFull(int frameBytes) {
    return batch.count() == MAX_FRAMES || !batch.hasRoomFor(frameBytes);
  }

  /** Takes the frame that was read into the memory; a header without a payload is none. */
  void take(int length) {
    if (length > ETHERNET_HEADER_BYTES) {
      memory.copyTo(batch.bytes(), batch.nextStart(), length);
      batch.add(length);
    }
  }
}
