// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules;

import java.net.InetAddress;

/** Recognizes IP addresses in a source. */
final class IpText {
  static final int V4_BITS = 32;

  private static final String DOTTED_QUAD = "\\d{1,3}(\\.\\d{1,3}){3}";

  private IpText() {}

  /** Returns the bits of the address that a text is, 0 if it is none. */
  static int bits(String text) {
    boolean v6 = text.indexOf(':') >= 0 && text.matches("[0-9a-fA-F:.]+");
    if (!v6 && !text.matches(DOTTED_QUAD)) {
      return 0;
    }
    try {
      return v6
          ? InetAddress.ofLiteral(text).getAddress().length > 4 || text.contains("ffff") ? 128 : 0
          : InetAddress.ofLiteral(text).getAddress().length * Byte.SIZE;
    } catch (IllegalArgumentException notAnAddress) {
      return 0;
    }
  }
}
