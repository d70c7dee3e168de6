// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules;

import java.net.InetAddress;

/** Recognizes IP addresses in a source. */
final class IpText {
  static final int V4_BITS = 32;
  static final int V6_BITS = 128;

  private static final String DOTTED_QUAD = "\\d{1,3}(\\.\\d{1,3}){3}";

  private IpText() {}

  /** Returns the bits of the address that a text is, 0 if it is none. */
  static int bits(String text) {
    boolean v6 = text.indexOf(':') >= 0 && text.matches("[0-9a-fA-F:.]+");
    if (!v6 && !text.matches(DOTTED_QUAD)) {
      return 0;
    }
    try {
      // What IPv6 maps to IPv4 becomes an address of four bytes, but is IPv6 as a text.
      int bytes = InetAddress.ofLiteral(text).getAddress().length;
      return v6 ? V6_BITS : bytes * Byte.SIZE;
    } catch (IllegalArgumentException notAnAddress) {
      return 0;
    }
  }

  /** Returns whether a text is an address of a length in bits and the bits of a prefix. */
  static boolean isPrefix(String text, int allBits) {
    int slash = text.indexOf('/');
    return slash > 0
        && bits(text.substring(0, slash)) == allBits
        && isPrefixLength(text.substring(slash + 1), allBits);
  }

  /** Returns whether a text is a number of bits from 0 to those of the address. */
  static boolean isPrefixLength(String text, int allBits) {
    return text.matches("[0-9]{1,3}") && Integer.parseInt(text) <= allBits;
  }
}
