// SPDX-License-Identifier: Apache-2.0
package net.backhaul.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import org.bouncycastle.crypto.engines.Salsa20Engine;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Parallel and block-wise code and BouncyCastle give equal results for every packet length. */
class SalsaAndPolyTest {
  private static final int LONGEST = 4_000;

  private final Random random = new Random(11);
  private final byte[] key = new byte[32];
  private final byte[] iv = new byte[8];
  private final Poly1305 poly = new Poly1305();

  private byte[] next(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  @ParameterizedTest
  @ValueSource(ints = {12, 20})
  void generatesTheKeyStreamsOfBouncyCastle(int rounds) {
    var salsa = new Salsa20(rounds);
    var blockwiseSalsa = new Salsa20(rounds);
    for (int length = 0; length <= LONGEST; length++) {
      random.nextBytes(key);
      random.nextBytes(iv);
      int start = random.nextInt(40);
      byte[] bytes = next(start + length + 8);
      byte[] blockwise = bytes.clone();
      byte[] expected = bytes.clone();
      var reference = new Salsa20Engine(rounds);
      reference.init(true, new ParametersWithIV(new KeyParameter(key), iv));
      reference.processBytes(bytes, start, length, expected, start);

      salsa.start(key, 0, iv, 0);
      salsa.xor(bytes, start, length);
      blockwiseSalsa.start(key, 0, iv, 0);
      blockwiseSalsa.xorByBlocks(blockwise, start, start + length);

      assertArrayEquals(expected, bytes, "length " + length);
      assertArrayEquals(expected, blockwise, "length " + length);
    }
  }

  /** Generated in long and short pieces of whole blocks, the key stream is the same. */
  @Test
  void continuesTheKeyStreamAcrossPieces() {
    var salsa = new Salsa20(12);
    var whole = new Salsa20(12);
    for (int round = 0; round < 500; round++) {
      random.nextBytes(key);
      random.nextBytes(iv);
      salsa.start(key, 0, iv, 0);
      whole.start(key, 0, iv, 0);
      byte[] bytes = new byte[100 * Salsa20.BLOCK_BYTES];
      byte[] expected = new byte[bytes.length];
      whole.xorByBlocks(expected, 0, expected.length);

      int at = 0;
      while (at < bytes.length) {
        int blocks = Math.min(random.nextInt(40), (bytes.length - at) / Salsa20.BLOCK_BYTES);
        salsa.xor(bytes, at, blocks * Salsa20.BLOCK_BYTES);
        at += blocks * Salsa20.BLOCK_BYTES;
      }

      assertArrayEquals(expected, bytes, "round " + round);
    }
  }

  /** Packets have no such block, but the block counter has 64 bits. */
  @Test
  void carriesTheBlockCounter() {
    var salsa = new Salsa20(12);
    var blockwiseSalsa = new Salsa20(12);
    byte[] bytes = new byte[ParallelSalsa20.BLOCKS * Salsa20.BLOCK_BYTES];
    byte[] expected = bytes.clone();
    for (long block : new long[] {0xffff_fff0L, -5L}) {
      Arrays.fill(bytes, (byte) 0);
      Arrays.fill(expected, (byte) 0);
      salsa.start(key, 0, iv, 0);
      salsa.skipTo(block);
      salsa.xor(bytes, 0, bytes.length);
      blockwiseSalsa.start(key, 0, iv, 0);
      blockwiseSalsa.skipTo(block);
      blockwiseSalsa.xorByBlocks(expected, 0, expected.length);

      assertArrayEquals(expected, bytes);
    }
  }

  @Test
  void computesTheTagsOfBouncyCastle() {
    for (int length = 0; length <= LONGEST; length++) {
      random.nextBytes(key);
      if (length % 3 == 0) {
        Arrays.fill(key, (byte) 0xff);
      }
      byte[] bytes = next(length + 40);
      if (length % 2 == 0) {
        Arrays.fill(bytes, (byte) 0xff);
      }
      assertTagOf(bytes, random.nextInt(40), length);
    }
  }

  /** Sums near multiples of 2^130 - 5, where carries propagate furthest: r is small. */
  @Test
  void computesTagsNearTheModulus() {
    for (int round = 0; round < 20_000; round++) {
      Arrays.fill(key, (byte) 0);
      key[0] = (byte) (1 + round % 4);
      Arrays.fill(key, 16, 32, (byte) (round % 3 - 1));
      byte[] bytes = new byte[16 * (1 + round % 9)];
      Arrays.fill(bytes, (byte) 0xff);
      bytes[16 * random.nextInt(bytes.length / 16)] = (byte) (0xf0 + random.nextInt(16));
      bytes[bytes.length - 16] = (byte) (0xf0 + random.nextInt(16));

      assertTagOf(bytes, 0, bytes.length);
    }
  }

  private void assertTagOf(byte[] bytes, int start, int length) {
    var reference = new org.bouncycastle.crypto.macs.Poly1305();
    reference.init(new KeyParameter(key));
    reference.update(bytes, start, length);
    byte[] expected = new byte[16];
    assertEquals(16, reference.doFinal(expected, 0));
    byte[] tag = new byte[16];

    poly.tag(key, 0, bytes, start, length, tag);

    assertArrayEquals(expected, tag, () -> "length " + length);
  }
}
