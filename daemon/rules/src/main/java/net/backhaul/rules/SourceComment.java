// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules;

import java.util.List;

/**
 * A comment of a source.
 *
 * @param text from its number sign to the end of its line
 * @param offset of the number sign in the source
 */
public record SourceComment(String text, int offset) {
  /**
   * Returns the comments of a source, in their order.
   *
   * @throws RulesException where it cannot be split into words
   */
  public static List<SourceComment> in(String source) throws RulesException {
    return RulesScanner.comments(source);
  }
}
