// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.packet;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Reads and writes big-endian numbers in place; indices are in bytes and need no alignment. */
public final class BigEndian {
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private BigEndian() {}

  /** Reads an unsigned byte. */
  public static int u8(byte[] bytes, int at) {
    return bytes[at] & 0xff;
  }

  /** Reads an unsigned 16-bit number. */
  public static int u16(byte[] bytes, int at) {
    return (short) SHORT.get(bytes, at) & 0xffff;
  }

  /** Reads a signed 32-bit number. */
  public static int i32(byte[] bytes, int at) {
    return (int) INT.get(bytes, at);
  }

  /** Reads a 64-bit number. */
  public static long i64(byte[] bytes, int at) {
    return (long) LONG.get(bytes, at);
  }

  /** Reads a MAC: 6 bytes, in the low 48 bits of the result. */
  public static long mac(byte[] bytes, int at) {
    return (long) u16(bytes, at) << 32 | (int) INT.get(bytes, at + 2) & 0xffff_ffffL;
  }

  /** Writes the low 16 bits of a value. */
  public static void put16(byte[] bytes, int at, int value) {
    SHORT.set(bytes, at, (short) value);
  }

  /** Writes a 32-bit number. */
  public static void put32(byte[] bytes, int at, int value) {
    INT.set(bytes, at, value);
  }

  /** Writes a 64-bit number. */
  public static void put64(byte[] bytes, int at, long value) {
    LONG.set(bytes, at, value);
  }

  /** Writes a MAC from the low 48 bits of a value. */
  public static void putMac(byte[] bytes, int at, long mac) {
    SHORT.set(bytes, at, (short) (mac >>> 32));
    INT.set(bytes, at + 2, (int) mac);
  }
}
