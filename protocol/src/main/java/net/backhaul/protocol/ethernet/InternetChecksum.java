// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.ethernet;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The checksum of IP, TCP and UDP: the one's complement of the one's complement sum of 16-bit words
 * (RFC 1071).
 *
 * <p>All sums here are of words read in little-endian order, whatever the machine: such a sum is
 * the real one with its two bytes exchanged, so that it comes out right as long as it is stored in
 * the same order ({@link #store}) and numbers are exchanged before they are added ({@link
 * #number}). Sums are plain longs that may be added to each other before they are folded, as long
 * as each but the last begins at an even place of what is summed.
 */
public final class InternetChecksum {
  /** What a correct checksum and all it covers fold to. */
  public static final int GOOD = 0xffff;

  private static final int MANY = 128;

  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private InternetChecksum() {}

  /** Returns the sum of some bytes; an odd one at the end counts as if a zero followed. */
  public static long sum(byte[] bytes, int start, int length) {
    if (length < MANY) {
      return sumOfFew(bytes, start, length);
    }
    int many = length & -MANY;
    return sumOfMany(bytes, start, many) + sumOfFew(bytes, start + many, length - many);
  }

  /**
   * Sums a multiple of eight bytes.
   *
   * <p>The simplest form of this loop is the one that the compiler turns into vectors; but it does
   * so only if it has never seen the loop end soon.
   */
  private static long sumOfMany(byte[] bytes, int start, int length) {
    int end = start + length;
    long sum = 0;
    for (int at = start; at <= end - Long.BYTES; at += Long.BYTES) {
      sum += halves(load64(bytes, at));
    }
    return sum;
  }

  private static long sumOfFew(byte[] bytes, int start, int length) {
    int at = start;
    int end = start + length;
    long sum = 0;
    for (; at <= end - Long.BYTES; at += Long.BYTES) {
      sum += halves(load64(bytes, at));
    }
    if (end - at >= Integer.BYTES) {
      sum += (int) INT.get(bytes, at) & 0xffff_ffffL;
      at += Integer.BYTES;
    }
    if (end - at >= Short.BYTES) {
      sum += (short) SHORT.get(bytes, at) & 0xffff;
      at += Short.BYTES;
    }
    return at < end ? sum + (bytes[at] & 0xff) : sum;
  }

  /** Returns eight bytes as they go into {@link #halves}. */
  static long load64(byte[] bytes, int at) {
    return (long) LONG.get(bytes, at);
  }

  /** Returns the sum of eight bytes. */
  static long halves(long bytes) {
    return (bytes & 0xffff_ffffL) + (bytes >>> 32);
  }

  /** Returns what a 16-bit number, which the network sends high byte first, adds to a sum. */
  static int number(int value) {
    return (value & 0xff) << 8 | value >>> 8 & 0xff;
  }

  /** Returns a sum as 16 bits; 0 only for a sum of nothing but zeros. */
  public static int fold(long sum) {
    long halved = (sum & 0xffff_ffffL) + (sum >>> 32);
    long quartered = (halved & 0xffff) + (halved >>> 16 & 0xffff) + (halved >>> 32);
    long once = (quartered & 0xffff) + (quartered >>> 16);
    return (int) ((once & 0xffff) + (once >>> 16));
  }

  /** Returns the checksum that belongs to a sum, ready to be stored. */
  public static int finish(long sum) {
    return ~fold(sum) & 0xffff;
  }

  /** Returns the same for UDP over IP, where zero stands for no checksum and all ones for zero. */
  static int finishUdp(long sum) {
    int checksum = finish(sum);
    return checksum == 0 ? 0xffff : checksum;
  }

  /** Returns the checksum, or another word of a sum, that lies in a packet. */
  static int load(byte[] bytes, int at) {
    return (short) SHORT.get(bytes, at) & 0xffff;
  }

  /** Writes a checksum, or a folded sum, into a packet. */
  public static void store(byte[] bytes, int at, int checksum) {
    SHORT.set(bytes, at, (short) checksum);
  }
}
