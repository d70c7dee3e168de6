// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import net.backhaul.engine.FrameBatch;
import net.backhaul.protocol.ethernet.OffloadHeader;
import net.backhaul.tap.FrameMemory;
import net.backhaul.tap.TapDevice;

/** What one thread needs to read devices with: native memory for a frame, and a batch to fill. */
final class FrameRoom {
  static final int ETHERNET_HEADER_BYTES = 14;

  /** How many frames are handed to the node at once, at most. */
  static final int MAX_FRAMES = 64;

  /** Room for this many frames of usual size, or for two super-frames. */
  private static final int BATCH_BYTES = 160 * 1024;

  final FrameMemory memory =
      new FrameMemory(OffloadHeader.BYTES + FrameBatch.MAX_SUPER_FRAME_BYTES);
  final FrameBatch batch = new FrameBatch(BATCH_BYTES);

  /** Returns how much has to be read at once, so that no frame of a device is cut off. */
  static int readBytes(TapDevice device) {
    int header = device.offloads().headerBytes();
    return header
        + (device.offloads().superFrames()
            ? FrameBatch.MAX_SUPER_FRAME_BYTES
            : ETHERNET_HEADER_BYTES + device.mtuBytes());
  }

  /** Returns whether the node should have what is here before so much is read. */
  boolean isFull(int readBytes) {
    return batch.count() == MAX_FRAMES || !batch.hasRoomFor(readBytes);
  }

  /**
   * Takes the frame that was read into the memory; a header without a payload is none.
   *
   * @param headerBytes of the length are those of an offload header before the frame, or none
   */
  void take(int length, int headerBytes) {
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
