// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.identity;

import java.util.HexFormat;

/** The 40-bit addresses of nodes (01 section 1.1). */
public final class Addresses {
  /** The bits of an address. */
  public static final long MASK = 0xff_ffff_ffffL;

  /** The length of the text form. */
  public static final int DIGITS = 10;

  private static final long RESERVED_PREFIX = 0xff;

  private Addresses() {}

  /** Returns whether an address is reserved and invalid for nodes. */
  public static boolean isReserved(long address) {
    return address == 0 || address >>> 32 >= RESERVED_PREFIX;
  }

  /** Formats an address as 10 hexadecimal digits. */
  public static String text(long address) {
    return HexFormat.of().toHexDigits(address, DIGITS);
  }

  /** Parses exactly 10 hexadecimal digits; throws IllegalArgumentException for other text. */
  public static long parse(String text) {
    if (text.length() != DIGITS) {
      throw new IllegalArgumentException(
          "an address has " + DIGITS + " hexadecimal digits, not: " + text);
    }
    return HexFormat.fromHexDigitsToLong(text);
  }
}
