// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules;

/**
 * The part of a line around a position in a source, for a terminal.
 *
 * @param line as editors count: from 1, ended by LF, CR, or both
 * @param column as editors count: characters from 1
 * @param text the line; only its part around the position where it is long
 * @param caret a caret below the position, in as many columns of the terminal
 */
record Excerpt(int line, int column, String text, String caret) {
  /** Maximum characters that are shown before the position. */
  static final int MAX_BEFORE = 100;

  /** Maximum characters that are shown from the position on. */
  static final int MAX_AFTER = 60;

  private static final String CUT = "...";

  /** Returns the excerpt around the character with an index; it may be the end of the source. */
  static Excerpt around(String source, int index) {
    int at = Math.min(index, source.length());
    int start = at;
    while (start > 0 && !isLineEnd(source.charAt(start - 1))) {
      start--;
    }
    int end = at;
    while (end < source.length() && !isLineEnd(source.charAt(end))) {
      end++;
    }
    int from = at - start > MAX_BEFORE ? boundary(source, at - MAX_BEFORE) : start;
    int to = end - at > MAX_AFTER ? boundary(source, at + MAX_AFTER) : end;
    String before = (from > start ? CUT : "") + source.substring(from, at);
    String after = source.substring(at, to) + (to < end ? CUT : "");
    return new Excerpt(
        1 + (int) source.substring(0, start).lines().count(),
        1 + source.codePointCount(start, at),
        before + after,
        blanks(before) + "^");
  }

  private static boolean isLineEnd(char c) {
    return c == '\n' || c == '\r';
  }

  /** Moves an index out of the middle of a character. */
  private static int boundary(String source, int index) {
    return Character.isLowSurrogate(source.charAt(index)) ? index + 1 : index;
  }

  private static String blanks(String text) {
    var blanks = new StringBuilder();
    text.codePoints()
        .forEach(c -> blanks.append(c == '\t' ? "\t" : " ".repeat(terminalColumns(c))));
    return blanks.toString();
  }

  private static int terminalColumns(int c) {
    return switch (Character.getType(c)) {
      case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK, Character.FORMAT -> 0;
      default -> isWide(c) ? 2 : 1;
    };
  }

  /** Returns whether a character takes two columns: those of East Asian scripts, and emoji. */
  private static boolean isWide(int c) {
    return Character.isIdeographic(c)
        || Character.isEmojiPresentation(c)
        || c >= 0x1100 && c <= 0x115f // Hangul Jamo
        || c >= 0x2e80 && c <= 0xa4cf && c != 0x303f // radicals, kana, to Yi
        || c >= 0xac00 && c <= 0xd7a3 // Hangul
        || c >= 0xff01 && c <= 0xff60 // full-width forms
        || c >= 0xffe0 && c <= 0xffe6;
  }
}
