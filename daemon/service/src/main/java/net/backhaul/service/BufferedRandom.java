// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.random.RandomGenerator;

/**
 * Cryptographically strong numbers that are cheap enough for every packet: they are drawn many at a
 * time, and each is wiped as it is given away. One thread uses it.
 */
final class BufferedRandom implements RandomGenerator {
  private static final int BUFFER_BYTES = 4_096;
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private final SecureRandom source;
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int next = BUFFER_BYTES;

  BufferedRandom() {
    source = source();
  }

  /** Takes the source of the kernel that never blocks, where there is one. */
  static SecureRandom source() {
    try {
      return SecureRandom.getInstance("NativePRNGNonBlocking");
    } catch (NoSuchAlgorithmException e) {
      return new SecureRandom();
    }
  }

  @Override
  public long nextLong() {
    if (next == BUFFER_BYTES) {
      source.nextBytes(buffer);
      next = 0;
    }
    long drawn = (long) LONG.get(buffer, next);
    LONG.set(buffer, next, 0L);
    next += Long.BYTES;
    return drawn;
  }

  @Override
  public void nextBytes(byte[] bytes) {
    source.nextBytes(bytes);
  }
}
