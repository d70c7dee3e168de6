// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap;

import com.sun.jna.Pointer;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** Native memory through which frames are copied between a device and an array. */
public final class FrameMemory {
  private final ByteBuffer bytes;
  private final long address;

  /** Allocates memory, which is freed when this object is unreachable. */
  public FrameMemory(int capacityBytes) {
    bytes = ByteBuffer.allocateDirect(capacityBytes);
    address = MemorySegment.ofBuffer(bytes).address();
  }

  /** Returns the address of the memory, valid while this object is reachable. */
  public long address() {
    return address;
  }

  /** Returns the size of the memory. */
  public int capacityBytes() {
    return bytes.capacity();
  }

  /** Copies the first bytes of the memory into an array. */
  public void copyTo(byte[] array, int start, int length) {
    bytes.get(0, array, start, length);
  }

  /** Returns the memory as a buffer. */
  public ByteBuffer bytes() {
    return bytes;
  }

  /** Copies a range of the memory to a native address. */
  public void copyTo(int start, long target, int length) {
    new Pointer(target).getByteBuffer(0, length).put(0, bytes, start, length);
  }

  /** Copies a range of an array to the start of the memory. */
  public void copyFrom(byte[] array, int start, int length) {
    copyFrom(array, start, length, 0);
  }

  /** Copies a range of an array to an index of the memory. */
  public void copyFrom(byte[] array, int start, int length, int at) {
    bytes.put(at, array, start, length);
  }
}
