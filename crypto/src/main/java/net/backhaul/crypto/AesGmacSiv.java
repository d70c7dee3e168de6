// SPDX-License-Identifier: Apache-2.0
package net.backhaul.crypto;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.security.GeneralSecurityException;
import javax.crypto.Cipher;
import javax.crypto.spec.SecretKeySpec;

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

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  private static final int COUNTER_SIGN = 12;

  private final Cipher encryptBlock;
  private final Cipher decryptBlock;
  private final AesParts parts;
  private final byte[] block = new byte[TAG_BYTES];
  private final byte[] counter = new byte[TAG_BYTES];

  /** Makes both directions ready under K0 (authentication) and K1 (encryption). */
  public AesGmacSiv(byte[] k0Bytes, byte[] k1Bytes) {
    this(k0Bytes, k1Bytes, IntrinsicAesParts.isAvailable());
  }

  AesGmacSiv(byte[] k0Bytes, byte[] k1Bytes, boolean intrinsic) {
    var k0 = new SecretKeySpec(k0Bytes, 0, KEY_BYTES, "AES");
    var k1 = new SecretKeySpec(k1Bytes, 0, KEY_BYTES, "AES");
    try {
      encryptBlock = Cipher.getInstance("AES/ECB/NoPadding");
      encryptBlock.init(Cipher.ENCRYPT_MODE, k1);
      decryptBlock = Cipher.getInstance("AES/ECB/NoPadding");
      decryptBlock.init(Cipher.DECRYPT_MODE, k1);
      parts = intrinsic ? new IntrinsicAesParts(k0, k1Bytes) : new JcaAesParts(k0, k1);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has AES", e);
    }
  }

  /** Returns whether the JDK's own routines do the work; without them it is right, but slower. */
  public static boolean isFast() {
    return IntrinsicAesParts.isAvailable();
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
    encrypt(encryptBlock, block, tag);
    crypt(tag, bytes, start, length);
  }

  /** Decrypts in place; where it returns false, the bytes are garbage. */
  public boolean open(byte[] tag, byte[] aad, byte[] bytes, int start, int length) {
    crypt(tag, bytes, start, length);
    encrypt(decryptBlock, tag, block);
    long iv = (long) LONG.get(block, 0);
    // One comparison of two words takes the same time wherever they differ.
    return (long) LONG.get(block, 8) == parts.foldedGmac(iv, aad, bytes, start, length);
  }

  private void crypt(byte[] tag, byte[] bytes, int start, int length) {
    System.arraycopy(tag, 0, counter, 0, TAG_BYTES);
    counter[COUNTER_SIGN] &= 0x7f;
    parts.counterMode(counter, bytes, start, length);
  }

  private static void encrypt(Cipher cipher, byte[] from, byte[] to) {
    try {
      cipher.update(from, 0, TAG_BYTES, to, 0);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("a block has no way to fail", e);
    }
  }
}
