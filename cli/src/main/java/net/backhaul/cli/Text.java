// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

/** Small pieces of text, without the cost of {@code String.format} and regular expressions. */
final class Text {
  private static final int MAX_PORT = 0xffff;

  private Text() {}

  /** Pads on the right, so that the text stands left. */
  static String left(String text, int width) {
    return text.length() >= width ? text : text + " ".repeat(width - text.length());
  }

  /** Pads on the left, so that the text stands right. */
  static String right(String text, int width) {
    return text.length() >= width ? text : " ".repeat(width - text.length()) + text;
  }

  /** Reads the leading decimal digits of a port; 0 for anything that is none. */
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

  /** Returns whether a text begins with a hexadecimal number that is not zero. */
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
}
