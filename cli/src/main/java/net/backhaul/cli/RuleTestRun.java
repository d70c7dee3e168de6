// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.util.List;
import net.backhaul.rules.RulesException;
import net.backhaul.rules.analysis.FlowEvaluator;
import net.backhaul.rules.analysis.KnownMembers;
import net.backhaul.rules.analysis.RuleModel;
import net.backhaul.rules.analysis.RuleTests;

/** Runs the tests in a source of the rules language, and reports those that fail. */
final class RuleTestRun {
  private static final int FAILED = 1;
  private static final int MAX_SHOWN = 10;

  private RuleTestRun() {}

  /** Runs the tests of a file, without the members of a network. */
  static RuleTests.Results ofFile(String name, RuleModel model) throws CliExit {
    return run(name, new KnownMembers(model, List.of()), new FlowEvaluator(model, 0), false);
  }

  /** Runs the tests of a source with the members of a network. */
  static RuleTests.Results ofNetwork(String name, KnownMembers members, FlowEvaluator evaluator)
      throws CliExit {
    return run(name, members, evaluator, true);
  }

  private static RuleTests.Results run(
      String name, KnownMembers members, FlowEvaluator evaluator, boolean hasNetwork)
      throws CliExit {
    RuleModel model = evaluator.model();
    try {
      RuleTests.Results results = RuleTests.run(members, evaluator, hasNetwork);
      if (results.failures().isEmpty()) {
        return results;
      }
      throw CliExit.err(failures(name, model, results), FAILED);
    } catch (RulesException e) {
      throw RulesFiles.error(name, model.source(), e);
    }
  }

  private static String failures(String name, RuleModel model, RuleTests.Results results) {
    var text = new StringBuilder();
    for (RuleTests.Failure each : results.failures().stream().limit(MAX_SHOWN).toList()) {
      text.append(Text.printable(name)).append(": ");
      text.append(RulesFiles.printable(RuleTests.text(model, each))).append('\n');
    }
    int failed = results.failures().size();
    text.append(Text.printable(name)).append(": ").append(failed).append(" of ");
    text.append(failed + results.passed()).append(failed == 1 ? " tests fails" : " tests fail");
    return text.append(failed > MAX_SHOWN ? "; the first " + MAX_SHOWN + " are shown\n" : "\n")
        .toString();
  }

  /** Returns the result for a summary, such as {@code , 3 tests}; empty without tests. */
  static String summary(RuleTests.Results results) {
    int all = results.passed() + results.skipped();
    String skipped = results.skipped() == 0 ? "" : " (" + results.skipped() + " need a network)";
    return all == 0 ? "" : ", " + all + (all == 1 ? " test" : " tests") + skipped;
  }
}
