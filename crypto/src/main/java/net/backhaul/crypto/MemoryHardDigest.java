// SPDX-License-Identifier: Apache-2.0
package net.backhaul.crypto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** The memory-hard digest of a public key, from which addresses derive (01 section 2.2). */
public final class MemoryHardDigest {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final int MEMORY_BYTES = 2_097_152;
  private static final int WORDS = MEMORY_BYTES / 8;
  private static final int ROUNDS = 20;

  private MemoryHardDigest() {}

  /** Returns the 64-byte digest of a 64-byte public key; takes tens of milliseconds. */
  public static byte[] digest(byte[] public64) {
    byte[] digest = Hashes.sha512(public64);
    var stream = new Salsa20(ROUNDS);
    stream.start(digest, 0, digest, 32);
    byte[] memory = new byte[MEMORY_BYTES];
    stream.nextBlock(memory, 0);
    for (int i = 64; i < MEMORY_BYTES; i += 64) {
      System.arraycopy(memory, i - 64, memory, i, 64);
      stream.xor(memory, i, 64);
    }
    for (int i = 0; i < WORDS; ) {
      int p = (int) (long) LONG.get(memory, 8 * i++) & 7;
      int q = (int) (long) LONG.get(memory, 8 * i++) & (WORDS - 1);
      long swapped = (long) LONG.get(memory, 8 * q);
      LONG.set(memory, 8 * q, (long) LONG.get(digest, 8 * p));
      LONG.set(digest, 8 * p, swapped);
      stream.xor(digest, 0, 64);
    }
    return digest;
  }
}
