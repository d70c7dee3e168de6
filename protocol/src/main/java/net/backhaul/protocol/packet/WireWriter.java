// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.packet;

import java.util.Arrays;

/** Writes fields one after the other into an array that grows up to a limit. */
public final class WireWriter {
  private static final int INITIAL_BYTES = 256;
  private static final int DEFAULT_MAX_BYTES = 1 << 20;

  private final int maxBytes;
  private byte[] bytes;
  private int size;

  public WireWriter() {
    this(DEFAULT_MAX_BYTES);
  }

  /** Makes a writer that refuses, with an exception, to grow beyond a limit. */
  public WireWriter(int maxBytes) {
    this.maxBytes = maxBytes;
    this.bytes = new byte[Math.min(INITIAL_BYTES, maxBytes)];
  }

  public WireWriter u8(int value) {
    int at = room(1);
    bytes[at] = (byte) value;
    return this;
  }

  public WireWriter u16(int value) {
    int at = room(2);
    bytes[at] = (byte) (value >>> 8);
    bytes[at + 1] = (byte) value;
    return this;
  }

  public WireWriter u32(long value) {
    return u16((int) (value >>> 16) & 0xffff).u16((int) value & 0xffff);
  }

  public WireWriter u64(long value) {
    return u32(value >>> 32).u32(value);
  }

  /** Writes a 40-bit address. */
  public WireWriter address(long value) {
    return u8((int) (value >>> 32)).u32(value);
  }

  /** Writes a 48-bit MAC. */
  public WireWriter mac(long value) {
    return u16((int) (value >>> 32) & 0xffff).u32(value);
  }

  public WireWriter bytes(byte[] source) {
    return bytes(source, 0, source.length);
  }

  public WireWriter bytes(byte[] source, int start, int length) {
    int at = room(length);
    System.arraycopy(source, start, bytes, at, length);
    return this;
  }

  /** Overwrites two bytes that were written before. */
  public void setU16(int at, int value) {
    bytes[at] = (byte) (value >>> 8);
    bytes[at + 1] = (byte) value;
  }

  public int size() {
    return size;
  }

  public void clear() {
    size = 0;
  }

  /** Returns a copy of what was written. */
  public byte[] toByteArray() {
    return Arrays.copyOf(bytes, size);
  }

  /** Returns the array that is written to, borrowed until the next write. */
  public byte[] array() {
    return bytes;
  }

  private int room(int count) {
    if (count > maxBytes - size) {
      throw new IllegalStateException("more than " + maxBytes + " bytes");
    }
    if (size + count > bytes.length) {
      int wanted = Math.max(size + count, Math.min(maxBytes, bytes.length * 2));
      bytes = Arrays.copyOf(bytes, wanted);
    }
    int at = size;
    size += count;
    return at;
  }
}
