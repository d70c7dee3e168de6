// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A macro (03 section 5.9.3).
 *
 * @param parameters with their dollar signs, in lower case
 */
record Macro(List<String> parameters, List<Element> body) {
  /** Returns the part of a word before a parenthesis. */
  static String name(String word) {
    int open = word.indexOf('(');
    return open < 0 ? word : word.substring(0, open);
  }

  /** Returns the nonempty pieces in the parentheses of a word. */
  static List<String> arguments(String word) {
    int open = word.indexOf('(');
    if (open < 0) {
      return List.of();
    }
    int close = word.indexOf(')', open);
    var arguments = new ArrayList<String>();
    for (String each : word.substring(open + 1, close < 0 ? word.length() : close).split(",")) {
      if (!each.isEmpty()) {
        arguments.add(each);
      }
    }
    return arguments;
  }

  static List<String> parameters(String word) {
    return arguments(word).stream().map(each -> each.toLowerCase(Locale.ROOT)).toList();
  }
}
