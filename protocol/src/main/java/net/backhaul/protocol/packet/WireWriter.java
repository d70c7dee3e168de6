// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.packet;

import java.util.Arrays;

/** A cursor that writes big-endian fields into an array that grows up to a limit. */
public final class WireWriter {
  private static final int INITIAL_BYTES = 256;
  private static final int DEFAULT_MAX_BYTES = 1 << 20;

  private final int maxBytes;
  private byte[] bytes;
  private int size;

  /** Creates a writer with a limit of 1 MiB. */
  public WireWriter() {
    this(DEFAULT_MAX_BYTES);
  }

  /** Creates a writer that throws IllegalStateException beyond a limit. */
  public WireWriter(int maxBytes) {
    this.maxBytes = maxBytes;
    this.bytes = new byte[Math.min(INITIAL_BYTES, maxBytes)];
  }

  /** Writes the low 8 bits of a value. */
  public WireWriter u8(int value) {
    int at = reserve(1);
    bytes[at] = (byte) value;
    return this;
  }

  /** Writes the low 16 bits of a value. */
  public WireWriter u16(int value) {
    int at = reserve(2);
    bytes[at] = (byte) (value >>> 8);
    bytes[at + 1] = (byte) value;
    return this;
  }

  /** Writes the low 32 bits of a value. */
  public WireWriter u32(long value) {
    return u16((int) (value >>> 16) & 0xffff).u16((int) value & 0xffff);
  }

  /** Writes a 64-bit number. */
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

  /** Writes an array. */
  public WireWriter bytes(byte[] source) {
    return bytes(source, 0, source.length);
  }

  /** Writes a range of an array. */
  public WireWriter bytes(byte[] source, int start, int length) {
    int at = reserve(length);
    System.arraycopy(source, start, bytes, at, length);
    return this;
  }

  /** Overwrites a 16-bit number that was written before. */
  public void setU16(int at, int value) {
    bytes[at] = (byte) (value >>> 8);
    bytes[at + 1] = (byte) value;
  }

  /** Returns the number of bytes written. */
  public int size() {
    return size;
  }

  /** Discards all bytes; the array is reused. */
  public void clear() {
    size = 0;
  }

  /** Returns a copy of the bytes written. */
  public byte[] toByteArray() {
    return Arrays.copyOf(bytes, size);
  }

  /** Returns the underlying array, borrowed until the next write. */
  public byte[] array() {
    return bytes;
  }

  private int reserve(int count) {
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
