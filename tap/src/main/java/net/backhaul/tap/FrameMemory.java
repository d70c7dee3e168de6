// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap;

import com.sun.jna.Pointer;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;

/** Native memory that frames pass through on their way between a device and an array. */
public final class FrameMemory {
  private final ByteBuffer bytes;
  private final long address;

  public FrameMemory(int capacityBytes) {
    bytes = ByteBuffer.allocateDirect(capacityBytes);
    address = MemorySegment.ofBuffer(bytes).address();
  }

  /** Returns where the memory begins, for as long as this object is reachable. */
  public long address() {
    return address;
  }

  public int capacityBytes() {
    return bytes.capacity();
  }

  /** Copies from the beginning of the memory into an array. */
  public void copyTo(byte[] array, int start, int length) {
    bytes.get(0, array, start, length);
  }

  /** Returns the memory itself, to be read where it lies. */
  public ByteBuffer bytes() {
    return bytes;
  }

  /** Copies from somewhere in this memory to native memory elsewhere. */
  public void copyTo(int start, long target, int length) {
    new Pointer(target).getByteBuffer(0, length).put(0, bytes, start, length);
  }

  /** Copies from an array to the beginning of the memory. */
  public void copyFrom(byte[] array, int start, int length) {
    copyFrom(array, start, length, 0);
  }

  /** Copies from an array to somewhere in the memory. */
  public void copyFrom(byte[] array, int start, int length, int at) {
    bytes.put(at, array, start, length);
  }
}
