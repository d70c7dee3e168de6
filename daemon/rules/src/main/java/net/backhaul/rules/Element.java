// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules;

import java.util.List;
import java.util.Locale;

/** A part of a source: a word, or a block of parts (03 section 5.9.1). */
sealed interface Element {
  /**
   * A word.
   *
   * @param text without the semicolon that ended it
   * @param line of its first character, as the reference counts
   * @param column of its first character, as the reference counts: from 0 on line 1, else from 1
   * @param offset of its first character in the source
   */
  record Token(String text, int line, int column, int offset) implements Element {
    /** Where no word is at fault. */
    static final Token NOWHERE = new Token("", 0, 0, 0);

    String lowerCase() {
      return text.toLowerCase(Locale.ROOT);
    }
  }

  /** The words after a keyword, up to its semicolon. */
  record Block(List<Element> elements) implements Element {}
}
