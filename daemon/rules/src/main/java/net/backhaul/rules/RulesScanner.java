// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import net.backhaul.rules.Element.Block;
import net.backhaul.rules.Element.Token;

/** Splits a source into words and blocks, with the oddities of the reference (03 section 5.9.1). */
final class RulesScanner {
  /** Maximum nesting of blocks; a source needs two levels. */
  static final int MAX_DEPTH = 1_000;

  /** Maximum length of a word: a list of all characteristics has 500, and macros repeat words. */
  static final int MAX_WORD_CHARS = 4_096;

  /** The words that open a block, in lower case only. */
  static final Set<String> OPENS_BLOCK =
      Set.of(
          "macro", "tag", "cap", "drop", "accept", "tee", "watch", "redirect", "break", "priority");

  private final Deque<List<Element>> lists = new ArrayDeque<>();
  private final List<SourceComment> comments = new ArrayList<>();
  private final String source;

  private RulesScanner(String source) {
    this.source = source;
    lists.push(new ArrayList<>());
  }

  /** Returns the elements of a document. */
  static List<Element> scan(String source) throws RulesException {
    return new RulesScanner(source).scan();
  }

  /** Returns the comments of a document, in their order. */
  static List<SourceComment> comments(String source) throws RulesException {
    var scanner = new RulesScanner(source);
    scanner.scan();
    return scanner.comments;
  }

  private List<Element> scan() throws RulesException {
    int line = 1;
    int column = 0;
    int start = -1;
    Token first = Token.NOWHERE;
    for (int i = 0; i < source.length(); i++, column++) {
      char c = source.charAt(i);
      if (isBlank(c)) {
        if (start >= 0) {
          end(first, source.substring(start, i));
          start = -1;
        }
        if (c == '\n') {
          line++;
          column = 0;
        }
      } else if (start < 0 && c == '#') {
        // The line end that ends the comment counts, and in CRLF the second character does again.
        int end = commentEnd(i);
        comments.add(new SourceComment(source.substring(i, end), i));
        i = end;
        line++;
        column = 0;
      } else if (start < 0) {
        start = i;
        first = new Token("", line, column, i);
      }
    }
    if (start >= 0) {
      String text = withoutSemicolon(source.substring(start));
      if (!text.isEmpty()) {
        lists.element().add(named(first, text));
      }
    }
    while (lists.size() > 1 && !lists.element().isEmpty()) {
      closeBlock();
    }
    return lists.getLast();
  }

  private void end(Token first, String word) throws RulesException {
    boolean closes = word.endsWith(";");
    String text = withoutSemicolon(word);
    if (!text.isEmpty()) {
      lists.element().add(named(first, text));
    }
    if (closes && lists.size() > 1 && !lists.element().isEmpty()) {
      closeBlock();
    } else if (OPENS_BLOCK.contains(text)) {
      if (lists.size() >= MAX_DEPTH) {
        throw new RulesException(named(first, text), "Blocks are nested too deeply.");
      }
      lists.push(new ArrayList<>());
    }
  }

  private void closeBlock() {
    List<Element> block = lists.pop();
    lists.element().add(new Block(List.copyOf(block)));
  }

  private int commentEnd(int from) {
    int at = from;
    while (at < source.length() && source.charAt(at) != '\n' && source.charAt(at) != '\r') {
      at++;
    }
    return at;
  }

  private static Token named(Token first, String text) throws RulesException {
    if (text.length() > MAX_WORD_CHARS) {
      throw new RulesException(
          first,
          "A word of %d characters; at most %d are allowed."
              .formatted(text.length(), MAX_WORD_CHARS));
    }
    return new Token(text, first.line(), first.column(), first.offset());
  }

  private static String withoutSemicolon(String word) {
    return word.endsWith(";") ? word.substring(0, word.length() - 1) : word;
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
  }
}
