// SPDX-License-Identifier: Apache-2.0
package net.backhaul.crypto;

import static java.lang.invoke.MethodType.methodType;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.Nullable;

/**
 * The doors to the JDK's own AES block, counter mode and GHASH, which its JIT replaces by the
 * processor's instructions.
 *
 * <p>They are internal: {@code --add-opens java.base/com.sun.crypto.provider=ALL-UNNAMED} opens
 * them. Where they are closed, or the rooms behind them look different, {@link #CLOSED_BECAUSE}
 * says so.
 */
final class JdkAes {
  private static final String PACKAGE = "com.sun.crypto.provider";
  private static final int BLOCK_BYTES = 16;
  private static final Class<?> BYTES = byte[].class;
  private static final MethodType ON_BLOCK =
      methodType(void.class, BYTES, int.class, BYTES, int.class);
  private static final MethodType ON_STREAM =
      methodType(int.class, BYTES, int.class, int.class, BYTES, int.class);
  private static final MethodType ON_HASH =
      methodType(void.class, BYTES, int.class, int.class, long[].class, long[].class);

  /** Why the doors are closed, in a few words; null where they are open. */
  static final @Nullable String CLOSED_BECAUSE;

  private static final @Nullable Makers MAKERS;

  // Static and final, so that the JIT sees through them.

  /** {@code void (Object aes, byte[] from, int fromStart, byte[] to, int toStart)}. */
  static final MethodHandle ENCRYPT_BLOCK;

  /** As {@link #ENCRYPT_BLOCK}, with an object made for decryption. */
  static final MethodHandle DECRYPT_BLOCK;

  /** {@code int (Object mode, byte[] from, int fromStart, int length, byte[] to, int toStart)}. */
  static final MethodHandle CRYPT;

  /** {@code void (Object mode, int used)}: 16 lets the next stream begin at the counter. */
  static final MethodHandle SET_USED;

  /** {@code void (byte[] data, int start, int blocks, long[] state, long[] table)}. */
  static final MethodHandle GHASH;

  static {
    var handles = new MethodHandle[5];
    Makers makers = null;
    String reason = null;
    try {
      makers = open(handles);
    } catch (IllegalAccessException closed) {
      reason = "Java does not open " + PACKAGE;
    } catch (ReflectiveOperationException | RuntimeException | LinkageError different) {
      reason = "Java " + Runtime.version() + " has other routines: " + different.getMessage();
    }
    MAKERS = makers;
    CLOSED_BECAUSE = reason;
    boolean open = makers != null;
    ENCRYPT_BLOCK = open ? handles[0] : none();
    DECRYPT_BLOCK = open ? handles[1] : none();
    CRYPT = open ? handles[2] : none();
    SET_USED = open ? handles[3] : none();
    GHASH = open ? handles[4] : none();
  }

  private JdkAes() {}

  /** What is needed once per key. */
  private record Makers(
      MethodHandle newAes,
      MethodHandle initAes,
      MethodHandle newMode,
      MethodHandle initMode,
      MethodHandle counter,
      MethodHandle keystream,
      MethodHandle newHash,
      MethodHandle table) {}

  /** A counter mode of the JDK, with the arrays inside it. */
  record CounterMode(Object mode, byte[] counter, byte[] keystream) {}

  private static Makers open(MethodHandle[] handles) throws ReflectiveOperationException {
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
    return new Makers(
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

  /** Returns an AES of the JDK under a 32-byte key, for one direction. */
  static Object aes(byte[] key, boolean decrypting) {
    try {
      Object made = makers().newAes.invoke();
      rekey(made, key, decrypting);
      return made;
    } catch (Throwable e) {
      throw changed(e);
    }
  }

  /** Sets another key; the JDK overwrites what it had made of the one before. */
  static void rekey(Object aes, byte[] key, boolean decrypting) {
    try {
      makers().initAes.invoke(aes, decrypting, "AES", key);
    } catch (Throwable e) {
      throw changed(e);
    }
  }

  /** Returns a counter mode over an AES made for encryption under the same key. */
  static CounterMode counterMode(Object aes, byte[] key) {
    Makers makers = makers();
    try {
      Object mode = makers.newMode.invoke(aes);
      makers.initMode.invoke(mode, false, "AES", key, new byte[BLOCK_BYTES]);
      return new CounterMode(
          mode, (byte[]) makers.counter.invoke(mode), (byte[]) makers.keystream.invoke(mode));
    } catch (Throwable e) {
      throw changed(e);
    }
  }

  /** Returns the table of a GHASH subkey, of the size that the JDK's routine works with. */
  static long[] hashTable(byte[] subkey) {
    try {
      return (long[]) makers().table.invoke(makers().newHash.invoke(subkey));
    } catch (Throwable e) {
      throw changed(e);
    }
  }

  private static Makers makers() {
    Makers made = MAKERS;
    if (made == null) {
      throw new IllegalStateException("the JDK's own routines can't be reached");
    }
    return made;
  }

  private static IllegalStateException changed(Throwable e) {
    return new IllegalStateException("the JDK's own routines are not what they were", e);
  }

  private static MethodHandle ofObject(MethodHandle virtual) {
    return virtual.asType(virtual.type().changeParameterType(0, Object.class));
  }

  private static MethodHandle none() {
    return MethodHandles.zero(void.class);
  }
}
