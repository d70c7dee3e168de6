// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import net.backhaul.cli.FirewallRules.Action;
import net.backhaul.cli.FirewallRules.Condition;
import net.backhaul.cli.FirewallRules.FirewallRule;
import net.backhaul.cli.FirewallRules.Match;
import org.jspecify.annotations.Nullable;

/** Reads the output of {@code iptables-save} and {@code ip6tables-save}. */
final class IptablesRuleset {
  private static final int PORT_DIGITS = 5;

  private static final Pattern COMMENT =
      Pattern.compile(" -m comment --comment (\"([^\"\\\\]|\\\\.)*\"|\\S+)");

  private IptablesRuleset() {}

  /**
   * Returns the rules.
   *
   * @param program the program whose table it is, as messages name it
   */
  static FirewallRules read(String program, String text) {
    var rules = new FirewallRules();
    String table = "";
    for (String line : text.lines().toList()) {
      if (line.startsWith("*")) {
        table = line.substring(1).strip();
      } else if (line.startsWith(":")) {
        String[] words = line.substring(1).split(" ");
        rules.addChain(
            table + " " + words[0],
            "the chain " + words[0] + " of " + program,
            direction(words[0]),
            words.length > 1 && words[1].equals("DROP"));
      } else if (line.startsWith("-A ")) {
        add(rules, table, List.of(COMMENT.matcher(line).replaceAll("").split(" ")));
      }
    }
    return rules;
  }

  private static @Nullable Boolean direction(String chain) {
    return switch (chain) {
      case "PREROUTING", "INPUT" -> Boolean.TRUE;
      case "OUTPUT", "POSTROUTING" -> Boolean.FALSE;
      default -> null;
    };
  }

  private static void add(FirewallRules rules, String table, List<String> words) {
    var conditions = new ArrayList<Condition>();
    Action action = Action.NOTHING;
    String target = "";
    boolean negated = false;
    for (int i = 2; i < words.size(); i++) {
      String option = words.get(i);
      String value = i + 1 < words.size() ? words.get(i + 1) : "";
      if (option.equals("!")) {
        negated = true;
        continue;
      }
      if (option.equals("-j") || option.equals("-g")) {
        action = action(value);
        target = table + " " + value;
        break; // The rest are options of the target.
      }
      Condition condition = condition(option, value);
      if (condition != null) {
        conditions.add(negated ? negation(condition) : condition);
        i++;
      } else if (option.startsWith("-") && !option.equals("-m")) {
        conditions.add(datagram -> Match.UNKNOWN);
      }
      negated = false;
    }
    if (action != Action.NOTHING) {
      rules.addRule(table + " " + words.get(1), new FirewallRule(conditions, action, target));
    }
  }

  private static Action action(String target) {
    return switch (target) {
      case "ACCEPT" -> Action.ACCEPT;
      case "DROP", "REJECT" -> Action.DROP;
      case "RETURN" -> Action.RETURN;
      default -> Action.JUMP;
    };
  }

  private static Condition negation(Condition condition) {
    return datagram ->
        switch (condition.matches(datagram)) {
          case YES -> Match.NO;
          case NO -> Match.YES;
          case UNKNOWN -> Match.UNKNOWN;
        };
  }

  /** Returns a condition that can be decided; null for another option. */
  private static @Nullable Condition condition(String option, String value) {
    return switch (option) {
      case "-p" -> datagram -> Match.of(value.equals("udp") || value.equals("all"));
      case "--dport", "--dports" ->
          datagram ->
              datagram.inbound() ? Match.of(hasPort(value, datagram.port())) : Match.UNKNOWN;
      case "--sport", "--sports" ->
          datagram ->
              datagram.inbound() ? Match.UNKNOWN : Match.of(hasPort(value, datagram.port()));
      case "--ctstate", "--state" ->
          datagram ->
              Match.of(
                  List.of(value.split(","))
                      .contains(datagram.established() ? "ESTABLISHED" : "NEW"));
      case "-i", "-o" -> datagram -> value.equals("lo") ? Match.NO : Match.UNKNOWN;
      default -> null;
    };
  }

  /** Returns whether a port is one of {@code 53,9990:9999}. */
  private static boolean hasPort(String ports, int port) {
    for (String each : ports.split(",")) {
      int colon = each.indexOf(':');
      int first = number(colon < 0 ? each : each.substring(0, colon), 0);
      int last = colon < 0 ? first : number(each.substring(colon + 1), 0xffff);
      if (first <= port && port <= last) {
        return true;
      }
    }
    return false;
  }

  private static int number(String digits, int otherwise) {
    return digits.isEmpty()
            || digits.length() > PORT_DIGITS
            || !digits.chars().allMatch(Character::isDigit)
        ? otherwise
        : Integer.parseInt(digits);
  }
}
