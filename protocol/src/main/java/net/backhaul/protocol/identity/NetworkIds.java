// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.identity;

import java.util.HexFormat;

/** The 64-bit ids of networks (01 section 1.2). */
public final class NetworkIds {
  /** The length of the text form. */
  public static final int DIGITS = 16;

  private NetworkIds() {}

  /** Formats an id as 16 hexadecimal digits. */
  public static String text(long networkId) {
    return HexFormat.of().toHexDigits(networkId);
  }

  /** Parses exactly 16 hexadecimal digits; throws IllegalArgumentException for other text. */
  public static long parse(String text) {
    if (text.length() != DIGITS) {
      throw new IllegalArgumentException(
          "a network id has " + DIGITS + " hexadecimal digits, not: " + text);
    }
    return HexFormat.fromHexDigitsToLong(text);
  }

  /** Returns the address of the network's controller. */
  public static long controller(long networkId) {
    return networkId >>> 24;
  }

  /**
   * Returns whether a network is configured by its id alone, without a controller (03 section 3.7).
   */
  public static boolean isAdHoc(long networkId) {
    return networkId >>> 56 == 0xff;
  }
}
