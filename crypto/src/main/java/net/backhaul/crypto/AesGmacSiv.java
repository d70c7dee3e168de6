// SPDX-License-Identifier: Apache-2.0
package net.backhaul.crypto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * AES-GMAC-SIV: authenticated encryption in which the tag is the IV (01 section 6).
 *
 * <p>Holds the expanded keys; encrypts and decrypts in place. Not thread-safe.
 */
public final class AesGmacSiv {
  /** The length of each of the two keys. */
  public static final int KEY_BYTES = 32;

  /** The length of a tag. */
  public static final int TAG_BYTES = 16;

  /** The argument of {@code --add-opens} that makes the JDK's intrinsics accessible. */
  public static final String OPENS = "java.base/com.sun.crypto.provider=ALL-UNNAMED";

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final String KNOWN_ANSWER =
      "5beea54e0b7e6e469f3eb6d5f3a80bc8e877bfdd3956adeb500a51291e2ae9b8"
          + "775e620f2b51af64d5ab6d1b4a49d47c1a2ffab86d";
  private static final @Nullable String REASON_SLOW = findReason();

  private final AesPrimitives aes;
  private final byte[] block = new byte[TAG_BYTES];

  /**
   * Expands K0 (authentication) and K1 (encryption) for both directions; only the first 32 bytes of
   * each are used.
   */
  public AesGmacSiv(byte[] k0, byte[] k1) {
    this(k0, k1, isFast());
  }

  AesGmacSiv(byte[] k0, byte[] k1, boolean intrinsic) {
    byte[] key0 = Arrays.copyOf(k0, KEY_BYTES);
    byte[] key1 = Arrays.copyOf(k1, KEY_BYTES);
    aes = intrinsic ? new IntrinsicAesPrimitives(key0, key1) : new JcaAesPrimitives(key0, key1);
    Arrays.fill(key0, (byte) 0);
    Arrays.fill(key1, (byte) 0);
  }

  /** Returns whether the JDK's intrinsics are used; without them results are equal, but slower. */
  public static boolean isFast() {
    return REASON_SLOW == null;
  }

  /** Returns why {@link #isFast} is false, as the rest of a sentence for the log. */
  public static Optional<String> whySlow() {
    return Optional.ofNullable(REASON_SLOW);
  }

  /** Verifies the intrinsics of this Java by a known answer: slower is better than wrong. */
  private static @Nullable String findReason() {
    if (JdkAesIntrinsics.UNAVAILABLE_REASON != null) {
      return JdkAesIntrinsics.UNAVAILABLE_REASON;
    }
    byte[] answer = knownAnswer(true);
    return HexFormat.of().formatHex(answer).equals(KNOWN_ANSWER)
        ? null
        : "the routines of Java " + Runtime.version() + " give other results";
  }

  /** Returns the tag and the ciphertext of 37 zeros under the key 00 01 02 and so on. */
  static byte[] knownAnswer(boolean intrinsic) {
    byte[] key = new byte[KEY_BYTES];
    for (int i = 0; i < KEY_BYTES; i++) {
      key[i] = (byte) i;
    }
    byte[] answer = new byte[TAG_BYTES + 37];
    byte[] tag = new byte[TAG_BYTES];
    var siv = new AesGmacSiv(key, key, intrinsic);
    siv.seal(key, 0, new byte[TAG_BYTES], answer, TAG_BYTES, answer.length - TAG_BYTES, tag);
    System.arraycopy(tag, 0, answer, 0, TAG_BYTES);
    return answer;
  }

  /**
   * Encrypts and authenticates in place (01 section 6.2).
   *
   * @param sealIv holds at ivStart the 8-byte nonce, which must be unique per packet
   * @param aad additional authenticated data, padded with zeros to a multiple of 16 bytes
   * @param tag receives the 16-byte tag
   */
  public void seal(
      byte[] sealIv, int ivStart, byte[] aad, byte[] bytes, int start, int length, byte[] tag) {
    long iv = (long) LONG.get(sealIv, ivStart);
    LONG.set(block, 0, iv);
    LONG.set(block, 8, aes.foldedGmac(iv, aad, bytes, start, length));
    aes.encryptBlock(block, tag);
    aes.counterMode(tag, bytes, start, length);
  }

  /**
   * Decrypts and verifies in place (01 section 6.3).
   *
   * @return false if the tag is not authentic; the bytes are then undefined
   */
  public boolean open(byte[] tag, byte[] aad, byte[] bytes, int start, int length) {
    aes.counterMode(tag, bytes, start, length);
    aes.decryptBlock(tag, block);
    long iv = (long) LONG.get(block, 0);
    // Comparing two words at once takes constant time.
    return (long) LONG.get(block, 8) == aes.foldedGmac(iv, aad, bytes, start, length);
  }

  /** Overwrites the keys and all data derived from them; the object must not be used afterwards. */
  public void wipe() {
    aes.wipe();
    Arrays.fill(block, (byte) 0);
  }
}
