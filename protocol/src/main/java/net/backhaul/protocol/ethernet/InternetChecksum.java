// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.ethernet;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The checksum of IP, TCP and UDP: the one's complement of the one's complement sum of 16-bit words
 * (RFC 1071).
 *
 * <p>Sums are of words read in little-endian order on every host: such a sum is the big-endian sum
 * with its bytes swapped, so that the result is correct if it is stored in the same order ({@link
 * #store}) and numbers are swapped before they are added ({@link #number}). Sums are longs that may
 * be added before they are folded, if each part but the last has an even length.
 */
public final class InternetChecksum {
  /** The folded sum of data that includes its correct checksum. */
  public static final int VALID = 0xffff;

  private static final int MIN_VECTOR_BYTES = 128;

  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private InternetChecksum() {}

  /** Returns the sum of a range of bytes; an odd last byte is padded with a zero. */
  public static long sum(byte[] bytes, int start, int length) {
    if (length < MIN_VECTOR_BYTES) {
      return sumOfFew(bytes, start, length);
    }
    int many = length & -MIN_VECTOR_BYTES;
    return sumOfMany(bytes, start, many) + sumOfFew(bytes, start + many, length - many);
  }

  /**
   * Sums a multiple of eight bytes.
   *
   * <p>The JIT vectorizes this form of the loop, but only if its profile has no short loops.
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

  /** Loads eight bytes for {@link #halves}. */
  static long load64(byte[] bytes, int at) {
    return (long) LONG.get(bytes, at);
  }

  /** Returns the sum of the 16-bit words of eight loaded bytes. */
  static long halves(long bytes) {
    return (bytes & 0xffff_ffffL) + (bytes >>> 32);
  }

  /** Returns the summand of a 16-bit number in network byte order. */
  static int number(int value) {
    return (value & 0xff) << 8 | value >>> 8 & 0xff;
  }

  /** Folds a sum to 16 bits; 0 only if all words were zero. */
  public static int fold(long sum) {
    long halved = (sum & 0xffff_ffffL) + (sum >>> 32);
    long quartered = (halved & 0xffff) + (halved >>> 16 & 0xffff) + (halved >>> 32);
    long once = (quartered & 0xffff) + (quartered >>> 16);
    return (int) ((once & 0xffff) + (once >>> 16));
  }

  /**
   * Returns a checksum after one word of the data has changed (RFC 1624); all three are numbers in
   * network byte order.
   */
  public static int update(int checksum, int before, int after) {
    return finish((~checksum & 0xffffL) + (~before & 0xffffL) + after);
  }

  /** Returns the checksum of a sum, for {@link #store}. */
  public static int finish(long sum) {
    return ~fold(sum) & 0xffff;
  }

  /** As {@link #finish} for UDP, where 0 means no checksum and is replaced by 0xffff. */
  static int finishUdp(long sum) {
    int checksum = finish(sum);
    return checksum == 0 ? 0xffff : checksum;
  }

  /** Loads a checksum or another 16-bit summand. */
  static int load(byte[] bytes, int at) {
    return (short) SHORT.get(bytes, at) & 0xffff;
  }

  /** Stores a checksum or a folded sum. */
  public static void store(byte[] bytes, int at, int checksum) {
    SHORT.set(bytes, at, (short) checksum);
  }
}
