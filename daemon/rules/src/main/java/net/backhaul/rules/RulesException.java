// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules;

/** An error in a source. The position is that of the reference's compiler (03 section 5.9.8). */
public final class RulesException extends Exception {
  private static final long serialVersionUID = 1;

  private final int line;
  private final int column;
  private final int offset;
  private final String hint;

  RulesException(Element.Token token, String message) {
    this(token, message, "");
  }

  RulesException(Element.Token token, String message, String hint) {
    super(message);
    this.hint = hint;
    line = token.line();
    column = token.column();
    offset = token.offset();
  }

  private RulesException(Excerpt at, int offset, String message, String hint) {
    super(message);
    this.hint = hint;
    this.line = at.line();
    this.column = at.column();
    this.offset = offset;
  }

  /**
   * Returns an error in a part of a source that the reference ignores; its position is as editors
   * count.
   *
   * @param hint what to do; may be empty
   */
  public static RulesException at(String source, int offset, String message, String hint) {
    return new RulesException(Excerpt.around(source, offset), offset, message, hint);
  }

  /** Returns the line as the reference counts: from 1, 0 where no line is at fault. */
  public int line() {
    return line;
  }

  /** Returns the column as the reference counts: from 0 on line 1, else from 1. */
  public int column() {
    return column;
  }

  /** Returns the index of the character in the source. */
  public int offset() {
    return offset;
  }

  /** Returns what may be wrong and what to try; empty where nothing more is known. */
  public String hint() {
    return hint;
  }

  /** Returns the position as editors count, the line of the source, and a caret below it. */
  public String show(String source) {
    String message = getMessage() + (hint.isEmpty() ? "" : " " + hint);
    if (line == 0) {
      return message;
    }
    var excerpt = Excerpt.around(source, offset);
    return "line %d, column %d: %s%n  %s%n  %s"
        .formatted(excerpt.line(), excerpt.column(), message, excerpt.text(), excerpt.caret())
        .replace("\r", "");
  }
}
