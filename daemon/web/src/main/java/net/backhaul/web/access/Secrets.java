// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import net.backhaul.crypto.Hashes;

/** Random secrets of sessions, tokens and links, and their hashes. */
public final class Secrets {
  private static final int BYTES = 32;
  private static final String CSRF = "csrf:";
  private static final Base64.Encoder TEXT = Base64.getUrlEncoder().withoutPadding();

  private Secrets() {}

  /** Returns a secret of 256 random bits as text. */
  public static String create(SecureRandom random) {
    byte[] secret = new byte[BYTES];
    random.nextBytes(secret);
    return TEXT.encodeToString(secret);
  }

  /** Returns the hash by which a secret is stored; secrets are random, so that it needs no salt. */
  public static String hash(String secret) {
    byte[] digest = Hashes.sha512(secret.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(digest, 0, BYTES);
  }

  /** Returns the CSRF token of a session, which follows from its secret. */
  public static String csrfToken(String sessionSecret) {
    byte[] digest = Hashes.sha512((CSRF + sessionSecret).getBytes(StandardCharsets.UTF_8));
    return TEXT.encodeToString(Arrays.copyOf(digest, BYTES));
  }

  /** Compares texts in a time that does not depend on where they differ. */
  public static boolean equal(String one, String other) {
    return MessageDigest.isEqual(
        one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
  }
}
