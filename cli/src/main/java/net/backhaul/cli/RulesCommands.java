// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.util.HexFormat;
import net.backhaul.json.InvalidJsonException;
import net.backhaul.json.Json;
import net.backhaul.json.UnsafeCharacters;
import net.backhaul.rules.CompiledRules;
import net.backhaul.rules.RulesDecompiler;
import net.backhaul.rules.analysis.RuleModel;
import net.backhaul.rules.analysis.RuleTests;

/** The command {@code rules}, which needs no daemon (03 section 5.9). */
final class RulesCommands {
  private static final int FAILED = 1;

  private RulesCommands() {}

  static int run(Invocation invocation, Terminal terminal) throws CliExit {
    String action = invocation.first();
    String name = invocation.word(2);
    if (invocation.words().size() != 3) {
      throw usage("expected an action and a file");
    }
    boolean isAnalysis = action.equals("explain") || action.equals("matrix");
    if (!isAnalysis && !invocation.options().isEmpty()) {
      throw usage(action + " takes no option " + invocation.options().keySet().iterator().next());
    }
    return switch (action) {
      case "check" -> check(name, invocation.json(), terminal);
      case "decompile" -> decompile(name, terminal);
      case "explain" ->
          RulesAnalysisCommands.explain(invocation, model(invocation, name, terminal), terminal);
      case "matrix" ->
          RulesAnalysisCommands.matrix(invocation, model(invocation, name, terminal), terminal);
      default -> throw usage("unknown action " + Text.quoted(action));
    };
  }

  private static NetworkRulesModel model(Invocation invocation, String name, Terminal terminal)
      throws CliExit {
    return NetworkRulesModel.isNetwork(name, terminal)
        ? NetworkRulesModel.ofNetwork(Session.open(invocation, terminal), name)
        : NetworkRulesModel.ofFile(name, terminal);
  }

  private static CliExit usage(String found) {
    return CliExit.err("", FAILED)
        .withHint(
            "rules: "
                + found
                + "; use: rules check <file>, rules decompile <file>, rules explain <file or"
                + " network ID>, or rules matrix <file or network ID>");
  }

  private static int check(String name, boolean json, Terminal terminal) throws CliExit {
    String source = RulesFiles.read(name, terminal);
    CompiledRules rules = RulesFiles.compile(name, source);
    RuleTests.Results tests = RuleTestRun.ofFile(name, RuleModel.of(source, rules));
    terminal
        .out()
        .print(
            json
                ? escaped(Json.writeIndented(rules.json(), 1))
                : summary(name, rules) + RuleTestRun.summary(tests) + "\n");
    return 0;
  }

  /** Escapes characters that JSON allows, but a terminal would execute or show in another order. */
  static String escaped(String json) {
    var text = new StringBuilder(json.length() + 1);
    for (int i = 0; i < json.length(); i++) {
      char c = json.charAt(i);
      if (c >= 0x7f && UnsafeCharacters.contains(c)) {
        text.append("\\u").append(HexFormat.of().toHexDigits(c));
      } else {
        text.append(c);
      }
    }
    return text.append('\n').toString();
  }

  private static String summary(String name, CompiledRules rules) {
    return Text.printable(name)
        + ": OK, "
        + count(rules.rules().size(), "rule", "rules")
        + ", "
        + count(rules.capabilities().size(), "capability", "capabilities")
        + ", "
        + count(rules.tags().size(), "tag", "tags");
  }

  private static String count(int number, String one, String more) {
    return number + " " + (number == 1 ? one : more);
  }

  private static int decompile(String name, Terminal terminal) throws CliExit {
    try {
      String source = RulesDecompiler.decompile(Json.parse(RulesFiles.read(name, terminal)));
      terminal.out().print(source);
      return 0;
    } catch (InvalidJsonException e) {
      throw CliExit.err("", FAILED).withHint(name + ": not valid JSON: " + e.reason());
    } catch (IllegalArgumentException e) {
      throw CliExit.err("", FAILED).withHint(name + ": " + e.getMessage());
    }
  }
}
