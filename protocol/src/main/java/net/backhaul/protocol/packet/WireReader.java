// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.packet;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Reads fields one after the other; a read past the end throws {@link WireException}. */
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

  public WireReader(byte[] bytes, int start, int length) {
    this.bytes = bytes;
    this.at = start;
    this.end = start + length;
  }

  public int u8() {
    return bytes[take(1)] & 0xff;
  }

  public int u16() {
    return (short) SHORT.get(bytes, take(2)) & 0xffff;
  }

  public int i32() {
    return (int) INT.get(bytes, take(4));
  }

  public long u32() {
    return i32() & 0xffffffffL;
  }

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

  /** Reads a copy of the next bytes. */
  public byte[] bytes(int count) {
    int from = take(count);
    return Arrays.copyOfRange(bytes, from, from + count);
  }

  public void skip(int count) {
    take(count);
  }

  public int remaining() {
    return end - at;
  }

  public boolean atEnd() {
    return at == end;
  }

  /** Returns the index in {@link #array} of the next byte. */
  public int position() {
    return at;
  }

  /** Returns the array that is read, borrowed. */
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
