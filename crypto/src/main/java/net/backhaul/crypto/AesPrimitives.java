// SPDX-License-Identifier: Apache-2.0
package net.backhaul.crypto;

/** The primitives of AES-GMAC-SIV under the two keys of one peer (01 section 6.1). */
interface AesPrimitives {
  /**
   * Returns the XOR of both halves of the GMAC tag under K0.
   *
   * @param iv 8 bytes in big-endian order
   * @param aad whole blocks of 16 bytes
   */
  long foldedGmac(long iv, byte[] aad, byte[] bytes, int start, int length);

  /** In the second half of a tag: all bits but the one that is 0 in the initial counter. */
  long COUNTER_MASK = ~0x8000_0000L;

  /** Encrypts or decrypts in place under K1; a 16-byte tag makes the initial counter. */
  void counterMode(byte[] tag, byte[] bytes, int start, int length);

  /** Encrypts one block of 16 bytes under K1; both arrays may be the same. */
  void encryptBlock(byte[] from, byte[] to);

  /** Decrypts one block of 16 bytes under K1; both arrays may be the same. */
  void decryptBlock(byte[] from, byte[] to);

  /** Overwrites the keys and all data derived from them. */
  void wipe();
}
