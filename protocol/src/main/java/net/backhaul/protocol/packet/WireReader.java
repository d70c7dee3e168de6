// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.packet;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** A cursor that reads big-endian fields; a read beyond the end throws {@link WireException}. */
public final class WireReader {
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final byte[] bytes;
  private final int end;
  private int at;

  /** Creates a cursor over a range of an array, which is borrowed. */
  public WireReader(byte[] bytes, int start, int length) {
    this.bytes = bytes;
    this.at = start;
    this.end = start + length;
  }

  /** Returns another cursor at the same place. */
  public WireReader copy() {
    return new WireReader(bytes, at, end - at);
  }

  /** Reads an unsigned byte. */
  public int u8() {
    return bytes[take(1)] & 0xff;
  }

  /** Reads an unsigned 16-bit number. */
  public int u16() {
    return (short) SHORT.get(bytes, take(2)) & 0xffff;
  }

  /** Reads a signed 32-bit number. */
  public int i32() {
    return (int) INT.get(bytes, take(4));
  }

  /** Reads an unsigned 32-bit number. */
  public long u32() {
    return i32() & 0xffffffffL;
  }

  /** Reads a 64-bit number. */
  public long u64() {
    return (long) LONG.get(bytes, take(8));
  }

  /** Reads a 40-bit address. */
  public long address() {
    return (long) u8() << 32 | u32();
  }

  /** Reads a 48-bit MAC. */
  public long mac() {
    return (long) u16() << 32 | u32();
  }

  /** Reads bytes into a new array. */
  public byte[] bytes(int count) {
    int from = take(count);
    return Arrays.copyOfRange(bytes, from, from + count);
  }

  /** Skips bytes. */
  public void skip(int count) {
    take(count);
  }

  /** Returns the number of unread bytes. */
  public int remaining() {
    return end - at;
  }

  /** Returns whether all bytes are read. */
  public boolean atEnd() {
    return at == end;
  }

  /** Returns the index of the next byte in {@link #array}. */
  public int position() {
    return at;
  }

  /** Returns the underlying array, borrowed. */
  public byte[] array() {
    return bytes;
  }

  private int take(int count) {
    if (count < 0 || count > end - at) {
      throw new WireException("ends early");
    }
    int from = at;
    at += count;
    return from;
  }
}
