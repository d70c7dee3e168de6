// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.identity;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.random.RandomGenerator;
import net.backhaul.crypto.Agreement;
import net.backhaul.crypto.Hashes;
import net.backhaul.crypto.KeyPair;
import net.backhaul.crypto.MemoryHardDigest;
import net.backhaul.crypto.Signatures;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;
import org.jspecify.annotations.Nullable;

/**
 * The identity of a node: its address, public key and, for the own node, private key (01 section
 * 2).
 */
public final class Identity {
  /** The length of the binary form without a private key. */
  public static final int PUBLIC_BYTES = 71;

  private static final int TYPE = 0;
  private static final int MAX_TEXT = 383;
  private static final int HASHCASH_BELOW = 17;
  private static final int ADDRESS_IN_DIGEST = 59;
  private static final int KEY_DIGITS = 2 * KeyPair.KEY_BYTES;

  private final long address;
  private final byte[] publicKey;
  private final @Nullable KeyPair keyPair;

  private Identity(long address, byte[] publicKey, @Nullable KeyPair keyPair) {
    this.address = address;
    this.publicKey = publicKey;
    this.keyPair = keyPair;
  }

  /** Generates an identity; takes about fifteen memory-hard digests (01 section 2.3). */
  public static Identity generate(RandomGenerator random) {
    var digests = new MemoryHardDigest();
    KeyPair pair = KeyPair.generate(random);
    byte[] agreementKey = new byte[KeyPair.KEY_BYTES / 2];
    while (true) {
      byte[] digest = digests.digest(pair.publicKey());
      long address = addressIn(digest);
      if ((digest[0] & 0xff) < HASHCASH_BELOW && !Addresses.isReserved(address)) {
        return new Identity(address, pair.publicKey(), pair);
      }
      random.nextBytes(agreementKey);
      pair = pair.withAgreementKey(agreementKey);
    }
  }

  /** Reads the binary form; a private key is skipped (01 section 2.5). */
  public static Identity read(WireReader in) {
    long address = in.address();
    if (in.u8() != TYPE) {
      throw new WireException("unknown identity type");
    }
    byte[] publicKey = in.bytes(KeyPair.KEY_BYTES);
    int privateBytes = in.u8();
    if (privateBytes != 0 && privateBytes != KeyPair.KEY_BYTES) {
      throw new WireException("invalid length of a private key");
    }
    in.skip(privateBytes);
    return new Identity(address, publicKey, null);
  }

  /** Writes the 71 bytes of the public binary form. */
  public void writeTo(WireWriter out) {
    out.address(address).u8(TYPE).bytes(publicKey).u8(0);
  }

  /**
   * Parses the text form, with or without a private key (01 section 2.6).
   *
   * @throws IllegalArgumentException for invalid text, with a message for users
   */
  public static Identity parse(String text) {
    String trimmed = text.strip();
    if (trimmed.length() > MAX_TEXT) {
      throw new IllegalArgumentException("an identity has at most " + MAX_TEXT + " characters");
    }
    String[] fields = trimmed.split(":", -1);
    if (fields.length < 3 || fields.length > 4) {
      throw new IllegalArgumentException(
          "an identity has 3 or 4 fields with colons in between, not " + fields.length);
    }
    long address = Addresses.parse(fields[0]);
    if (Addresses.isReserved(address)) {
      throw new IllegalArgumentException("no node may have the address " + fields[0]);
    }
    if (!fields[1].equals("0")) {
      throw new IllegalArgumentException("the only type of identity is 0, not " + fields[1]);
    }
    byte[] publicKey = key(fields[2], "public");
    KeyPair pair = fields.length == 4 ? KeyPair.ofPrivate(key(fields[3], "private")) : null;
    return new Identity(address, publicKey, pair);
  }

  /** Returns the address of the node. */
  public long address() {
    return address;
  }

  /** Returns a copy of the 64-byte public key. */
  public byte[] publicKey() {
    return publicKey.clone();
  }

  /** Returns whether the private key is present. */
  public boolean hasPrivateKey() {
    return keyPair != null;
  }

  /** Returns the key pair; throws IllegalStateException without a private key. */
  public KeyPair keyPair() {
    if (keyPair == null) {
      throw new IllegalStateException(
          "identity " + Addresses.text(address) + " has no private key");
    }
    return keyPair;
  }

  /** Returns whether the private key, if present, matches the public key. */
  public boolean keysMatch() {
    return keyPair == null || Arrays.equals(keyPair.publicKey(), publicKey);
  }

  /** Returns whether the address derives from the key; takes tens of ms (01 section 2.4). */
  public boolean validates() {
    return validates(new MemoryHardDigest());
  }

  /** The same as {@link #validates()} with the memory of a digest that many validations share. */
  public boolean validates(MemoryHardDigest digests) {
    if (Addresses.isReserved(address)) {
      return false;
    }
    byte[] digest = digests.digest(publicKey);
    return (digest[0] & 0xff) < HASHCASH_BELOW && addressIn(digest) == address;
  }

  /** Returns the public text form, 141 characters. */
  public String publicText() {
    return Addresses.text(address) + ":0:" + HexFormat.of().formatHex(publicKey);
  }

  /** Returns the text form with the private key, 270 characters. */
  public String secretText() {
    return publicText() + ":" + HexFormat.of().formatHex(keyPair().privateKey());
  }

  /** Returns the 48-byte hash that membership certificates contain a part of (01 section 2.7). */
  public byte[] fingerprint() {
    return Hashes.sha384(new WireWriter().address(address).toByteArray(), publicKey);
  }

  /** Signs a message with the private key. */
  public byte[] sign(byte[] message) {
    return Signatures.sign(keyPair(), message);
  }

  /** Returns whether a signature of a message by this identity is valid. */
  public boolean verify(byte[] message, byte[] signature) {
    return Signatures.verify(publicKey, message, signature);
  }

  /** Returns the permanent key with another node; empty for keys of low order (01 section 3.1). */
  public Optional<byte[]> agree(Identity other) {
    byte[] secret = keyPair().privateKey();
    try {
      return Agreement.agree(secret, other.publicKey);
    } finally {
      Arrays.fill(secret, (byte) 0);
    }
  }

  /** Returns this identity without its private key. */
  public Identity withoutPrivateKey() {
    return keyPair == null ? this : new Identity(address, publicKey, null);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Identity that
        && address == that.address
        && Arrays.equals(publicKey, that.publicKey);
  }

  @Override
  public int hashCode() {
    return Long.hashCode(address);
  }

  @Override
  public String toString() {
    return Addresses.text(address);
  }

  private static long addressIn(byte[] digest) {
    return new WireReader(digest, ADDRESS_IN_DIGEST, 5).address();
  }

  private static byte[] key(String digits, String which) {
    if (digits.length() != KEY_DIGITS) {
      throw new IllegalArgumentException(
          "a " + which + " key has " + KEY_DIGITS + " hexadecimal digits, not " + digits.length());
    }
    return HexFormat.of().parseHex(digits);
  }
}
