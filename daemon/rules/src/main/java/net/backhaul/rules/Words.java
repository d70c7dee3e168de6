// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules;

import java.util.Locale;
import java.util.Set;

/** Names and numbers of the language (03 section 5.9.2). */
final class Words {
  static final long MAX_U32 = 0xffff_ffffL;

  /** Maximum number that is read exactly; larger ones become this one. */
  static final long MAX_DECIMAL = 1L << 50;

  private static final Set<String> RESERVED =
      Set.of(
          ("macro tag cap default drop accept tee watch redirect break priority ztsrc ztdest vlan"
                  + " vlanpcp vlandei ethertype macsrc macdest ipsrc ipdest iptos ipprotocol icmp"
                  + " sport dport chr framesize random tand tor txor tdiff teq tseq treq type enum"
                  + " class define import include log not xor or and set var let constructor"
                  + " __proto__")
              .split(" "));

  /** What script objects inherit, spelled as here only. */
  private static final Set<String> INHERITED =
      Set.of(
          ("toString toLocaleString valueOf hasOwnProperty isPrototypeOf propertyIsEnumerable"
                  + " __defineGetter__ __defineSetter__ __lookupGetter__ __lookupSetter__")
              .split(" "));

  private Words() {}

  /**
   * Returns whether a word has a meaning of its own.
   *
   * @param word as it stands in the source
   */
  static boolean isReserved(String word) {
    return RESERVED.contains(word.toLowerCase(Locale.ROOT)) || INHERITED.contains(word);
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
    boolean isHex = text.length() > 2 && text.startsWith("0x");
    return isHex ? digits(text.substring(2), 16, -1) : digits(text, 10, -1);
  }

  /** Returns the decimal number at the start of a word, or another one where there is none. */
  static long decimal(String word, long otherwise) {
    return digits(word, 10, otherwise);
  }

  private static long digits(String text, int radix, long otherwise) {
    int at = 0;
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
      value = Math.min(value * radix + digit, MAX_DECIMAL);
      at++;
    }
    return at == first ? otherwise : negative ? -value : value;
  }

  private static boolean isDigit(int c) {
    return c >= '0' && c <= '9';
  }
}
