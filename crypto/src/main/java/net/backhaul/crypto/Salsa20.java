// SPDX-License-Identifier: Apache-2.0
package net.backhaul.crypto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The Salsa20 stream cipher with 12 or 20 rounds (01 section 5.3).
 *
 * <p>An object is one continuous key stream of 64-byte blocks; it allocates nothing after its first
 * long input and is not thread-safe.
 */
public final class Salsa20 {
  /** The length of a block of the key stream. */
  public static final int BLOCK_BYTES = 64;

  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  static final int SIGMA_0 = 0x61707865;
  static final int SIGMA_1 = 0x3320646e;
  static final int SIGMA_2 = 0x79622d32;
  static final int SIGMA_3 = 0x6b206574;

  /** Fewer blocks than this are computed one by one. */
  private static final int MIN_PARALLEL_BLOCKS = 12;

  private final int doubleRounds;
  private final int[] key = new int[8];
  private final byte[] last = new byte[BLOCK_BYTES];
  private int iv0;
  private int iv1;
  private long block;
  private @Nullable ParallelSalsa20 parallel;

  /** Creates a cipher of 12 or 20 rounds. */
  public Salsa20(int rounds) {
    doubleRounds = rounds / 2;
  }

  /** Starts a key stream at block 0 with a 32-byte key and an 8-byte IV. */
  public void start(byte[] keyBytes, int keyStart, byte[] iv, int ivStart) {
    for (int i = 0; i < 8; i++) {
      key[i] = (int) INT.get(keyBytes, keyStart + 4 * i);
    }
    iv0 = (int) INT.get(iv, ivStart);
    iv1 = (int) INT.get(iv, ivStart + 4);
    block = 0;
  }

  /** Continues at a block of the key stream; the number is unsigned. */
  void skipTo(long nextBlock) {
    block = nextBlock;
  }

  /** Overwrites the key and the key stream. */
  public void wipe() {
    Arrays.fill(key, 0);
    Arrays.fill(last, (byte) 0);
    iv0 = 0;
    iv1 = 0;
    if (parallel != null) {
      parallel.wipe();
    }
  }

  /** Writes the next block of the key stream. */
  public void nextBlock(byte[] out, int start) {
    generate(null, 0, out, start);
  }

  /** XORs bytes in place, from the next block on; the rest of the last block is discarded. */
  public void xor(byte[] bytes, int start, int length) {
    int at = start;
    int end = start + length;
    while (end - at >= MIN_PARALLEL_BLOCKS * BLOCK_BYTES) {
      int part = Math.min(end - at, ParallelSalsa20.BLOCKS * BLOCK_BYTES);
      parallel().xor(key, iv0, iv1, block, doubleRounds, bytes, at, part);
      block += (part + BLOCK_BYTES - 1) / BLOCK_BYTES;
      at += part;
    }
    xorByBlocks(bytes, at, end);
  }

  /** The same as {@link #xor} block by block, which is faster for short input. */
  void xorByBlocks(byte[] bytes, int start, int end) {
    int at = start;
    while (end - at >= BLOCK_BYTES) {
      generate(bytes, at, bytes, at);
      at += BLOCK_BYTES;
    }
    if (at < end) {
      generate(null, 0, last, 0);
      for (int i = 0; at < end; i++, at++) {
        bytes[at] ^= last[i];
      }
    }
  }

  /** Created on first use: the long packets of most peers are encrypted with AES. */
  private ParallelSalsa20 parallel() {
    ParallelSalsa20 made = parallel;
    if (made == null) {
      made = new ParallelSalsa20();
      parallel = made;
    }
    return made;
  }

  // Straight-line code on local variables, which the JIT keeps in registers.
  private void generate(byte @Nullable [] in, int inStart, byte[] out, int outStart) {
    int[] k = key;
    int c0 = (int) block;
    int c1 = (int) (block >>> 32);
    block++;
    int x0 = SIGMA_0;
    int x1 = k[0];
    int x2 = k[1];
    int x3 = k[2];
    int x4 = k[3];
    int x5 = SIGMA_1;
    int x6 = iv0;
    int x7 = iv1;
    int x8 = c0;
    int x9 = c1;
    int x10 = SIGMA_2;
    int x11 = k[4];
    int x12 = k[5];
    int x13 = k[6];
    int x14 = k[7];
    int x15 = SIGMA_3;
    for (int i = doubleRounds; i > 0; i--) {
      x4 ^= Integer.rotateLeft(x0 + x12, 7);
      x8 ^= Integer.rotateLeft(x4 + x0, 9);
      x12 ^= Integer.rotateLeft(x8 + x4, 13);
      x0 ^= Integer.rotateLeft(x12 + x8, 18);
      x9 ^= Integer.rotateLeft(x5 + x1, 7);
      x13 ^= Integer.rotateLeft(x9 + x5, 9);
      x1 ^= Integer.rotateLeft(x13 + x9, 13);
      x5 ^= Integer.rotateLeft(x1 + x13, 18);
      x14 ^= Integer.rotateLeft(x10 + x6, 7);
      x2 ^= Integer.rotateLeft(x14 + x10, 9);
      x6 ^= Integer.rotateLeft(x2 + x14, 13);
      x10 ^= Integer.rotateLeft(x6 + x2, 18);
      x3 ^= Integer.rotateLeft(x15 + x11, 7);
      x7 ^= Integer.rotateLeft(x3 + x15, 9);
      x11 ^= Integer.rotateLeft(x7 + x3, 13);
      x15 ^= Integer.rotateLeft(x11 + x7, 18);
      x1 ^= Integer.rotateLeft(x0 + x3, 7);
      x2 ^= Integer.rotateLeft(x1 + x0, 9);
      x3 ^= Integer.rotateLeft(x2 + x1, 13);
      x0 ^= Integer.rotateLeft(x3 + x2, 18);
      x6 ^= Integer.rotateLeft(x5 + x4, 7);
      x7 ^= Integer.rotateLeft(x6 + x5, 9);
      x4 ^= Integer.rotateLeft(x7 + x6, 13);
      x5 ^= Integer.rotateLeft(x4 + x7, 18);
      x11 ^= Integer.rotateLeft(x10 + x9, 7);
      x8 ^= Integer.rotateLeft(x11 + x10, 9);
      x9 ^= Integer.rotateLeft(x8 + x11, 13);
      x10 ^= Integer.rotateLeft(x9 + x8, 18);
      x12 ^= Integer.rotateLeft(x15 + x14, 7);
      x13 ^= Integer.rotateLeft(x12 + x15, 9);
      x14 ^= Integer.rotateLeft(x13 + x12, 13);
      x15 ^= Integer.rotateLeft(x14 + x13, 18);
    }
    put(in, inStart, out, outStart, 0, x0 + SIGMA_0);
    put(in, inStart, out, outStart, 4, x1 + k[0]);
    put(in, inStart, out, outStart, 8, x2 + k[1]);
    put(in, inStart, out, outStart, 12, x3 + k[2]);
    put(in, inStart, out, outStart, 16, x4 + k[3]);
    put(in, inStart, out, outStart, 20, x5 + SIGMA_1);
    put(in, inStart, out, outStart, 24, x6 + iv0);
    put(in, inStart, out, outStart, 28, x7 + iv1);
    put(in, inStart, out, outStart, 32, x8 + c0);
    put(in, inStart, out, outStart, 36, x9 + c1);
    put(in, inStart, out, outStart, 40, x10 + SIGMA_2);
    put(in, inStart, out, outStart, 44, x11 + k[4]);
    put(in, inStart, out, outStart, 48, x12 + k[5]);
    put(in, inStart, out, outStart, 52, x13 + k[6]);
    put(in, inStart, out, outStart, 56, x14 + k[7]);
    put(in, inStart, out, outStart, 60, x15 + SIGMA_3);
  }

  private static void put(
      byte @Nullable [] in, int inStart, byte[] out, int outStart, int at, int word) {
    int clear = in == null ? 0 : (int) INT.get(in, inStart + at);
    INT.set(out, outStart + at, word ^ clear);
  }
}
