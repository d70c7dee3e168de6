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
 * <p>Holds two keys ready; not thread-safe. Plaintext and ciphertext lie at the same place.
 */
public final class AesGmacSiv {
  /** The length of a key, of which there are two. */
  public static final int KEY_BYTES = 32;

  /** The length of a tag. */
  public static final int TAG_BYTES = 16;

  /** What {@code --add-opens} of the Java command must name for the fast routines. */
  public static final String OPENS = "java.base/com.sun.crypto.provider=ALL-UNNAMED";

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final int COUNTER_SIGN = 12;
  private static final String KNOWN_ANSWER =
      "5beea54e0b7e6e469f3eb6d5f3a80bc8e877bfdd3956adeb500a51291e2ae9b8"
          + "775e620f2b51af64d5ab6d1b4a49d47c1a2ffab86d";
  private static final @Nullable String SLOW_BECAUSE = whySlow();

  private final AesParts parts;
  private final byte[] block = new byte[TAG_BYTES];
  private final byte[] counter = new byte[TAG_BYTES];

  /**
   * Makes both directions ready under K0 (authentication) and K1 (encryption), of which the first
   * 32 bytes count.
   */
  public AesGmacSiv(byte[] k0, byte[] k1) {
    this(k0, k1, isFast());
  }

  AesGmacSiv(byte[] k0, byte[] k1, boolean intrinsic) {
    byte[] key0 = Arrays.copyOf(k0, KEY_BYTES);
    byte[] key1 = Arrays.copyOf(k1, KEY_BYTES);
    parts = intrinsic ? new IntrinsicAesParts(key0, key1) : new JcaAesParts(key0, key1);
    Arrays.fill(key0, (byte) 0);
    Arrays.fill(key1, (byte) 0);
  }

  /** Returns whether the JDK's own routines do the work; without them it is right, but slower. */
  public static boolean isFast() {
    return SLOW_BECAUSE == null;
  }

  /** Returns why it is not {@link #isFast}, as the rest of a sentence for the log. */
  public static Optional<String> slowBecause() {
    return Optional.ofNullable(SLOW_BECAUSE);
  }

  /** Asks a Java that we have not met for an answer that we know: slower is better than wrong. */
  private static @Nullable String whySlow() {
    if (JdkAes.CLOSED_BECAUSE != null) {
      return JdkAes.CLOSED_BECAUSE;
    }
    byte[] answer = knownAnswer(true);
    return HexFormat.of().formatHex(answer).equals(KNOWN_ANSWER)
        ? null
        : "the routines of Java " + Runtime.version() + " give other results";
  }

  /** Returns the tag and the ciphertext of 37 zeros under a key that counts. */
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
   * Encrypts in place.
   *
   * @param sealIv the 8 bytes at ivStart that must differ from packet to packet
   * @param aad additional data, already padded with zeros to a multiple of 16 bytes
   * @param tag gets the 16-byte tag
   */
  public void seal(
      byte[] sealIv, int ivStart, byte[] aad, byte[] bytes, int start, int length, byte[] tag) {
    long iv = (long) LONG.get(sealIv, ivStart);
    LONG.set(block, 0, iv);
    LONG.set(block, 8, parts.foldedGmac(iv, aad, bytes, start, length));
    parts.encryptBlock(block, tag);
    crypt(tag, bytes, start, length);
  }

  /** Decrypts in place; where it returns false, the bytes are garbage. */
  public boolean open(byte[] tag, byte[] aad, byte[] bytes, int start, int length) {
    crypt(tag, bytes, start, length);
    parts.decryptBlock(tag, block);
    long iv = (long) LONG.get(block, 0);
    // One comparison of two words takes the same time wherever they differ.
    return (long) LONG.get(block, 8) == parts.foldedGmac(iv, aad, bytes, start, length);
  }

  private void crypt(byte[] tag, byte[] bytes, int start, int length) {
    System.arraycopy(tag, 0, counter, 0, TAG_BYTES);
    counter[COUNTER_SIGN] &= 0x7f;
    parts.counterMode(counter, bytes, start, length);
  }

  /** Overwrites the keys and what was made of them; it must not be used afterwards. */
  public void wipe() {
    parts.wipe();
    Arrays.fill(block, (byte) 0);
    Arrays.fill(counter, (byte) 0);
  }
}
