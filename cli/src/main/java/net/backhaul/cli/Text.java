// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import net.backhaul.json.UnsafeCharacters;

/** Small text functions, without the cost of {@code String.format} and regular expressions. */
final class Text {
  private static final int MAX_PORT = 0xffff;

  /** Longer input of a user is truncated in messages. */
  private static final int MAX_QUOTED = 100;

  private Text() {}

  /** Aligns a text on the left by padding it on the right. */
  static String left(String text, int width) {
    return text.length() >= width ? text : text + " ".repeat(width - text.length());
  }

  /** Aligns a text on the right by padding it on the left. */
  static String right(String text, int width) {
    return text.length() >= width ? text : " ".repeat(width - text.length()) + text;
  }

  /** Parses the leading decimal digits of a port; 0 if there is none from 1 to 65535. */
  static int port(String text) {
    String trimmed = text.strip();
    int port = 0;
    for (int i = 0; i < trimmed.length(); i++) {
      int digit = trimmed.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        break;
      }
      port = port * 10 + digit;
      if (port > MAX_PORT) {
        return 0;
      }
    }
    return port;
  }

  /** Returns whether a text begins with a hexadecimal number other than zero. */
  static boolean beginsWithNonzeroHex(String text) {
    int start = text.startsWith("0x") || text.startsWith("0X") ? 2 : 0;
    for (int i = start; i < text.length(); i++) {
      int digit = Character.digit(text.charAt(i), 16);
      if (digit != 0) {
        return digit > 0;
      }
    }
    return false;
  }

  /** Returns a user's input for a message: in quotes, truncated, and without control characters. */
  static String quoted(String input) {
    boolean isLong = input.length() > MAX_QUOTED;
    String begin = isLong ? input.substring(0, MAX_QUOTED) : input;
    return "\"" + printable(begin) + (isLong ? "...\"" : "\"");
  }

  /** Returns a line whose end stays, without other control characters. */
  static String printableLine(String line) {
    return line.endsWith("\n")
        ? printable(line.substring(0, line.length() - 1)) + "\n"
        : printable(line);
  }

  /** Replaces characters that a terminal would execute, or show in another order. */
  static String printable(String text) {
    var printable = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      printable.append(UnsafeCharacters.contains(c) ? '?' : c);
    }
    return printable.toString();
  }
}
