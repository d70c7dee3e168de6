// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.page;

import java.util.regex.Pattern;

/**
 * Shortens the page's own JavaScript and CSS: without comments, indentation and blanks that
 * separate nothing. Strings, regular expressions and templates stay as they are, but for the blanks
 * at line ends in templates of {@code html}, which htm drops, too.
 */
final class CompactSource {
  /** A line may end after these, and a blank beside them separates nothing. */
  private static final String PUNCTUATION = "{([,;=?:&|<>!*%";

  private static final String CLOSING = "})]";

  /** After these, a line that goes on in the next one needs no end of line. */
  private static final String CONTINUES_AFTER = "{([,;=?:&|";

  /** Before these, no statement ends. */
  private static final String CONTINUES_BEFORE = "})],;?:=&|.";

  /** A slash after these begins a regular expression. */
  private static final String BEFORE_EXPRESSION = "{([,;=?:&|<>!*%+-~^";

  /** A slash after these words, too. */
  private static final Pattern KEYWORD = Pattern.compile("\\b(?:return|typeof|case|of|in)$");

  private static final String HTML = "html";

  private final String source;
  private final StringBuilder out = new StringBuilder();
  private int at;

  private enum Separator {
    NONE,
    BLANK,
    LINE
  }

  private Separator separator = Separator.NONE;

  private CompactSource(String source) {
    this.source = source;
  }

  /**
   * Returns a module with the same meaning.
   *
   * @throws IllegalArgumentException if a string, comment or template has no end
   */
  static String script(String source) {
    var compact = new CompactSource(source);
    compact.code(false);
    return compact.out.append('\n').toString();
  }

  /** Returns a style sheet with the same meaning. */
  static String style(String source) {
    var compact = new CompactSource(source);
    compact.rules();
    return compact.out.append('\n').toString();
  }

  private char next(int ahead) {
    return at + ahead < source.length() ? source.charAt(at + ahead) : '\0';
  }

  private boolean startsWith(String text) {
    return source.startsWith(text, at);
  }

  private char last() {
    return out.isEmpty() ? '\0' : out.charAt(out.length() - 1);
  }

  // JavaScript.

  /** Copies code up to the end, or up to the brace that closes a field of a template. */
  private void code(boolean isField) {
    int depth = 0;
    while (at < source.length()) {
      char c = next(0);
      if (skipBlanks() || skipComment()) {
        continue;
      }
      if (isField && c == '}' && depth == 0) {
        separator = Separator.NONE;
        return;
      }
      depth += c == '{' ? 1 : c == '}' ? -1 : 0;
      boolean isExpression = c == '/' && expectsExpression();
      separate(c);
      switch (c) {
        case '\'', '"' -> quoted(c);
        case '`' -> template();
        case '/' -> {
          if (isExpression) {
            expression();
          } else {
            copy();
          }
        }
        default -> copy();
      }
    }
    if (isField) {
      throw new IllegalArgumentException("expected the end of a template's field");
    }
  }

  private void copy() {
    out.append(next(0));
    at++;
  }

  private boolean skipBlanks() {
    int start = at;
    while (at < source.length() && Character.isWhitespace(next(0))) {
      if (next(0) == '\n') {
        separator = Separator.LINE;
      } else if (separator == Separator.NONE) {
        separator = Separator.BLANK;
      }
      at++;
    }
    return at > start;
  }

  private boolean skipComment() {
    if (startsWith("//")) {
      int end = source.indexOf('\n', at);
      at = end < 0 ? source.length() : end;
      return true;
    }
    if (startsWith("/*")) {
      int end = source.indexOf("*/", at + 2);
      if (end < 0) {
        throw new IllegalArgumentException("expected the end of a comment");
      }
      boolean hasLines = source.substring(at, end).contains("\n");
      separator = hasLines || separator == Separator.LINE ? Separator.LINE : Separator.BLANK;
      at = end + 2;
      return true;
    }
    return false;
  }

  /** Writes what separates the last character from the next one, if something has to. */
  private void separate(char next) {
    char last = last();
    boolean isNeeded =
        switch (separator) {
          case NONE -> false;
          case BLANK -> !separatesItself(last, next) && !separatesItself(next, last);
          case LINE ->
              CONTINUES_AFTER.indexOf(last) < 0
                  && (CONTINUES_BEFORE.indexOf(next) < 0 || Character.isDigit(last));
        };
    if (isNeeded && last != '\0') {
      out.append(separator == Separator.LINE ? '\n' : ' ');
    }
    separator = Separator.NONE;
  }

  private static boolean separatesItself(char one, char other) {
    return PUNCTUATION.indexOf(one) >= 0
        || CLOSING.indexOf(one) >= 0
        || ((one == '+' || one == '-') && other != one);
  }

  private boolean expectsExpression() {
    return out.isEmpty() || BEFORE_EXPRESSION.indexOf(last()) >= 0 || KEYWORD.matcher(out).find();
  }

  private void quoted(char quote) {
    copy();
    while (at < source.length() && next(0) != '\n') {
      char c = next(0);
      copy();
      if (c == quote) {
        return;
      }
      if (c == '\\') {
        copy();
      }
    }
    throw new IllegalArgumentException("expected the end of a string");
  }

  private void expression() {
    copy();
    boolean isSet = false;
    while (at < source.length() && next(0) != '\n') {
      char c = next(0);
      copy();
      if (c == '\\') {
        copy();
      } else if (c == '/' && !isSet) {
        return;
      } else if (c == '[' || c == ']') {
        isSet = c == '[';
      }
    }
    throw new IllegalArgumentException("expected the end of a regular expression");
  }

  /** Copies a template; in one of html, whether a tag is open decides which blanks matter. */
  private void template() {
    boolean isHtml = out.lastIndexOf(HTML) == out.length() - HTML.length();
    boolean isTag = false;
    char quote = '\0';
    boolean isStart = true;
    copy();
    while (at < source.length()) {
      char c = next(0);
      if (isHtml && quote == '\0' && Character.isWhitespace(c)) {
        blanksOfHtml(isTag, isStart);
        isStart = false;
        continue;
      }
      isStart = false;
      if (startsWith("${")) {
        copy();
        copy();
        code(true);
        copy();
        isStart = true;
      } else {
        copy();
        if (c == '`') {
          return;
        }
        if (c == '\\') {
          copy();
        } else if (isTag && quote != '\0') {
          quote = c == quote ? '\0' : quote;
        } else if (isTag && (c == '"' || c == '\'')) {
          quote = c;
        } else if (c == '<' || c == '>') {
          isTag = c == '<';
          isStart = !isTag;
        }
      }
    }
    throw new IllegalArgumentException("expected the end of a template");
  }

  /** Copies blanks in a template; htm drops those with an end of line at the ends of a text. */
  private void blanksOfHtml(boolean isTag, boolean isStart) {
    int start = at;
    while (Character.isWhitespace(next(0))) {
      at++;
    }
    String blanks = source.substring(start, at);
    boolean isEnd = next(0) == '<' || next(0) == '`' || startsWith("${");
    if (isTag) {
      out.append(next(0) == '>' ? "" : " ");
    } else if (!blanks.contains("\n")) {
      out.append(blanks);
    } else if (!isStart && !isEnd) {
      out.append('\n');
    }
  }

  // CSS.

  private void rules() {
    while (at < source.length()) {
      char c = next(0);
      if (c == '/' && next(1) != '*') {
        separator = Separator.NONE;
        copy();
      } else if (!skipBlanks() && !skipComment()) {
        boolean isNeeded =
            separator != Separator.NONE && "{};,>:\0".indexOf(last()) < 0 && "{};,>".indexOf(c) < 0;
        if (isNeeded) {
          out.append(' ');
        }
        separator = Separator.NONE;
        if (c == '}' && last() == ';') {
          out.setLength(out.length() - 1);
        }
        if (c == '"' || c == '\'') {
          quoted(c);
        } else {
          copy();
        }
      }
    }
  }
}
