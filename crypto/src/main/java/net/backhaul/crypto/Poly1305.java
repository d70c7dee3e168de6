// SPDX-License-Identifier: Apache-2.0
package net.backhaul.crypto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The Poly1305 one-time authenticator of RFC 8439 (01 section 5.5).
 *
 * <p>A number has three limbs of 44 bits, so that a fourth limb has the weight 2^132, which is 20
 * modulo 2^130 - 5. Two blocks at a time are multiplied by r^2 and r, which are independent.
 * Allocates nothing after construction; not thread-safe.
 */
public final class Poly1305 {
  /** The length of a tag. */
  public static final int TAG_BYTES = 16;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int BLOCK_BYTES = 16;
  private static final int PAIR_BYTES = 2 * BLOCK_BYTES;
  private static final int LIMB_BITS = 44;
  private static final long MASK = (1L << LIMB_BITS) - 1;
  private static final int LAST_BITS = 42;
  private static final long LAST_MASK = (1L << LAST_BITS) - 1;

  /** The bit after the 16 bytes of a whole block, in the third limb. */
  private static final long HIGH_BIT = 1L << 40;

  private final byte[] tail = new byte[BLOCK_BYTES];

  // The key r and the accumulator, whose limbs may exceed 44 bits slightly.
  private long r0;
  private long r1;
  private long r2;
  private long h0;
  private long h1;
  private long h2;

  /** Overwrites the key and the state of the last message. */
  public void wipe() {
    Arrays.fill(tail, (byte) 0);
    r0 = r1 = r2 = h0 = h1 = h2 = 0;
  }

  /** Writes the 16-byte tag of a message under a 32-byte one-time key. */
  public void tag(byte[] key, int keyStart, byte[] bytes, int start, int length, byte[] out) {
    long low = (long) LONG.get(key, keyStart) & 0x0ffffffc0fffffffL;
    long high = (long) LONG.get(key, keyStart + 8) & 0x0ffffffc0ffffffcL;
    r0 = first(low);
    r1 = second(low, high);
    r2 = third(high);
    int end = start + length;
    int at = start + (length & -PAIR_BYTES);
    addPairs(bytes, start, at);
    if (end - at >= BLOCK_BYTES) {
      addBlock(bytes, at, HIGH_BIT);
      at += BLOCK_BYTES;
    }
    if (at < end) {
      Arrays.fill(tail, (byte) 0);
      System.arraycopy(bytes, at, tail, 0, end - at);
      tail[end - at] = 1;
      addBlock(tail, 0, 0);
    }
    finish((long) LONG.get(key, keyStart + 16), (long) LONG.get(key, keyStart + 24), out);
  }

  private static long first(long low) {
    return low & MASK;
  }

  private static long second(long low, long high) {
    return (low >>> LIMB_BITS | high << 20) & MASK;
  }

  private static long third(long high) {
    return high >>> 24;
  }

  /** Returns a product shifted right by 44 bits. */
  private static long upper(long a, long b) {
    return Math.unsignedMultiplyHigh(a, b << 20);
  }

  /** The same for a b that is 20 times a limb, which is too large to be shifted by 20 bits. */
  private static long upper20(long a, long b20) {
    return Math.unsignedMultiplyHigh(a << 5, b20 << 15);
  }

  /** Starts at zero and adds an even number of blocks: h = (h + block) r^2 + next block r. */
  private void addPairs(byte[] bytes, int start, int end) {
    if (start == end) {
      keep(0, 0, 0);
      return;
    }
    keep(r0, r1, r2);
    multiply();
    long b0 = r0;
    long b1 = r1;
    long b2 = r2;
    long b1x20 = 20 * b1;
    long b2x20 = 20 * b2;
    long a0 = h0;
    long a1 = h1;
    long a2 = h2;
    long a1x20 = 20 * a1;
    long a2x20 = 20 * a2;
    long sum0 = 0;
    long sum1 = 0;
    long sum2 = 0;
    for (int at = start; at < end; at += PAIR_BYTES) {
      long low = (long) LONG.get(bytes, at);
      long high = (long) LONG.get(bytes, at + 8);
      long m0 = sum0 + first(low);
      long m1 = sum1 + second(low, high);
      long m2 = sum2 + (third(high) | HIGH_BIT);
      low = (long) LONG.get(bytes, at + 16);
      high = (long) LONG.get(bytes, at + 24);
      long n0 = first(low);
      long n1 = second(low, high);
      long n2 = third(high) | HIGH_BIT;
      long up0 =
          (upper(m0, a0) + upper20(m1, a2x20) + upper20(m2, a1x20))
              + (upper(n0, b0) + upper20(n1, b2x20) + upper20(n2, b1x20));
      long up1 =
          (upper(m0, a1) + upper(m1, a0) + upper20(m2, a2x20))
              + (upper(n0, b1) + upper(n1, b0) + upper20(n2, b2x20));
      long up2 =
          (upper(m0, a2) + upper(m1, a1) + upper(m2, a0))
              + (upper(n0, b2) + upper(n1, b1) + upper(n2, b0));
      // The lower parts: sums of the products modulo 2^64 without the upper parts.
      long x0 =
          (m0 * a0 + m1 * a2x20 + m2 * a1x20 + n0 * b0 + n1 * b2x20 + n2 * b1x20)
              - (up0 << LIMB_BITS)
              + 20 * up2;
      long x1 =
          (m0 * a1 + m1 * a0 + m2 * a2x20 + n0 * b1 + n1 * b0 + n2 * b2x20)
              - (up1 << LIMB_BITS)
              + up0;
      long x2 =
          (m0 * a2 + m1 * a1 + m2 * a0 + n0 * b2 + n1 * b1 + n2 * b0) - (up2 << LIMB_BITS) + up1;
      sum0 = (x0 & MASK) + 20 * (x2 >>> LIMB_BITS);
      sum1 = (x1 & MASK) + (x0 >>> LIMB_BITS);
      sum2 = (x2 & MASK) + (x1 >>> LIMB_BITS);
    }
    keep(sum0, sum1, sum2);
  }

  private void addBlock(byte[] bytes, int at, long highBit) {
    long low = (long) LONG.get(bytes, at);
    long high = (long) LONG.get(bytes, at + 8);
    keep(h0 + first(low), h1 + second(low, high), h2 + (third(high) | highBit));
    multiply();
  }

  /** Computes h = h r. */
  private void multiply() {
    long r1x20 = 20 * r1;
    long r2x20 = 20 * r2;
    long up0 = upper(h0, r0) + upper20(h1, r2x20) + upper20(h2, r1x20);
    long up1 = upper(h0, r1) + upper(h1, r0) + upper20(h2, r2x20);
    long up2 = upper(h0, r2) + upper(h1, r1) + upper(h2, r0);
    long x0 = h0 * r0 + h1 * r2x20 + h2 * r1x20 - (up0 << LIMB_BITS) + 20 * up2;
    long x1 = h0 * r1 + h1 * r0 + h2 * r2x20 - (up1 << LIMB_BITS) + up0;
    long x2 = h0 * r2 + h1 * r1 + h2 * r0 - (up2 << LIMB_BITS) + up1;
    keep(
        (x0 & MASK) + 20 * (x2 >>> LIMB_BITS),
        (x1 & MASK) + (x0 >>> LIMB_BITS),
        (x2 & MASK) + (x1 >>> LIMB_BITS));
  }

  private void keep(long new0, long new1, long new2) {
    h0 = new0;
    h1 = new1;
    h2 = new2;
  }

  /** Writes the accumulator, reduced modulo 2^130 - 5, plus the second half of the key. */
  private void finish(long pad0, long pad1, byte[] out) {
    long x0 = h0;
    long x1 = h1;
    long x2 = h2;
    x1 += x0 >>> LIMB_BITS;
    x0 &= MASK;
    x2 += x1 >>> LIMB_BITS;
    x1 &= MASK;
    x0 += 5 * (x2 >>> LAST_BITS);
    x2 &= LAST_MASK;
    x1 += x0 >>> LIMB_BITS;
    x0 &= MASK;
    x2 += x1 >>> LIMB_BITS;
    x1 &= MASK;

    // x is less than 2 p: select x - p if it is not negative, without a branch.
    long less0 = x0 + 5;
    long less1 = x1 + (less0 >>> LIMB_BITS);
    long less2 = x2 + (less1 >>> LIMB_BITS) - (1L << LAST_BITS);
    long keep = less2 >> 63;
    x0 = (x0 & keep) | (less0 & MASK & ~keep);
    x1 = (x1 & keep) | (less1 & MASK & ~keep);
    x2 = (x2 & keep) | (less2 & ~keep);

    long low = x0 | x1 << LIMB_BITS;
    long high = x1 >>> 20 | x2 << 24;
    long sum = low + pad0;
    long carry = ((low & pad0) | ((low | pad0) & ~sum)) >>> 63;
    LONG.set(out, 0, sum);
    LONG.set(out, 8, high + pad1 + carry);
  }
}
