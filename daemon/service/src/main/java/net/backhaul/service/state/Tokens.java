// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.state;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.util.random.RandomGenerator;
import net.backhaul.service.system.StartFailure;

/**
 * The tokens of the API (04 section 2).
 *
 * @param auth gives access to everything
 * @param metrics gives access to the metrics alone
 */
public record Tokens(String auth, String metrics) {
  private static final int LENGTH = 24;
  private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789";
  private static final String BLANKS = " \t\r\n\0";

  /** Reads both tokens and generates those that are missing. */
  public static Tokens load(HomeDirectory home, RandomGenerator random) throws StartFailure {
    return new Tokens(
        load(home, "authtoken.secret", random), load(home, "metricstoken.secret", random));
  }

  private static String load(HomeDirectory home, String name, RandomGenerator random)
      throws StartFailure {
    if (home.exists(name) && !Files.isReadable(home.file(name))) {
      throw notUsable(home, name, "read", new AccessDeniedException(name));
    }
    String token = trimmed(home.readText(name).orElse(""));
    if (!token.isEmpty()) {
      home.protect(name);
      return token;
    }
    var made = new StringBuilder();
    for (int i = 0; i < LENGTH; i++) {
      made.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    try {
      home.writeSecret(name, made.toString().getBytes(StandardCharsets.US_ASCII));
    } catch (IOException e) {
      throw notUsable(home, name, "written", e);
    }
    return made.toString();
  }

  /** The first line is the reference's (04 section 1.2), the second one names the remedy. */
  private static StartFailure notUsable(
      HomeDirectory home, String name, String what, IOException e) {
    return new StartFailure(
        name
            + " could not be written (try running with -U to prevent dropping of privileges)\n"
            + "%s could not be %s: %s"
                .formatted(home.file(name), what, FileProblem.describe(home.file(name), e)));
  }

  private static String trimmed(String text) {
    int start = 0;
    int end = text.length();
    while (start < end && BLANKS.indexOf(text.charAt(start)) >= 0) {
      start++;
    }
    while (end > start && BLANKS.indexOf(text.charAt(end - 1)) >= 0) {
      end--;
    }
    return text.substring(start, end);
  }
}
