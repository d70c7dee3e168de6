// SPDX-License-Identifier: Apache-2.0
package net.backhaul.crypto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Uses the JDK's intrinsics; initializes no cipher per packet and allocates nothing. */
final class IntrinsicAesPrimitives implements AesPrimitives {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final int BLOCK_BYTES = 16;

  /** GHASH processes eight blocks together in the time of one or two. */
  private static final int GROUP_BYTES = 8 * BLOCK_BYTES;

  private final Object encryptK0;
  private final Object encryptK1;
  private final Object decryptK1;
  private final JdkAesIntrinsics.CounterMode counterMode;
  private final byte[] counter;
  private final Object mode;
  private final long[] subkeyTable;
  private final long[] state = new long[2];
  private final byte[] block = new byte[BLOCK_BYTES];
  private final byte[] group = new byte[GROUP_BYTES];
  private int grouped;

  IntrinsicAesPrimitives(byte[] k0, byte[] k1) {
    encryptK0 = JdkAesIntrinsics.aes(k0, false);
    encryptK1 = JdkAesIntrinsics.aes(k1, false);
    decryptK1 = JdkAesIntrinsics.aes(k1, true);
    counterMode = JdkAesIntrinsics.counterMode(encryptK1, k1);
    mode = counterMode.mode();
    counter = counterMode.counter();
    encrypt(encryptK0, block, block);
    subkeyTable = JdkAesIntrinsics.hashTable(block);
  }

  /**
   * Leading zero blocks do not change GHASH: the input is padded in front so that it is, with the
   * length block, a whole number of groups.
   *
   * <p>Words that are written separately and read as one block delay the reader. Therefore the IV
   * is written before the group is filled, and is encrypted before the group is hashed.
   */
  @Override
  public long foldedGmac(long iv, byte[] aad, byte[] bytes, int start, int length) {
    LONG.set(block, 0, iv);
    LONG.set(block, 8, 1L);
    int hashed = aad.length + (length + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES + BLOCK_BYTES;
    grouped = -hashed & (GROUP_BYTES - 1);
    state[0] = 0;
    state[1] = 0;
    clearGroup();
    hashAad(aad);
    hash(bytes, start, length);
    LONG.set(group, GROUP_BYTES - BLOCK_BYTES, 8L * (aad.length + length));
    encrypt(encryptK0, block, block);
    hashGroups(group, 0, GROUP_BYTES);
    return state[0] ^ state[1] ^ (long) LONG.get(block, 0) ^ (long) LONG.get(block, 8);
  }

  /** A fill of constant length as words costs less than one of variable length. */
  private void clearGroup() {
    for (int at = 0; at < GROUP_BYTES; at += Long.BYTES) {
      LONG.set(group, at, 0L);
    }
  }

  /** Hashes whole blocks as words: a copy of variable length costs more than 16 bytes. */
  private void hashAad(byte[] aad) {
    for (int at = 0; at < aad.length; at += BLOCK_BYTES) {
      LONG.set(group, grouped, (long) LONG.get(aad, at));
      LONG.set(group, grouped + 8, (long) LONG.get(aad, at + 8));
      grouped += BLOCK_BYTES;
      if (grouped == GROUP_BYTES) {
        hashGroups(group, 0, GROUP_BYTES);
        clearGroup();
        grouped = 0;
      }
    }
  }

  private void hash(byte[] bytes, int start, int length) {
    int first = Math.min(length, GROUP_BYTES - grouped);
    System.arraycopy(bytes, start, group, grouped, first);
    grouped += first;
    if (grouped < GROUP_BYTES) {
      return;
    }
    hashGroups(group, 0, GROUP_BYTES);
    int at = start + first;
    int whole = (length - first) & -GROUP_BYTES;
    if (whole > 0) {
      hashGroups(bytes, at, whole);
    }
    clearGroup();
    grouped = length - first - whole;
    System.arraycopy(bytes, at + whole, group, 0, grouped);
  }

  private void hashGroups(byte[] bytes, int start, int length) {
    try {
      JdkAesIntrinsics.GHASH.invokeExact(bytes, start, length / BLOCK_BYTES, state, subkeyTable);
    } catch (Throwable e) {
      throw new IllegalStateException("GHASH failed", e);
    }
  }

  @Override
  public void counterMode(byte[] tag, byte[] bytes, int start, int length) {
    LONG.set(counter, 0, (long) LONG.get(tag, 0));
    LONG.set(counter, 8, (long) LONG.get(tag, 8) & COUNTER_MASK);
    try {
      JdkAesIntrinsics.SET_USED.invokeExact(mode, BLOCK_BYTES);
      int unused =
          (int) JdkAesIntrinsics.CRYPT.invokeExact(mode, bytes, start, length, bytes, start);
    } catch (Throwable e) {
      throw new IllegalStateException("AES-CTR failed", e);
    }
  }

  @Override
  public void encryptBlock(byte[] from, byte[] to) {
    encrypt(encryptK1, from, to);
  }

  @Override
  public void decryptBlock(byte[] from, byte[] to) {
    try {
      JdkAesIntrinsics.DECRYPT_BLOCK.invokeExact(decryptK1, from, 0, to, 0);
    } catch (Throwable e) {
      throw new IllegalStateException("AES failed", e);
    }
  }

  private static void encrypt(Object aes, byte[] from, byte[] to) {
    try {
      JdkAesIntrinsics.ENCRYPT_BLOCK.invokeExact(aes, from, 0, to, 0);
    } catch (Throwable e) {
      throw new IllegalStateException("AES failed", e);
    }
  }

  @Override
  public void wipe() {
    byte[] zeros = new byte[AesGmacSiv.KEY_BYTES];
    JdkAesIntrinsics.rekey(encryptK0, zeros, false);
    JdkAesIntrinsics.rekey(encryptK1, zeros, false);
    JdkAesIntrinsics.rekey(decryptK1, zeros, true);
    Arrays.fill(counter, (byte) 0);
    Arrays.fill(counterMode.keystream(), (byte) 0);
    Arrays.fill(subkeyTable, 0);
    Arrays.fill(state, 0);
    Arrays.fill(block, (byte) 0);
    Arrays.fill(group, (byte) 0);
  }
}
