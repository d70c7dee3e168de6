// SPDX-License-Identifier: Apache-2.0
package net.backhaul.crypto;

import java.security.GeneralSecurityException;
import java.security.InvalidAlgorithmParameterException;
import java.security.MessageDigest;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.IvParameterSpec;
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

  private static final int IV_BYTES = 8;
  private static final int GCM_IV_BYTES = 12;
  private static final int GCM_TAG_BITS = 128;

  private final SecretKeySpec k0;
  private final SecretKeySpec k1;
  private final Cipher encryptBlock;
  private final Cipher decryptBlock;
  private final Cipher counter;
  private Cipher gcm;

  private final byte[] iv = new byte[GCM_IV_BYTES];
  private final byte[] block = new byte[TAG_BYTES];
  private final byte[] counter0 = new byte[TAG_BYTES];

  /** Makes both directions ready under K0 (authentication) and K1 (encryption). */
  public AesGmacSiv(byte[] k0Bytes, byte[] k1Bytes) {
    k0 = new SecretKeySpec(k0Bytes, 0, KEY_BYTES, "AES");
    k1 = new SecretKeySpec(k1Bytes, 0, KEY_BYTES, "AES");
    try {
      encryptBlock = Cipher.getInstance("AES/ECB/NoPadding");
      encryptBlock.init(Cipher.ENCRYPT_MODE, k1);
      decryptBlock = Cipher.getInstance("AES/ECB/NoPadding");
      decryptBlock.init(Cipher.DECRYPT_MODE, k1);
      counter = Cipher.getInstance("AES/CTR/NoPadding");
      gcm = Cipher.getInstance("AES/GCM/NoPadding");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has AES", e);
    }
  }

  /**
   * Encrypts in place.
   *
   * @param sealIv the 8 bytes at ivStart that must differ from packet to packet
   * @param aad additional data, already padded with zeros to a multiple of 16
   * @param tag gets the 16-byte tag
   */
  public void seal(
      byte[] sealIv, int ivStart, byte[] aad, byte[] bytes, int start, int length, byte[] tag) {
    System.arraycopy(sealIv, ivStart, iv, 0, IV_BYTES);
    System.arraycopy(sealIv, ivStart, block, 0, IV_BYTES);
    try {
      fold(gmac(aad, bytes, start, length), block);
      encryptBlock.doFinal(block, 0, TAG_BYTES, tag, 0);
      crypt(tag, bytes, start, length);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("sealing has no way to fail", e);
    }
  }

  /** Decrypts in place; where it returns false, the bytes are garbage. */
  public boolean open(byte[] tag, byte[] aad, byte[] bytes, int start, int length) {
    try {
      crypt(tag, bytes, start, length);
      decryptBlock.doFinal(tag, 0, TAG_BYTES, block, 0);
      System.arraycopy(block, 0, iv, 0, IV_BYTES);
      byte[] claimed = Arrays.copyOfRange(block, IV_BYTES, TAG_BYTES);
      fold(gmac(aad, bytes, start, length), block);
      return MessageDigest.isEqual(claimed, Arrays.copyOfRange(block, IV_BYTES, TAG_BYTES));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("opening has no way to fail", e);
    }
  }

  private byte[] gmac(byte[] aad, byte[] bytes, int start, int length)
      throws GeneralSecurityException {
    var parameters = new GCMParameterSpec(GCM_TAG_BITS, iv, 0, GCM_IV_BYTES);
    try {
      gcm.init(Cipher.ENCRYPT_MODE, k0, parameters);
    } catch (InvalidAlgorithmParameterException sameIvAgain) {
      // A duplicated datagram: the provider refuses one IV twice, though here it only checks.
      gcm = Cipher.getInstance("AES/GCM/NoPadding");
      gcm.init(Cipher.ENCRYPT_MODE, k0, parameters);
    }
    gcm.updateAAD(aad);
    gcm.updateAAD(bytes, start, length);
    return gcm.doFinal();
  }

  private void crypt(byte[] tag, byte[] bytes, int start, int length)
      throws GeneralSecurityException {
    System.arraycopy(tag, 0, counter0, 0, TAG_BYTES);
    counter0[12] &= 0x7f;
    counter.init(Cipher.ENCRYPT_MODE, k1, new IvParameterSpec(counter0));
    counter.doFinal(bytes, start, length, bytes, start);
  }

  private static void fold(byte[] gmac, byte[] into) {
    for (int i = 0; i < IV_BYTES; i++) {
      into[IV_BYTES + i] = (byte) (gmac[i] ^ gmac[IV_BYTES + i]);
    }
  }
}
