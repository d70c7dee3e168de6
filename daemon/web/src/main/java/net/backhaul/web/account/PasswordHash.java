// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.account;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.text.Normalizer;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.params.Argon2Parameters;

/**
 * Hashes of passwords by Argon2id, in the usual text form, which has the parameters of its time.
 * Each takes tens of milliseconds.
 *
 * @param memoryKib the memory that each takes
 */
public record PasswordHash(int memoryKib) {
  /** The parameters for accounts: 19 MiB, two passes. */
  public static final PasswordHash DEFAULT = new PasswordHash(19_456);

  /** The shortest password in characters. */
  public static final int MIN_CHARS = 10;

  /** The longest password in bytes. */
  public static final int MAX_BYTES = 1_024;

  private static final int ITERATIONS = 2;
  private static final int LANES = 1;
  private static final int SALT_BYTES = 16;
  private static final int HASH_BYTES = 32;

  /** Stored parameters above these are not used: the database may be damaged. */
  private static final int MAX_MEMORY_KIB = 1 << 18;

  private static final int MAX_ITERATIONS = 16;
  private static final int MAX_LANES = 16;

  private static final Pattern FORM =
      Pattern.compile(
          "\\$argon2id\\$v=19\\$m=(\\d{1,7}),t=(\\d{1,3}),p=(\\d{1,3})"
              + "\\$([A-Za-z0-9+/]{8,64})\\$([A-Za-z0-9+/]{16,128})");

  /** Returns the hash of a password with a new salt. */
  public String create(String password, SecureRandom random) {
    byte[] salt = new byte[SALT_BYTES];
    random.nextBytes(salt);
    byte[] hash = derive(password, new Costs(memoryKib, ITERATIONS, LANES), salt, HASH_BYTES);
    return text(salt, hash);
  }

  /** Returns a hash that no password is known to have, and whose verification takes as long. */
  String ofNoPassword() {
    return text(new byte[SALT_BYTES], new byte[HASH_BYTES]);
  }

  private String text(byte[] salt, byte[] hash) {
    Base64.Encoder text = Base64.getEncoder().withoutPadding();
    return "$argon2id$v=19$m=%d,t=%d,p=%d$%s$%s"
        .formatted(
            memoryKib, ITERATIONS, LANES, text.encodeToString(salt), text.encodeToString(hash));
  }

  /** Returns whether a password has a hash; false for a hash that is damaged. */
  public static boolean verify(String password, String stored) {
    Matcher form = FORM.matcher(stored);
    if (!form.matches()) {
      return false;
    }
    var costs =
        new Costs(
            Integer.parseInt(form.group(1)),
            Integer.parseInt(form.group(2)),
            Integer.parseInt(form.group(3)));
    if (!costs.areUsable()) {
      return false;
    }
    byte[] salt = Base64.getDecoder().decode(form.group(4));
    byte[] expected = Base64.getDecoder().decode(form.group(5));
    return MessageDigest.isEqual(expected, derive(password, costs, salt, expected.length));
  }

  private record Costs(int memoryKib, int iterations, int lanes) {
    boolean areUsable() {
      return iterations >= 1
          && iterations <= MAX_ITERATIONS
          && lanes >= 1
          && lanes <= MAX_LANES
          && memoryKib >= 8 * lanes
          && memoryKib <= MAX_MEMORY_KIB;
    }
  }

  private static byte[] derive(String password, Costs costs, byte[] salt, int length) {
    var generator = new Argon2BytesGenerator();
    generator.init(
        new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
            .withVersion(Argon2Parameters.ARGON2_VERSION_13)
            .withMemoryAsKB(costs.memoryKib)
            .withIterations(costs.iterations)
            .withParallelism(costs.lanes)
            .withSalt(salt)
            .build());
    byte[] hash = new byte[length];
    String normalized = Normalizer.normalize(password, Normalizer.Form.NFKC);
    generator.generateBytes(normalized.getBytes(StandardCharsets.UTF_8), hash);
    return hash;
  }
}
