// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.account;

import java.net.URLEncoder;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Locale;
import java.util.OptionalLong;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import net.backhaul.web.access.Secrets;

/** One-time codes that follow from the time (RFC 6238): 6 digits every 30 s, by HMAC-SHA-1. */
public final class Totp {
  private static final long STEP_MS = 30_000;
  private static final int DIGITS = 6;
  private static final int MODULUS = 1_000_000;
  private static final int SECRET_BYTES = 20;
  private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  private static final String ALGORITHM = "HmacSHA1";

  /** Steps before and after the current one whose codes are accepted. */
  private static final int WINDOW = 1;

  private Totp() {}

  /** Returns a new secret in base 32. */
  public static String createSecret(SecureRandom random) {
    byte[] bytes = new byte[SECRET_BYTES];
    random.nextBytes(bytes);
    var text = new StringBuilder();
    long bits = 0;
    int count = 0;
    for (byte next : bytes) {
      bits = bits << 8 | next & 0xff;
      for (count += 8; count >= 5; count -= 5) {
        text.append(BASE32.charAt((int) (bits >> count - 5) & 31));
      }
    }
    return text.toString();
  }

  /** Returns the code of a secret at a time. */
  public static String code(String secret, long wallMs) {
    return codeOf(secret, wallMs / STEP_MS);
  }

  /**
   * Returns the time step of a code that is valid now; empty for any other code and for one whose
   * step is not after the last that was accepted.
   */
  public static OptionalLong verify(String secret, String code, long lastStep, long wallMs) {
    long now = wallMs / STEP_MS;
    for (long step = now - WINDOW; step <= now + WINDOW; step++) {
      if (step > lastStep && Secrets.equal(code, codeOf(secret, step))) {
        return OptionalLong.of(step);
      }
    }
    return OptionalLong.empty();
  }

  private static String codeOf(String secret, long step) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(decode(secret), ALGORITHM));
      byte[] hash = mac.doFinal(ByteBuffer.allocate(8).putLong(step).array());
      int offset = hash[hash.length - 1] & 15;
      int number = ByteBuffer.wrap(hash, offset, 4).getInt() & 0x7fff_ffff;
      return String.format(Locale.ROOT, "%0" + DIGITS + "d", number % MODULUS);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java runtime has " + ALGORITHM, e);
    }
  }

  private static byte[] decode(String base32) {
    var bytes = ByteBuffer.allocate(base32.length() * 5 / 8);
    long bits = 0;
    int count = 0;
    for (char digit : base32.toCharArray()) {
      bits = bits << 5 | BASE32.indexOf(digit);
      count += 5;
      if (count >= 8) {
        count -= 8;
        bytes.put((byte) (bits >> count));
      }
    }
    return bytes.array();
  }

  /** Returns the URI by which programs for such codes take a secret, for example as a QR code. */
  public static String uri(String secret, String account, String issuer) {
    return "otpauth://totp/%s:%s?secret=%s&issuer=%s"
        .formatted(encoded(issuer), encoded(account), secret, encoded(issuer));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
  }
}
