// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules;

import java.util.Locale;
import java.util.Set;

/** Names and numbers of the language (03 section 5.9.2). */
final class Words {
  static final long MAX_U32 = 0xffff_ffffL;

  private static final Set<String> RESERVED =
      Set.of(
          ("macro tag cap default drop accept tee watch redirect break priority ztsrc ztdest vlan"
                  + " vlanpcp vlandei ethertype macsrc macdest ipsrc ipdest iptos ipprotocol icmp"
                  + " sport dport chr framesize random tand tor txor tdiff teq tseq treq type enum"
                  + " class define import include log not xor or and set var let constructor"
                  + " __proto__")
              .split(" "));

  private Words() {}

  static boolean isReserved(String word) {
    return RESERVED.contains(word.toLowerCase(Locale.ROOT));
  }

  /** Returns whether a word can be a name: letters, digits and underscores, and no digit first. */
  static boolean isName(String word) {
    if (word.isEmpty() || isDigit(word.codePointAt(0))) {
      return false;
    }
    return word.codePoints().allMatch(c -> Character.isLetter(c) || isDigit(c) || c == '_');
  }

  /**
   * Reads a number: decimal, or hexadecimal after 0x; what follows its digits is ignored.
   *
   * @return the number, limited to 15 digits of either sign; -1 where there is no digit
   */
  static long number(String word) {
    String text = word.toLowerCase(Locale.ROOT);
    return text.length() > 2 && text.startsWith("0x") ? digits(text, 2, 16) : digits(text, 0, 10);
  }

  /** Returns the decimal number at the start of a word, -1 where there is none. */
  static long decimal(String word) {
    return digits(word, 0, 10);
  }

  private static long digits(String text, int start, int radix) {
    int at = start;
    boolean negative = text.startsWith("-", at);
    if (negative || text.startsWith("+", at)) {
      at++;
    }
    long value = 0;
    int first = at;
    while (at < text.length() && text.charAt(at) < 128) {
      int digit = Character.digit(text.charAt(at), radix);
      if (digit < 0) {
        break;
      }
      // Beyond all ranges of the language, it only has to stay there.
      value = Math.min(value * radix + digit, 1L << 50);
      at++;
    }
    return at == first ? -1 : negative ? -value : value;
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }
}
