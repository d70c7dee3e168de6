// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.backhaul.json.Json;
import net.backhaul.rules.RulesException;
import net.backhaul.rules.analysis.Exchange;
import net.backhaul.rules.analysis.Explanation;
import net.backhaul.rules.analysis.MemberCredentials;
import net.backhaul.rules.analysis.ReachMatrix;
import net.backhaul.rules.analysis.TestFlow;
import org.jspecify.annotations.Nullable;

/** The commands {@code rules explain} and {@code rules matrix}. */
final class RulesAnalysisCommands {
  private static final int FAILED = 1;
  private static final int USAGE = 2;

  /** Maximum kinds of frames that are explained one by one. */
  private static final int MAX_EXPLAINED = 10;

  /** The options of a flow, with the words that they have in a test. */
  static final List<String> FLOW_OPTIONS =
      List.of(
          "--ethertype",
          "ethertype",
          "--proto",
          "ipprotocol",
          "--sport",
          "sport",
          "--dport",
          "dport",
          "--src",
          "ipsrc",
          "--dst",
          "ipdest",
          "--icmp",
          "icmp",
          "--flags",
          "flags",
          "--vlan",
          "vlan",
          "--tos",
          "iptos",
          "--framesize",
          "framesize",
          "--multicast",
          "multicast",
          "--broadcast",
          "broadcast");

  private RulesAnalysisCommands() {}

  /** Prints why frames between two members are accepted or dropped. */
  static int explain(Invocation invocation, NetworkRulesModel rules, Terminal terminal)
      throws CliExit {
    MemberCredentials from = party(invocation, rules, "--from");
    MemberCredentials to = party(invocation, rules, "--to");
    if (from.address() == to.address()) {
      throw CliExit.err("", FAILED).withHint("--from and --to are the same member");
    }
    List<TestFlow> flows = flows(invocation, rules);
    if (flows.size() > MAX_EXPLAINED) {
      throw CliExit.err("", FAILED)
          .withHint(
              "these are %d kinds of frames, at most %d are explained; add --proto and --dport"
                  .formatted(flows.size(), MAX_EXPLAINED));
    }
    var json = new ArrayList<@Nullable Object>();
    String separator = "";
    for (TestFlow flow : flows) {
      Explanation why = Explanation.of(rules.evaluator(), new Exchange(from, to, flow));
      json.add(why.json());
      if (!invocation.json()) {
        terminal.out().print(separator + RulesFiles.printable(why.text()));
        separator = "\n";
      }
    }
    if (invocation.json()) {
      terminal.out().print(RulesCommands.escaped(Json.writeIndented(json, 1)));
    }
    return 0;
  }

  private static MemberCredentials party(
      Invocation invocation, NetworkRulesModel rules, String option) throws CliExit {
    String text = invocation.options().get(option);
    if (text == null) {
      throw CliExit.err("", USAGE)
          .withHint("rules explain: expected --from <party> and --to <party>");
    }
    try {
      return rules.members().one(text, option.equals("--from"));
    } catch (RulesException e) {
      throw RulesFiles.error(option, text, e);
    }
  }

  private static List<TestFlow> flows(Invocation invocation, NetworkRulesModel rules)
      throws CliExit {
    var text = new StringBuilder();
    for (int i = 0; i < FLOW_OPTIONS.size(); i += 2) {
      String value = invocation.options().get(FLOW_OPTIONS.get(i));
      if (value != null) {
        text.append(text.isEmpty() ? "" : " ").append(FLOW_OPTIONS.get(i + 1));
        text.append(value.isEmpty() ? "" : " ").append(value);
      }
    }
    try {
      return TestFlow.read(text.toString()).expand(rules.evaluator().model().ports());
    } catch (RulesException e) {
      throw RulesFiles.error("options", text.toString(), e);
    }
  }

  /** Prints which members reach which others. */
  static int matrix(Invocation invocation, NetworkRulesModel rules, Terminal terminal)
      throws CliExit {
    for (String option : List.of("--from", "--to")) {
      if (invocation.options().containsKey(option)) {
        throw CliExit.err("", USAGE).withHint("rules matrix takes no " + option);
      }
    }
    ReachMatrix matrix;
    try {
      matrix = ReachMatrix.of(rules.members(), rules.evaluator(), flows(invocation, rules));
    } catch (RulesException e) {
      throw CliExit.err("", FAILED).withHint(rules.name() + ": " + e.getMessage() + " " + e.hint());
    }
    if (invocation.json()) {
      Map<String, @Nullable Object> json = matrix.json();
      terminal.out().print(RulesCommands.escaped(Json.writeIndented(json, 1)));
    } else {
      terminal.out().print(table(matrix));
    }
    return 0;
  }

  /** Columns are numbered as rows are, so that long names make no wide columns. */
  private static String table(ReachMatrix matrix) {
    List<String> labels = matrix.labels();
    int width = "from \\ to".length();
    for (int i = 0; i < labels.size(); i++) {
      width = Math.max(width, row(i, labels).length());
    }
    var text = new StringBuilder(Text.left("from \\ to", width));
    for (int i = 0; i < labels.size(); i++) {
      text.append(Text.right(Integer.toString(i + 1), 6));
    }
    text.append('\n');
    for (int i = 0; i < labels.size(); i++) {
      text.append(Text.left(row(i, labels), width));
      matrix.cells().get(i).forEach(cell -> text.append(Text.right(cell.text(), 6)));
      text.append('\n');
    }
    return text.toString();
  }

  private static String row(int i, List<String> labels) {
    return i + 1 + " " + Text.printable(labels.get(i));
  }
}
