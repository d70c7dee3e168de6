// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.http;

import net.backhaul.json.UnsafeCharacters;

/** Which characters names and notes may have. */
public final class PlainText {
  private PlainText() {}

  /** Returns whether a code point is neither a control character nor one of bidirectional text. */
  public static boolean isAllowed(int codePoint, boolean severalLines) {
    if (severalLines && (codePoint == '\n' || codePoint == '\t' || codePoint == '\r')) {
      return true;
    }
    return !UnsafeCharacters.contains(codePoint);
  }

  /** Returns a text from a client with replaced characters that are not allowed, and shortened. */
  public static String sanitized(String text, int maxChars) {
    var out = new StringBuilder();
    text.codePoints()
        .limit(maxChars)
        .forEach(each -> out.appendCodePoint(isAllowed(each, false) ? each : '?'));
    return out.toString();
  }
}
