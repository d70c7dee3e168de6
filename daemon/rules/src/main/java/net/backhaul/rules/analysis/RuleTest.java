// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules.analysis;

import java.util.ArrayList;
import java.util.List;
import net.backhaul.rules.RulesException;
import net.backhaul.rules.SourceComment;

/**
 * A test in a source: a comment that states what becomes of a flow.
 *
 * @param offset of its first word in the source
 * @param accepts whether the flow reaches its receiver; else it reaches no member
 */
record RuleTest(int offset, boolean accepts, PartyPattern from, PartyPattern to, TestFlow flow) {
  /** Maximum tests of a source. */
  static final int MAX_TESTS = 2_000;

  private static final String KEYWORD = "expect";

  /**
   * Returns the tests of a source.
   *
   * @throws RulesException for the first that is not one
   */
  static List<RuleTest> in(RuleModel model) throws RulesException {
    var tests = new ArrayList<RuleTest>();
    for (SourceComment comment : SourceComment.in(model.source())) {
      int start = comment.offset() + textStart(comment.text());
      int end = comment.offset() + comment.text().length();
      if (isTest(model.source().substring(start, end))) {
        if (tests.size() == MAX_TESTS) {
          throw RulesException.at(model.source(), start, "More than " + MAX_TESTS + " tests.", "");
        }
        tests.add(read(new WordReader(model.source(), start, end), start, model));
      }
    }
    return tests;
  }

  /** Returns the index of the first character that is neither a number sign nor a blank. */
  private static int textStart(String comment) {
    int start = 0;
    while (start < comment.length()
        && (comment.charAt(start) == '#' || Character.isWhitespace(comment.charAt(start)))) {
      start++;
    }
    return start;
  }

  private static boolean isTest(String text) {
    return text.equals(KEYWORD)
        || text.startsWith(KEYWORD + " ")
        || text.startsWith(KEYWORD + "\t");
  }

  private static RuleTest read(WordReader in, int offset, RuleModel model) throws RulesException {
    in.next();
    boolean accepts = in.take("accept");
    if (!accepts && !in.take("drop")) {
      RulesException wrong = in.wrongNext("accept or drop");
      throw RulesException.at(
          model.source(),
          wrong.offset(),
          String.valueOf(wrong.getMessage()),
          "A comment that begins with expect is a test; begin another one with another word.");
    }
    keyword(in, "from");
    PartyPattern from = PartyPattern.read(in, model);
    keyword(in, "to");
    PartyPattern to = PartyPattern.read(in, model);
    return new RuleTest(offset, accepts, from, to, FlowWords.read(in));
  }

  private static void keyword(WordReader in, String word) throws RulesException {
    if (!in.take(word)) {
      throw in.wrongNext(word);
    }
  }
}
