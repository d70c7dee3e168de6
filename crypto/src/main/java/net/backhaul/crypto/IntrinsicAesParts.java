// SPDX-License-Identifier: Apache-2.0
package net.backhaul.crypto;

import static java.lang.invoke.MethodType.methodType;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Does it with the JDK's own routines for GHASH and counter mode, which its JIT replaces by the
 * processor's instructions, and sets up no key per packet.
 *
 * <p>They are internal: {@code --add-opens java.base/com.sun.crypto.provider=ALL-UNNAMED} opens the
 * door. Where it is closed, or the rooms behind it look different, {@link #isAvailable} says so.
 */
final class IntrinsicAesParts implements AesParts {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final int BLOCK_BYTES = 16;
  private static final int SUBKEY_TABLE_LONGS = 57 * 2;

  /** Static and final, so that the JIT sees through them. */
  private static final @Nullable Doors DOORS = Doors.open();

  private static final MethodHandle GHASH = DOORS == null ? none() : DOORS.ghash;
  private static final MethodHandle CRYPT = DOORS == null ? none() : DOORS.crypt;
  private static final MethodHandle SET_USED = DOORS == null ? none() : DOORS.setUsed;

  private final Cipher encryptK0;
  private final Object counterMode;
  private final byte[] counter;
  private final long[] subkeyTable = new long[SUBKEY_TABLE_LONGS];
  private final long[] state = new long[2];
  private final byte[] block = new byte[BLOCK_BYTES];
  private final byte[] tail = new byte[2 * BLOCK_BYTES];

  static boolean isAvailable() {
    return DOORS != null;
  }

  IntrinsicAesParts(SecretKeySpec k0, byte[] k1) throws GeneralSecurityException {
    Doors doors = DOORS;
    if (doors == null) {
      throw new IllegalStateException("the JDK's own routines can't be reached");
    }
    encryptK0 = Cipher.getInstance("AES/ECB/NoPadding");
    encryptK0.init(Cipher.ENCRYPT_MODE, k0);
    byte[] subkey = encryptK0.update(new byte[BLOCK_BYTES]);
    subkeyTable[0] = (long) LONG.get(subkey, 0);
    subkeyTable[1] = (long) LONG.get(subkey, 8);
    counterMode = doors.counterMode(k1);
    counter = doors.counterOf(counterMode);
  }

  @Override
  public long foldedGmac(long iv, byte[] aad, byte[] bytes, int start, int length) {
    int whole = length / BLOCK_BYTES;
    int rest = length - whole * BLOCK_BYTES;
    int lengthAt = 0;
    if (rest > 0) {
      LONG.set(tail, 0, 0L);
      LONG.set(tail, 8, 0L);
      System.arraycopy(bytes, start + length - rest, tail, 0, rest);
      lengthAt = BLOCK_BYTES;
    }
    LONG.set(tail, lengthAt, 8L * (aad.length + length));
    LONG.set(tail, lengthAt + 8, 0L);
    state[0] = 0;
    state[1] = 0;
    LONG.set(block, 0, iv);
    LONG.set(block, 8, 1L);
    try {
      if (aad.length > 0) {
        GHASH.invokeExact(aad, 0, aad.length / BLOCK_BYTES, state, subkeyTable);
      }
      if (whole > 0) {
        GHASH.invokeExact(bytes, start, whole, state, subkeyTable);
      }
      GHASH.invokeExact(tail, 0, lengthAt == 0 ? 1 : 2, state, subkeyTable);
      encryptK0.update(block, 0, BLOCK_BYTES, block, 0);
    } catch (Throwable e) {
      throw new IllegalStateException("a MAC has no way to fail", e);
    }
    return state[0] ^ state[1] ^ (long) LONG.get(block, 0) ^ (long) LONG.get(block, 8);
  }

  @Override
  public void counterMode(byte[] first, byte[] bytes, int start, int length) {
    System.arraycopy(first, 0, counter, 0, BLOCK_BYTES);
    try {
      SET_USED.invokeExact(counterMode, BLOCK_BYTES);
      int unused = (int) CRYPT.invokeExact(counterMode, bytes, start, length, bytes, start);
    } catch (Throwable e) {
      throw new IllegalStateException("a stream has no way to fail", e);
    }
  }

  private static MethodHandle none() {
    return MethodHandles.zero(void.class);
  }

  /** The JDK's internals, as far as they are needed. */
  private record Doors(
      MethodHandle ghash,
      MethodHandle crypt,
      MethodHandle setUsed,
      MethodHandle newAes,
      MethodHandle newCounterMode,
      MethodHandle init,
      MethodHandle counter) {
    private static final String PROVIDER = "com.sun.crypto.provider.";

    static @Nullable Doors open() {
      try {
        Class<?> ghash = Class.forName(PROVIDER + "GHASH");
        Class<?> aes = Class.forName(PROVIDER + "AESCrypt");
        Class<?> cipher = Class.forName(PROVIDER + "SymmetricCipher");
        Class<?> mode = Class.forName(PROVIDER + "CounterMode");
        var own = MethodHandles.lookup();
        var inMode = MethodHandles.privateLookupIn(mode, own);
        Class<byte[]> bytes = byte[].class;
        var doors =
            new Doors(
                MethodHandles.privateLookupIn(ghash, own)
                    .findStatic(
                        ghash,
                        "processBlocks",
                        methodType(
                            void.class, bytes, int.class, int.class, long[].class, long[].class)),
                inMode
                    .findVirtual(
                        mode,
                        "implCrypt",
                        methodType(int.class, bytes, int.class, int.class, bytes, int.class))
                    .asType(
                        methodType(
                            int.class,
                            Object.class,
                            bytes,
                            int.class,
                            int.class,
                            bytes,
                            int.class)),
                inMode
                    .findSetter(mode, "used", int.class)
                    .asType(methodType(void.class, Object.class, int.class)),
                MethodHandles.privateLookupIn(aes, own)
                    .findConstructor(aes, methodType(void.class))
                    .asType(methodType(Object.class)),
                inMode
                    .findConstructor(mode, methodType(void.class, cipher))
                    .asType(methodType(Object.class, Object.class)),
                inMode
                    .findVirtual(
                        mode,
                        "init",
                        methodType(void.class, boolean.class, String.class, bytes, bytes))
                    .asType(
                        methodType(
                            void.class, Object.class, boolean.class, String.class, bytes, bytes)),
                inMode.findGetter(mode, "counter", bytes).asType(methodType(bytes, Object.class)));
        doors.counterOf(doors.counterMode(new byte[AesGmacSiv.KEY_BYTES]));
        return doors;
      } catch (ReflectiveOperationException | RuntimeException | LinkageError closed) {
        return null;
      }
    }

    Object counterMode(byte[] key) {
      try {
        Object mode = newCounterMode.invoke(newAes.invoke());
        init.invoke(
            mode, false, "AES", Arrays.copyOf(key, AesGmacSiv.KEY_BYTES), new byte[BLOCK_BYTES]);
        return mode;
      } catch (Throwable e) {
        throw new IllegalStateException("the JDK's counter mode is not what it was", e);
      }
    }

    byte[] counterOf(Object mode) {
      try {
        return (byte[]) counter.invoke(mode);
      } catch (Throwable e) {
        throw new IllegalStateException("the JDK's counter mode is not what it was", e);
      }
    }
  }
}
