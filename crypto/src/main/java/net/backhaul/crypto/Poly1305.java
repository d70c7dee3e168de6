// SPDX-License-Identifier: Apache-2.0
package net.backhaul.crypto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The Poly1305 one-time authenticator of RFC 8439 (01 section 5.5).
 *
 * <p>Five limbs of 26 bits, so that products of two sums fit into a long. Allocates nothing after
 * construction; not thread-safe.
 */
public final class Poly1305 {
  /** The length of a tag. */
  public static final int TAG_BYTES = 16;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int BLOCK_BYTES = 16;
  private static final long MASK = 0x3ffffff;
  private static final long HIGH_BIT = 1L << 24;

  private final byte[] tail = new byte[BLOCK_BYTES];

  /** Forgets what it holds of the last message. */
  public void wipe() {
    Arrays.fill(tail, (byte) 0);
  }

  /** Writes the 16-byte tag of a message under a 32-byte key that is used for it alone. */
  public void tag(byte[] key, int keyStart, byte[] bytes, int start, int length, byte[] out) {
    long k0 = (long) LONG.get(key, keyStart) & 0x0ffffffc0fffffffL;
    long k1 = (long) LONG.get(key, keyStart + 8) & 0x0ffffffc0ffffffcL;
    long r0 = k0 & MASK;
    long r1 = (k0 >>> 26) & MASK;
    long r2 = ((k0 >>> 52) | (k1 << 12)) & MASK;
    long r3 = (k1 >>> 14) & MASK;
    long r4 = k1 >>> 40;
    long s1 = r1 * 5;
    long s2 = r2 * 5;
    long s3 = r3 * 5;
    long s4 = r4 * 5;
    long h0 = 0;
    long h1 = 0;
    long h2 = 0;
    long h3 = 0;
    long h4 = 0;
    int at = start;
    int end = start + length;
    while (at < end) {
      byte[] source = bytes;
      int from = at;
      long high = HIGH_BIT;
      if (end - at < BLOCK_BYTES) {
        Arrays.fill(tail, (byte) 0);
        System.arraycopy(bytes, at, tail, 0, end - at);
        tail[end - at] = 1;
        source = tail;
        from = 0;
        high = 0;
      }
      at += BLOCK_BYTES;
      long m0 = (long) LONG.get(source, from);
      long m1 = (long) LONG.get(source, from + 8);
      h0 += m0 & MASK;
      h1 += (m0 >>> 26) & MASK;
      h2 += ((m0 >>> 52) | (m1 << 12)) & MASK;
      h3 += (m1 >>> 14) & MASK;
      h4 += (m1 >>> 40) | high;
      long d0 = h0 * r0 + h1 * s4 + h2 * s3 + h3 * s2 + h4 * s1;
      long d1 = h0 * r1 + h1 * r0 + h2 * s4 + h3 * s3 + h4 * s2;
      long d2 = h0 * r2 + h1 * r1 + h2 * r0 + h3 * s4 + h4 * s3;
      long d3 = h0 * r3 + h1 * r2 + h2 * r1 + h3 * r0 + h4 * s4;
      long d4 = h0 * r4 + h1 * r3 + h2 * r2 + h3 * r1 + h4 * r0;
      d1 += d0 >>> 26;
      d2 += d1 >>> 26;
      d3 += d2 >>> 26;
      d4 += d3 >>> 26;
      h0 = (d0 & MASK) + (d4 >>> 26) * 5;
      h1 = (d1 & MASK) + (h0 >>> 26);
      h0 &= MASK;
      h2 = d2 & MASK;
      h3 = d3 & MASK;
      h4 = d4 & MASK;
    }
    h2 += h1 >>> 26;
    h1 &= MASK;
    h3 += h2 >>> 26;
    h2 &= MASK;
    h4 += h3 >>> 26;
    h3 &= MASK;
    h0 += (h4 >>> 26) * 5;
    h4 &= MASK;
    h1 += h0 >>> 26;
    h0 &= MASK;

    // h - p, taken instead of h, without a branch, where it is not negative.
    long g0 = h0 + 5;
    long g1 = h1 + (g0 >>> 26);
    long g2 = h2 + (g1 >>> 26);
    long g3 = h3 + (g2 >>> 26);
    long g4 = h4 + (g3 >>> 26) - (1L << 26);
    long keep = g4 >> 63;
    h0 = (h0 & keep) | (g0 & MASK & ~keep);
    h1 = (h1 & keep) | (g1 & MASK & ~keep);
    h2 = (h2 & keep) | (g2 & MASK & ~keep);
    h3 = (h3 & keep) | (g3 & MASK & ~keep);
    h4 = (h4 & keep) | (g4 & MASK & ~keep);

    long low = h0 | (h1 << 26) | (h2 << 52);
    long high = (h2 >>> 12) | (h3 << 14) | (h4 << 40);
    long pad0 = (long) LONG.get(key, keyStart + 16);
    long pad1 = (long) LONG.get(key, keyStart + 24);
    long sum0 = low + pad0;
    long carry = Long.compareUnsigned(sum0, low) < 0 ? 1 : 0;
    LONG.set(out, 0, sum0);
    LONG.set(out, 8, high + pad1 + carry);
  }
}
