// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.system;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import net.backhaul.crypto.Salsa20;

/**
 * Cryptographically strong numbers that are cheap enough for every packet. Not thread-safe.
 *
 * <p>They come from a Salsa20 stream whose key is replaced whenever the buffer is filled, by the
 * beginning of the stream combined with bytes of the kernel: the state does not reveal earlier
 * numbers, and a cloned virtual machine does not repeat those of its copy. Each number is wiped
 * from the buffer when it is returned.
 */
public final class BufferedRandom implements RandomGenerator {
  static final int BUFFER_BYTES = 4_096;
  static final int KEY_BYTES = 32;

  private static final int ROUNDS = 20;
  private static final byte[] NO_IV = new byte[8];
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private final SecureRandom source;
  private final Salsa20 stream = new Salsa20(ROUNDS);
  private final byte[] fresh = new byte[KEY_BYTES];
  private final byte[] key = new byte[KEY_BYTES];
  private final byte[] buffer = new byte[BUFFER_BYTES];
  private int next = BUFFER_BYTES;

  /** Takes randomness from the kernel without blocking where that is supported. */
  public BufferedRandom() {
    this(source());
  }

  BufferedRandom(SecureRandom source) {
    this.source = source;
  }

  /** Returns the source of the kernel that never blocks, where there is one. */
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
      draw();
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

  private void draw() {
    source.nextBytes(fresh);
    for (int i = 0; i < KEY_BYTES; i++) {
      key[i] ^= fresh[i];
    }
    // The buffer was wiped before, so it holds the bare stream now.
    stream.start(key, 0, NO_IV, 0);
    stream.xor(buffer, 0, BUFFER_BYTES);
    stream.wipe();
    System.arraycopy(buffer, 0, key, 0, KEY_BYTES);
    Arrays.fill(buffer, 0, KEY_BYTES, (byte) 0);
    next = KEY_BYTES;
  }
}
