// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules;

import java.util.HashMap;
import java.util.Map;

/**
 * A tag that a source defines, as a match names it.
 *
 * @param name of the tag
 * @param byValue the names of its values that can be arguments
 */
record TagWords(String name, Map<Long, String> byValue) {
  /** Returns the words of a tag: a flag precedes an enum of its name (03 section 5.9.7). */
  static TagWords of(String name, Map<String, Long> enums, Map<String, Long> flags) {
    var byValue = new HashMap<Long, String>();
    flags.forEach(
        (flag, bits) -> {
          if (!Words.isReserved(flag)) {
            byValue.putIfAbsent(bits, flag);
          }
        });
    enums.forEach(
        (word, value) -> {
          if (!Words.isReserved(word) && !flags.containsKey(word)) {
            byValue.putIfAbsent(value, word);
          }
        });
    return new TagWords(name, byValue);
  }

  /** Returns a name of a value, or its number. */
  String word(long value) {
    return byValue.getOrDefault(value, Long.toString(value));
  }
}
