// SPDX-License-Identifier: Apache-2.0
package net.backhaul.crypto;

import static java.lang.invoke.MethodType.methodType;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/**
 * Method handles for the JDK's internal AES block, counter mode and GHASH routines, which the JIT
 * compiles to the processor's AES instructions.
 *
 * <p>They are accessible with {@code --add-opens java.base/com.sun.crypto.provider=ALL-UNNAMED}. If
 * they are not, or have other signatures, {@link #UNAVAILABLE_REASON} says so.
 */
final class JdkAesIntrinsics {
  private static final String PACKAGE = "com.sun.crypto.provider";
  private static final int BLOCK_BYTES = 16;
  private static final Class<?> BYTES = byte[].class;
  private static final MethodType ON_BLOCK =
      methodType(void.class, BYTES, int.class, BYTES, int.class);
  private static final MethodType ON_STREAM =
      methodType(int.class, BYTES, int.class, int.class, BYTES, int.class);
  private static final MethodType ON_HASH =
      methodType(void.class, BYTES, int.class, int.class, long[].class, long[].class);

  /** The reason for which the routines are not accessible; null if they are. */
  static final @Nullable String UNAVAILABLE_REASON;

  private static final @Nullable Factories FACTORIES;

  // Static and final, so that the JIT treats them as constants.

  /** {@code void (Object aes, byte[] from, int fromStart, byte[] to, int toStart)}. */
  static final MethodHandle ENCRYPT_BLOCK;

  /** As {@link #ENCRYPT_BLOCK}, with an object initialized for decryption. */
  static final MethodHandle DECRYPT_BLOCK;

  /** {@code int (Object mode, byte[] from, int fromStart, int length, byte[] to, int toStart)}. */
  static final MethodHandle CRYPT;

  /** {@code void (Object mode, int used)}: 16 starts the next stream at the counter. */
  static final MethodHandle SET_USED;

  /** {@code void (byte[] data, int start, int blocks, long[] state, long[] table)}. */
  static final MethodHandle GHASH;

  static {
    var handles = new MethodHandle[5];
    Factories factories = null;
    String reason = null;
    try {
      factories = open(handles);
    } catch (IllegalAccessException closed) {
      reason = "Java does not open " + PACKAGE;
    } catch (ReflectiveOperationException | RuntimeException | LinkageError different) {
      reason = "Java " + Runtime.version() + " has other routines: " + different.getMessage();
    }
    FACTORIES = factories;
    UNAVAILABLE_REASON = reason;
    boolean open = factories != null;
    ENCRYPT_BLOCK = open ? handles[0] : none();
    DECRYPT_BLOCK = open ? handles[1] : none();
    CRYPT = open ? handles[2] : none();
    SET_USED = open ? handles[3] : none();
    GHASH = open ? handles[4] : none();
  }

  private JdkAesIntrinsics() {}

  /** Constructors and getters that are called once per key. */
  private record Factories(
      MethodHandle newAes,
      MethodHandle initAes,
      MethodHandle newMode,
      MethodHandle initMode,
      MethodHandle counter,
      MethodHandle keystream,
      MethodHandle newHash,
      MethodHandle table) {}

  /** A counter mode object of the JDK and its internal arrays. */
  record CounterMode(Object mode, byte[] counter, byte[] keystream) {}

  private static Factories open(MethodHandle[] handles) throws ReflectiveOperationException {
    Class<?> aes = Class.forName(PACKAGE + ".AESCrypt");
    Class<?> cipher = Class.forName(PACKAGE + ".SymmetricCipher");
    Class<?> mode = Class.forName(PACKAGE + ".CounterMode");
    Class<?> hash = Class.forName(PACKAGE + ".GHASH");
    var own = MethodHandles.lookup();
    var inAes = MethodHandles.privateLookupIn(aes, own);
    var inMode = MethodHandles.privateLookupIn(mode, own);
    var inHash = MethodHandles.privateLookupIn(hash, own);
    handles[0] = ofObject(inAes.findVirtual(aes, "implEncryptBlock", ON_BLOCK));
    handles[1] = ofObject(inAes.findVirtual(aes, "implDecryptBlock", ON_BLOCK));
    handles[2] = ofObject(inMode.findVirtual(mode, "implCrypt", ON_STREAM));
    handles[3] = ofObject(inMode.findSetter(mode, "used", int.class));
    handles[4] = inHash.findStatic(hash, "processBlocks", ON_HASH);
    MethodType init = methodType(void.class, boolean.class, String.class, BYTES);
    return new Factories(
        inAes.findConstructor(aes, methodType(void.class)).asType(methodType(Object.class)),
        ofObject(inAes.findVirtual(aes, "init", init)),
        inMode
            .findConstructor(mode, methodType(void.class, cipher))
            .asType(methodType(Object.class, Object.class)),
        ofObject(inMode.findVirtual(mode, "init", init.appendParameterTypes(BYTES))),
        ofObject(inMode.findGetter(mode, "counter", BYTES)),
        ofObject(inMode.findGetter(mode, "encryptedCounter", BYTES)),
        inHash
            .findConstructor(hash, methodType(void.class, BYTES))
            .asType(methodType(Object.class, BYTES)),
        ofObject(inHash.findGetter(hash, "subkeyHtbl", long[].class)));
  }

  /** Returns an AES object of the JDK with a 32-byte key, for one direction. */
  static Object aes(byte[] key, boolean decrypting) {
    try {
      Object made = factories().newAes.invoke();
      rekey(made, key, decrypting);
      return made;
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /** Sets another key; the JDK overwrites the expanded key of the previous one. */
  static void rekey(Object aes, byte[] key, boolean decrypting) {
    try {
      factories().initAes.invoke(aes, decrypting, "AES", key);
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /**
   * Returns a counter mode over an AES object that was initialized for encryption with this key.
   */
  static CounterMode counterMode(Object aes, byte[] key) {
    Factories factories = factories();
    try {
      Object mode = factories.newMode.invoke(aes);
      factories.initMode.invoke(mode, false, "AES", key, new byte[BLOCK_BYTES]);
      return new CounterMode(
          mode, (byte[]) factories.counter.invoke(mode), (byte[]) factories.keystream.invoke(mode));
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  /** Returns the table of a GHASH subkey in the JDK's format. */
  static long[] hashTable(byte[] subkey) {
    try {
      return (long[]) factories().table.invoke(factories().newHash.invoke(subkey));
    } catch (Throwable e) {
      throw failed(e);
    }
  }

  private static Factories factories() {
    Factories made = FACTORIES;
    if (made == null) {
      throw new IllegalStateException("the JDK's AES routines are not accessible");
    }
    return made;
  }

  private static IllegalStateException failed(Throwable e) {
    return new IllegalStateException("the JDK's AES routines failed", e);
  }

  private static MethodHandle ofObject(MethodHandle virtual) {
    return virtual.asType(virtual.type().changeParameterType(0, Object.class));
  }

  private static MethodHandle none() {
    return MethodHandles.zero(void.class);
  }
}
