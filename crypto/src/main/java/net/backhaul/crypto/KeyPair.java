// SPDX-License-Identifier: Apache-2.0
package net.backhaul.crypto;

import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.bouncycastle.math.ec.rfc7748.X25519;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.jspecify.annotations.Nullable;

/**
 * The two key pairs of an identity, concatenated (01 section 2.1).
 *
 * <p>Bytes 0 to 31 of either key are X25519 for agreement, bytes 32 to 63 are Ed25519 for
 * signatures.
 */
public final class KeyPair {
  /** The length of a public or private key. */
  public static final int KEY_BYTES = 64;

  static final int HALF_BYTES = 32;

  private final byte[] privateKey;

  /** Null where it was not needed yet: the start of a node with a validated identity needs none. */
  private final byte @Nullable [] publicKey;

  private KeyPair(byte[] privateKey, byte @Nullable [] publicKey) {
    this.privateKey = privateKey;
    this.publicKey = publicKey;
  }

  /** Generates a new pair. */
  public static KeyPair generate(RandomGenerator random) {
    byte[] drawn = new byte[KEY_BYTES];
    random.nextBytes(drawn);
    return new KeyPair(drawn, derive(drawn));
  }

  /**
   * Returns the pair of a 64-byte private key; throws IllegalArgumentException for other lengths.
   */
  public static KeyPair ofPrivate(byte[] private64) {
    if (private64.length != KEY_BYTES) {
      throw new IllegalArgumentException("a private key has 64 bytes, not " + private64.length);
    }
    return new KeyPair(private64.clone(), null);
  }

  /** Returns a pair with the same Ed25519 half and another X25519 half (01 section 2.3). */
  public KeyPair withAgreementKey(byte[] private32) {
    byte[] otherPrivate = privateKey.clone();
    byte[] otherPublic = publicKey();
    System.arraycopy(private32, 0, otherPrivate, 0, HALF_BYTES);
    X25519.scalarMultBase(private32, 0, otherPublic, 0);
    return new KeyPair(otherPrivate, otherPublic);
  }

  /** Returns the 64 public bytes; derives them at each call for {@link #ofPrivate}. */
  public byte[] publicKey() {
    return publicKey == null ? derive(privateKey) : publicKey.clone();
  }

  /** Returns a copy of the 64 private bytes. */
  public byte[] privateKey() {
    return privateKey.clone();
  }

  private static byte[] derive(byte[] privateKey) {
    byte[] publicKey = new byte[KEY_BYTES];
    X25519.scalarMultBase(privateKey, 0, publicKey, 0);
    Ed25519.generatePublicKey(privateKey, HALF_BYTES, publicKey, HALF_BYTES);
    return publicKey;
  }

  byte[] signingSeed() {
    return Arrays.copyOfRange(privateKey, HALF_BYTES, KEY_BYTES);
  }
}
