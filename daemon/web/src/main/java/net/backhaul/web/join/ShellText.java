// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.join;

import java.util.regex.Pattern;

/** Texts as words of a POSIX shell. */
public final class ShellText {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_./:-]+");

  private ShellText() {}

  /**
   * Returns a word whose value is the text, whatever it contains; NUL, which no value can have, is
   * left out.
   */
  public static String quoted(String text) {
    return "'" + text.replace("\0", "").replace("'", "'\\''") + "'";
  }

  /** Returns the text itself where it is a word of its own, and a quoted word otherwise. */
  public static String word(String text) {
    return PLAIN.matcher(text).matches() ? text : quoted(text);
  }
}
