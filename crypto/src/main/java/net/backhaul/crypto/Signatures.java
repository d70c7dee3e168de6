// SPDX-License-Identifier: Apache-2.0
package net.backhaul.crypto;

import java.security.MessageDigest;
import java.util.Arrays;
import org.bouncycastle.math.ec.rfc8032.Ed25519;

/** The 96-byte signatures of the protocol: Ed25519 over half a SHA-512 (01 section 4). */
public final class Signatures {
  /** The length of a signature. */
  public static final int BYTES = 96;

  private static final int ED25519_BYTES = 64;
  private static final int DIGEST_BYTES = 32;

  private Signatures() {}

  /** Signs a message; deterministic (01 section 4). */
  public static byte[] sign(KeyPair signer, byte[] message) {
    byte[] digest = Arrays.copyOf(Hashes.sha512(message), DIGEST_BYTES);
    byte[] signature = new byte[BYTES];
    byte[] seed = signer.signingSeed();
    Ed25519.sign(seed, 0, digest, 0, DIGEST_BYTES, signature, 0);
    Arrays.fill(seed, (byte) 0);
    System.arraycopy(digest, 0, signature, ED25519_BYTES, DIGEST_BYTES);
    return signature;
  }

  /** Returns whether a signature of a message is valid under a public key; never throws. */
  public static boolean verify(byte[] public64, byte[] message, byte[] signature) {
    if (signature.length != BYTES || public64.length != KeyPair.KEY_BYTES) {
      return false;
    }
    byte[] digest = Arrays.copyOf(Hashes.sha512(message), DIGEST_BYTES);
    byte[] claimed = Arrays.copyOfRange(signature, ED25519_BYTES, BYTES);
    return MessageDigest.isEqual(digest, claimed)
        && Ed25519.verify(signature, 0, public64, KeyPair.HALF_BYTES, digest, 0, DIGEST_BYTES);
  }
}
