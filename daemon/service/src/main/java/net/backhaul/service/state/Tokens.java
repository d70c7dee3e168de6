// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.state;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.random.RandomGenerator;
import net.backhaul.service.system.StartFailure;

/**
 * The words that open the API (04 section 2).
 *
 * @param auth opens everything
 * @param metrics opens the metrics alone
 */
public record Tokens(String auth, String metrics) {
  private static final int LENGTH = 24;
  private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789";
  private static final String BLANKS = " \t\r\n\0";

  /** Reads both tokens and makes those that are missing. */
  public static Tokens load(HomeDirectory home, RandomGenerator random) throws StartFailure {
    return new Tokens(
        load(home, "authtoken.secret", random), load(home, "metricstoken.secret", random));
  }

  private static String load(HomeDirectory home, String name, RandomGenerator random)
      throws StartFailure {
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
      throw new StartFailure(
          name + " could not be written (try running with -U to prevent dropping of privileges)");
    }
    return made.toString();
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
