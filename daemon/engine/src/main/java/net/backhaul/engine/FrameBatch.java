// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

import java.util.Arrays;
import net.backhaul.protocol.ethernet.OffloadHeader;

/**
 * Whole Ethernet frames of one network, each with headroom.
 *
 * <p>A frame is read from the device behind its headroom, so that the packet header can be written
 * before the payload and the packet sealed in place, without a copy. The reader of the device fills
 * it and passes it to {@link Node#sendFrames}, which overwrites the bytes.
 *
 * <p>A device with offloads puts an {@link OffloadHeader} with the work that is left at the end of
 * the headroom. Such a frame may be a super-frame of up to 64 KiB.
 */
public final class FrameBatch {
  /** Bytes for the headers of the longest form, EXT_FRAME, less the Ethernet header. */
  public static final int HEADROOM_BYTES = 64;

  /** An Ethernet header and the largest MTU of a network. */
  public static final int MAX_FRAME_BYTES = 14 + 10_000;

  /** An Ethernet header with eight VLAN tags and the longest IP packet. */
  public static final int MAX_SUPER_FRAME_BYTES = 14 + 8 * 4 + 65_535;

  private final byte[] bytes;
  private int[] starts = new int[16];
  private int[] lengths = new int[16];
  private boolean[] offloaded = new boolean[16];
  private int count;
  private int end;

  public FrameBatch(int capacityBytes) {
    bytes = new byte[capacityBytes];
  }

  public void clear() {
    count = 0;
    end = 0;
  }

  public boolean accepts(int length) {
    return bytes.length - end >= HEADROOM_BYTES + length;
  }

  public byte[] bytes() {
    return bytes;
  }

  /** Returns where the next frame is to be written. */
  public int nextStart() {
    return end + HEADROOM_BYTES;
  }

  /** Adds the bytes from {@link #nextStart} on as one frame. */
  public void add(int length) {
    add(length, false);
  }

  /** Adds the bytes from {@link #nextStart} on as one frame, whose offload header ends there. */
  public void addOffloaded(int length) {
    add(length, true);
  }

  private void add(int length, boolean hasOffloadHeader) {
    assert accepts(length);
    if (count == starts.length) {
      starts = Arrays.copyOf(starts, 2 * count);
      lengths = Arrays.copyOf(lengths, 2 * count);
      offloaded = Arrays.copyOf(offloaded, 2 * count);
    }
    starts[count] = end + HEADROOM_BYTES;
    lengths[count] = length;
    offloaded[count] = hasOffloadHeader;
    end += HEADROOM_BYTES + length;
    count++;
  }

  public int count() {
    return count;
  }

  public int start(int index) {
    return starts[index];
  }

  public int length(int index) {
    return lengths[index];
  }

  /** Returns whether an offload header stands before a frame. */
  public boolean isOffloaded(int index) {
    return offloaded[index];
  }
}
