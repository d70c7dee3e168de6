// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules.analysis;

import java.util.ArrayList;
import java.util.List;
import net.backhaul.rules.RulesException;

/** Reads the words of a test, with their places in the source. */
final class WordReader {
  /** Maximum words of one test. */
  static final int MAX_WORDS = 100;

  private static final int MAX_SHOWN = 60;

  private final String source;
  private final int end;
  private final List<Integer> starts = new ArrayList<>();
  private final List<String> words = new ArrayList<>();
  private int at;

  /** Splits a part of a source into words. */
  WordReader(String source, int from, int to) throws RulesException {
    this.source = source;
    int i = from;
    int last = from;
    while (i < to) {
      if (isBlank(source.charAt(i))) {
        i++;
        continue;
      }
      int start = i;
      while (i < to && !isBlank(source.charAt(i))) {
        i++;
      }
      starts.add(start);
      words.add(source.substring(start, i));
      last = i;
      if (words.size() > MAX_WORDS) {
        throw RulesException.at(
            source, start, "More than " + MAX_WORDS + " words.", "A test has a line of its own.");
      }
    }
    end = last;
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }

  boolean hasNext() {
    return at < words.size();
  }

  /** Returns the next word without reading it; empty at the end. */
  String peek() {
    return hasNext() ? words.get(at) : "";
  }

  String next() {
    return words.get(at++);
  }

  /** Reads the next word, which must be there. */
  String next(String expected) throws RulesException {
    if (!hasNext()) {
      throw wrongNext(expected);
    }
    return next();
  }

  /** Reads a word if it is the next one. */
  boolean take(String word) {
    if (peek().equals(word)) {
      at++;
      return true;
    }
    return false;
  }

  /** Returns the error that the next word is another one than expected. */
  RulesException wrongNext(String expected) {
    return RulesException.at(
        source,
        hasNext() ? starts.get(at) : end,
        "Expected " + expected + ", found " + (hasNext() ? shown(words.get(at)) : "the end") + ".",
        "");
  }

  /** Returns the error that the word read last is not what was expected. */
  RulesException wrongLast(String expected, String hint) {
    return RulesException.at(
        source,
        starts.get(at - 1),
        "Expected " + expected + ", found " + shown(words.get(at - 1)) + ".",
        hint);
  }

  /** Returns an error at the word read last. */
  RulesException error(String message, String hint) {
    return RulesException.at(source, at == 0 ? end : starts.get(at - 1), message, hint);
  }

  /** Reads a number in decimal, or in hexadecimal after 0x. */
  int number(String what, int min, int max) throws RulesException {
    String expected = what + " from " + min + " to " + max;
    String word = next(expected);
    try {
      int number =
          word.startsWith("0x") ? Integer.parseInt(word, 2, word.length(), 16) : decimal(word);
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Reported below.
    }
    throw wrongLast(expected, "");
  }

  private static int decimal(String word) {
    if (!word.matches("[0-9]{1,9}")) {
      throw new NumberFormatException();
    }
    return Integer.parseInt(word);
  }

  private static String shown(String word) {
    return "\"" + (word.length() > MAX_SHOWN ? word.substring(0, MAX_SHOWN) + "..." : word) + "\"";
  }
}
