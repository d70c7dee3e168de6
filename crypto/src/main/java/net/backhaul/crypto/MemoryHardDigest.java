// SPDX-License-Identifier: Apache-2.0
package net.backhaul.crypto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The memory-hard digest of a public key, from which addresses derive (01 section 2.2).
 *
 * <p>An object owns the 2 MiB that a digest needs, for one digest after the other; it is not
 * thread-safe. The key stream does not depend on the memory, so it is computed many blocks at a
 * time.
 */
public final class MemoryHardDigest {
  private static final VarHandle WORD =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INDEX =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final int BLOCK_BYTES = Salsa20.BLOCK_BYTES;
  private static final int MEMORY_BYTES = 2_097_152;
  private static final int MEMORY_WORDS = MEMORY_BYTES / Long.BYTES;
  private static final int PAD_BYTES = ParallelSalsa20.BLOCKS * BLOCK_BYTES;
  private static final int ROUNDS = 20;

  private final Salsa20 stream = new Salsa20(ROUNDS);
  private final byte[] memory = new byte[MEMORY_BYTES];
  private final byte[] pad = new byte[PAD_BYTES];

  /** Returns the 64-byte digest of a 64-byte public key; takes about 20 ms. */
  public byte[] digest(byte[] public64) {
    byte[] digest = Hashes.sha512(public64);
    stream.start(digest, 0, digest, 32);
    fillMemory();
    int words = 0;
    while (words < MEMORY_WORDS) {
      int blocks = Math.min(ParallelSalsa20.BLOCKS, (MEMORY_WORDS - words) / 2);
      Arrays.fill(pad, (byte) 0);
      stream.xor(pad, 0, blocks * BLOCK_BYTES);
      for (int i = 0; i < blocks; i++, words += 2) {
        swap(digest, words);
        xor(digest, 0, pad, i * BLOCK_BYTES);
      }
    }
    return digest;
  }

  /** Encrypts 2 MiB of zeros, each block XORed with the encrypted one before it. */
  private void fillMemory() {
    Arrays.fill(memory, (byte) 0);
    stream.xor(memory, 0, MEMORY_BYTES);
    for (int at = BLOCK_BYTES; at < MEMORY_BYTES; at += BLOCK_BYTES) {
      xor(memory, at, memory, at - BLOCK_BYTES);
    }
  }

  /** Swaps a word of the digest with one of the memory; two words of the memory say which. */
  private void swap(byte[] digest, int words) {
    int inDigest = (int) (long) INDEX.get(memory, words * Long.BYTES) & 7;
    int inMemory = (int) (long) INDEX.get(memory, (words + 1) * Long.BYTES) & (MEMORY_WORDS - 1);
    long word = (long) WORD.get(memory, inMemory * Long.BYTES);
    WORD.set(memory, inMemory * Long.BYTES, (long) WORD.get(digest, inDigest * Long.BYTES));
    WORD.set(digest, inDigest * Long.BYTES, word);
  }

  private static void xor(byte[] bytes, int at, byte[] with, int withAt) {
    for (int i = 0; i < BLOCK_BYTES; i += Long.BYTES) {
      long word = (long) WORD.get(bytes, at + i) ^ (long) WORD.get(with, withAt + i);
      WORD.set(bytes, at + i, word);
    }
  }
}
