// SPDX-License-Identifier: Apache-2.0
package net.backhaul.crypto;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** The hash functions of the protocol. */
public final class Hashes {
  private Hashes() {}

  /** Returns the 64 bytes of SHA-512 of the concatenated parts. */
  public static byte[] sha512(byte[]... parts) {
    return digest("SHA-512", parts);
  }

  /** Returns the 48 bytes of SHA-384 of the concatenated parts. */
  public static byte[] sha384(byte[]... parts) {
    return digest("SHA-384", parts);
  }

  /** Returns the 48-byte HMAC-SHA-384 of a message. */
  public static byte[] hmacSha384(byte[] key, byte[] message) {
    try {
      Mac mac = Mac.getInstance("HmacSHA384");
      mac.init(new SecretKeySpec(key, "HmacSHA384"));
      return mac.doFinal(message);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java has HmacSHA384", e);
    }
  }

  private static byte[] digest(String algorithm, byte[]... parts) {
    try {
      MessageDigest digest = MessageDigest.getInstance(algorithm);
      for (byte[] part : parts) {
        digest.update(part);
      }
      return digest.digest();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has " + algorithm, e);
    }
  }
}
