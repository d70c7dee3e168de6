// SPDX-License-Identifier: Apache-2.0
package net.backhaul.json;

/**
 * Characters that text of others must not bring onto a terminal, into a log or onto a page: those
 * that a terminal executes, that end a line, or that change the order of the text around them.
 */
public final class UnsafeCharacters {
  private UnsafeCharacters() {}

  /** Returns whether a code point is one of them. */
  public static boolean contains(int codePoint) {
    return Character.isISOControl(codePoint)
        || codePoint >= 0x202a && codePoint <= 0x202e
        || codePoint >= 0x2066 && codePoint <= 0x2069
        || codePoint == 0x200e
        || codePoint == 0x200f
        || codePoint == 0x061c
        || codePoint == 0x2028
        || codePoint == 0x2029;
  }
}
