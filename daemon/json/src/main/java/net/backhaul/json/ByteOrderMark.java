// SPDX-License-Identifier: Apache-2.0
package net.backhaul.json;

import java.util.Arrays;

/**
 * The byte order mark that some editors write before a text in UTF-8. It is not part of the text:
 * every file that a user may edit is read without it, as is JSON from the network.
 */
public final class ByteOrderMark {
  private static final char CHARACTER = '\ufeff';
  private static final byte[] IN_UTF_8 = {(byte) 0xef, (byte) 0xbb, (byte) 0xbf};

  private ByteOrderMark() {}

  /** Returns a text without a byte order mark at its beginning. */
  public static String strip(String text) {
    return !text.isEmpty() && text.charAt(0) == CHARACTER ? text.substring(1) : text;
  }

  /** Returns a text in UTF-8 without a byte order mark at its beginning. */
  public static byte[] strip(byte[] utf8) {
    int length = IN_UTF_8.length;
    return utf8.length >= length && Arrays.equals(utf8, 0, length, IN_UTF_8, 0, length)
        ? Arrays.copyOfRange(utf8, length, utf8.length)
        : utf8;
  }
}
