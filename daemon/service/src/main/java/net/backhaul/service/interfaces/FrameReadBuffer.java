// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import net.backhaul.engine.FrameBatch;
import net.backhaul.protocol.ethernet.OffloadHeader;
import net.backhaul.tap.FrameMemory;
import net.backhaul.tap.TapDevice;

/** Buffers to read the frames of devices on one thread: native memory for a frame, and a batch. */
final class FrameReadBuffer {
  static final int ETHERNET_HEADER_BYTES = 14;

  /** Maximum frames handed to the node at once. */
  static final int MAX_FRAMES = 64;

  /** Enough for the maximum number of frames of usual size, or for two super-frames. */
  private static final int BATCH_BYTES = 160 * 1024;

  final FrameMemory memory =
      new FrameMemory(OffloadHeader.BYTES + FrameBatch.MAX_SUPER_FRAME_BYTES);
  final FrameBatch batch = new FrameBatch(BATCH_BYTES);

  /** Returns the buffer size of a read, so that no frame of a device is truncated. */
  static int readBytes(TapDevice device) {
    int header = device.offloads().headerBytes();
    return header
        + (device.offloads().superFrames()
            ? FrameBatch.MAX_SUPER_FRAME_BYTES
            : ETHERNET_HEADER_BYTES + device.mtuBytes());
  }

  /** Returns whether the batch must be handed over before a read of this size. */
  boolean isFull(int readBytes) {
    return batch.count() == MAX_FRAMES || !batch.accepts(readBytes);
  }

  /**
   * Adds the frame that was read into the memory; one without payload is ignored.
   *
   * @param headerBytes length of the offload header before the frame, 0 without one
   */
  void add(int length, int headerBytes) {
    int frameBytes = length - headerBytes;
    if (frameBytes <= ETHERNET_HEADER_BYTES) {
      return;
    }
    memory.copyTo(batch.bytes(), batch.nextStart() - headerBytes, length);
    if (headerBytes == 0) {
      batch.add(frameBytes);
    } else {
      batch.addOffloaded(frameBytes);
    }
  }
}
