// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules;

import java.util.Locale;

/** Parts of a source for messages. */
public final class SourceText {
  /** Maximum length of a statement in a message; the rest is cut off. */
  public static final int MAX_STATEMENT_CHARS = 120;

  private SourceText() {}

  /** Returns the line of a character as editors count, from 1. */
  public static int line(String source, int offset) {
    int line = 1;
    for (int i = 0; i < Math.min(offset, source.length()); i++) {
      char c = source.charAt(i);
      boolean endsLine = c == '\n' || c == '\r' && !source.startsWith("\n", i + 1);
      line += endsLine ? 1 : 0;
    }
    return line;
  }

  /** Returns the statement that begins at a keyword, in one line and without comments. */
  public static String statement(String source, int offset) {
    var text = new StringBuilder();
    int at = offset;
    boolean ends = false;
    while (at < source.length() && !ends && text.length() <= MAX_STATEMENT_CHARS) {
      char c = source.charAt(at);
      if (Character.isWhitespace(c)) {
        at++;
      } else if (c == '#') {
        while (at < source.length() && source.charAt(at) != '\n' && source.charAt(at) != '\r') {
          at++;
        }
      } else {
        int end = at;
        while (end < source.length() && !Character.isWhitespace(source.charAt(end))) {
          end++;
        }
        String word = source.substring(at, end);
        ends = word.endsWith(";");
        String plain = ends ? word.substring(0, word.length() - 1) : word;
        text.append(text.isEmpty() || plain.isEmpty() ? "" : " ").append(plain);
        at = end;
      }
    }
    return text.length() > MAX_STATEMENT_CHARS
        ? text.substring(0, MAX_STATEMENT_CHARS) + "..."
        : text.toString();
  }

  /** Returns a match that begins at its keyword: the keyword and its arguments. */
  public static String match(String source, int offset) {
    String[] words = statement(source, offset).split(" ");
    var text = new StringBuilder(words[0]);
    for (int i = 1; i < words.length; i++) {
      String word = words[i].toLowerCase(Locale.ROOT);
      boolean isNext = word.equals("and") || word.equals("or") || word.equals("not");
      if (isNext || MatchWords.kind(word) != null) {
        break;
      }
      text.append(' ').append(words[i]);
    }
    return text.toString();
  }
}
