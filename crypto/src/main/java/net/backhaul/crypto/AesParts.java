// SPDX-License-Identifier: Apache-2.0
package net.backhaul.crypto;

/** The pieces of work in AES-GMAC-SIV, under the two keys of one peer (01 section 6.1). */
interface AesParts {
  /**
   * Returns the exclusive or of both halves of the GMAC tag under K0.
   *
   * @param iv 8 bytes, read as they lie, big-endian
   * @param aad whole blocks of 16 bytes
   */
  long foldedGmac(long iv, byte[] aad, byte[] bytes, int start, int length);

  /** Encrypts or decrypts in place under K1 from this 16-byte counter on, which is clobbered. */
  void counterMode(byte[] counter, byte[] bytes, int start, int length);

  /** Encrypts one block of 16 bytes under K1; both arrays may be the same. */
  void encryptBlock(byte[] from, byte[] to);

  /** Decrypts one block of 16 bytes under K1; both arrays may be the same. */
  void decryptBlock(byte[] from, byte[] to);

  /** Overwrites the keys and what was made of them. */
  void wipe();
}
