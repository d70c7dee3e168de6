// SPDX-License-Identifier: Apache-2.0
package net.backhaul.crypto;

import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.math.ec.rfc7748.X25519;

/** Computes the permanent key of two identities and derives keys from it (01 section 3). */
public final class Agreement {
  /** The length of a permanent key. */
  public static final int KEY_BYTES = 48;

  private static final byte[] BITS_384 = {0, 0, 1, (byte) 0x80};

  private Agreement() {}

  /**
   * Returns the 48-byte key that both parties compute, or empty for a public key of low order, for
   * which the result would be known to anyone (01 section 3.1).
   */
  public static Optional<byte[]> agree(byte[] private64, byte[] public64) {
    byte[] raw = new byte[X25519.SCALAR_SIZE];
    X25519.scalarMult(private64, 0, public64, 0, raw, 0);
    int any = 0;
    for (byte b : raw) {
      any |= b;
    }
    if (any == 0) {
      return Optional.empty();
    }
    byte[] hash = Hashes.sha512(raw);
    byte[] key = Arrays.copyOf(hash, KEY_BYTES);
    Arrays.fill(raw, (byte) 0);
    Arrays.fill(hash, (byte) 0);
    return Optional.of(key);
  }

  /** Derives a 48-byte key by KBKDF with HMAC-SHA-384 (01 section 3.2). */
  public static byte[] kbkdf(byte[] key48, int label, int context, int iteration) {
    byte[] message = new byte[13];
    message[0] = (byte) (iteration >>> 24);
    message[1] = (byte) (iteration >>> 16);
    message[2] = (byte) (iteration >>> 8);
    message[3] = (byte) iteration;
    message[4] = 'Z';
    message[5] = 'T';
    message[6] = (byte) label;
    message[8] = (byte) context;
    System.arraycopy(BITS_384, 0, message, 9, BITS_384.length);
    return Hashes.hmacSha384(key48, message);
  }
}
