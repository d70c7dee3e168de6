// SPDX-License-Identifier: Apache-2.0
package net.backhaul.crypto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Computes many blocks of Salsa20 in parallel, in plain loops over arrays that the JIT vectorizes:
 * for a packet more than twice as fast as block by block.
 *
 * <p>The 16 words of a block are a 4x4 matrix. Each array holds one diagonal of it for all blocks:
 * the first words of all blocks, then all second ones, and so on. A round is then one loop over
 * four arrays. Between column rounds and row rounds the diagonals are rotated by whole columns;
 * each array has space behind its end for the words that a rotation moves there.
 */
final class ParallelSalsa20 {
  /** The blocks that are computed at once: a packet of 1,432 bytes has 22. */
  static final int BLOCKS = 24;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int COLUMN = BLOCKS;
  private static final int LANES = 4 * COLUMN;

  private final int[] a = new int[LANES];
  private final int[] b = new int[LANES + 3 * COLUMN];
  private final int[] c = new int[LANES + 2 * COLUMN];
  private final int[] d = new int[LANES + COLUMN];

  /** The initial words of blocks; words 8 and 9, the block counter, are not used. */
  private final int[] initial = new int[16];

  private final byte[] last = new byte[Salsa20.BLOCK_BYTES];

  /** XORs bytes in place with at most {@link #BLOCKS} blocks of the key stream. */
  void xor(
      int[] key, int iv0, int iv1, long block, int doubleRounds, byte[] bytes, int at, int length) {
    begin(key, iv0, iv1, block);
    for (int i = 0; i < doubleRounds; i++) {
      roundOverColumns(a, b, c, d);
      System.arraycopy(b, 0, b, LANES, 3 * COLUMN);
      System.arraycopy(c, 0, c, LANES, 2 * COLUMN);
      System.arraycopy(d, 0, d, LANES, COLUMN);
      roundOverRows(a, b, c, d);
      System.arraycopy(b, LANES, b, 0, 3 * COLUMN);
      System.arraycopy(c, LANES, c, 0, 2 * COLUMN);
      System.arraycopy(d, LANES, d, 0, COLUMN);
    }
    int whole = length / Salsa20.BLOCK_BYTES;
    for (int i = 0; i < whole; i++) {
      mix(i, block + i, bytes, at + i * Salsa20.BLOCK_BYTES);
    }
    int done = whole * Salsa20.BLOCK_BYTES;
    if (done < length) {
      System.arraycopy(bytes, at + done, last, 0, length - done);
      mix(whole, block + whole, last, 0);
      System.arraycopy(last, 0, bytes, at + done, length - done);
    }
  }

  void wipe() {
    Arrays.fill(a, 0);
    Arrays.fill(b, 0);
    Arrays.fill(c, 0);
    Arrays.fill(d, 0);
    Arrays.fill(initial, 0);
    Arrays.fill(last, (byte) 0);
  }

  private void begin(int[] key, int iv0, int iv1, long block) {
    int[] x = initial;
    x[0] = Salsa20.SIGMA_0;
    x[5] = Salsa20.SIGMA_1;
    x[10] = Salsa20.SIGMA_2;
    x[15] = Salsa20.SIGMA_3;
    System.arraycopy(key, 0, x, 1, 4);
    System.arraycopy(key, 4, x, 11, 4);
    x[6] = iv0;
    x[7] = iv1;
    for (int column = 0; column < 4; column++) {
      fill(a, column, x[5 * column]);
      fill(b, column, x[(5 * column + 4) & 15]);
      fill(c, column, x[(5 * column + 8) & 15]);
      fill(d, column, x[(5 * column + 12) & 15]);
    }
    for (int i = 0; i < BLOCKS; i++) {
      c[i] = (int) (block + i);
      b[COLUMN + i] = (int) ((block + i) >>> 32);
    }
  }

  private static void fill(int[] diagonal, int column, int word) {
    Arrays.fill(diagonal, column * COLUMN, (column + 1) * COLUMN, word);
  }

  private static void roundOverColumns(int[] a, int[] b, int[] c, int[] d) {
    for (int i = 0; i < LANES; i++) {
      int x0 = a[i];
      int x12 = d[i];
      int x4 = b[i] ^ Integer.rotateLeft(x0 + x12, 7);
      int x8 = c[i] ^ Integer.rotateLeft(x4 + x0, 9);
      x12 ^= Integer.rotateLeft(x8 + x4, 13);
      a[i] = x0 ^ Integer.rotateLeft(x12 + x8, 18);
      b[i] = x4;
      c[i] = x8;
      d[i] = x12;
    }
  }

  private static void roundOverRows(int[] a, int[] b, int[] c, int[] d) {
    for (int i = 0; i < LANES; i++) {
      int x0 = a[i];
      int x3 = b[i + 3 * COLUMN];
      int x1 = d[i + COLUMN] ^ Integer.rotateLeft(x0 + x3, 7);
      int x2 = c[i + 2 * COLUMN] ^ Integer.rotateLeft(x1 + x0, 9);
      x3 ^= Integer.rotateLeft(x2 + x1, 13);
      a[i] = x0 ^ Integer.rotateLeft(x3 + x2, 18);
      b[i + 3 * COLUMN] = x3;
      c[i + 2 * COLUMN] = x2;
      d[i + COLUMN] = x1;
    }
  }

  /** Adds the initial words to those of one block and XORs 64 bytes with the sums. */
  private void mix(int i, long block, byte[] bytes, int at) {
    int[] x = initial;
    xorWords(bytes, at, a[i] + x[0], d[COLUMN + i] + x[1]);
    xorWords(bytes, at + 8, c[2 * COLUMN + i] + x[2], b[3 * COLUMN + i] + x[3]);
    xorWords(bytes, at + 16, b[i] + x[4], a[COLUMN + i] + x[5]);
    xorWords(bytes, at + 24, d[2 * COLUMN + i] + x[6], c[3 * COLUMN + i] + x[7]);
    xorWords(bytes, at + 32, c[i] + (int) block, b[COLUMN + i] + (int) (block >>> 32));
    xorWords(bytes, at + 40, a[2 * COLUMN + i] + x[10], d[3 * COLUMN + i] + x[11]);
    xorWords(bytes, at + 48, d[i] + x[12], c[COLUMN + i] + x[13]);
    xorWords(bytes, at + 56, b[2 * COLUMN + i] + x[14], a[3 * COLUMN + i] + x[15]);
  }

  private static void xorWords(byte[] bytes, int at, int low, int high) {
    long words = (low & 0xffffffffL) | (long) high << 32;
    LONG.set(bytes, at, (long) LONG.get(bytes, at) ^ words);
  }
}
