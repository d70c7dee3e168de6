// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules.analysis;

import java.util.ArrayList;
import java.util.List;
import net.backhaul.protocol.network.Rule;
import net.backhaul.rules.analysis.Explanation.Result;
import net.backhaul.rules.analysis.Explanation.Step;
import net.backhaul.rules.evaluation.CapabilityRules;
import net.backhaul.rules.evaluation.NetworkRules;
import net.backhaul.rules.evaluation.RuleVerdict;
import org.jspecify.annotations.Nullable;

/**
 * Finds the statements that are evaluated before one decides. What a statement does is decided by
 * the evaluator: on the rules up to it, which are cut off there and end with accept.
 */
final class RuleWalk {
  private static final Rule ACCEPT = Rule.action(Rule.ACTION_ACCEPT);

  private final FlowEvaluator evaluator;
  private final Exchange exchange;
  private final FlowEvaluator.Side side;
  private final List<Step> steps = new ArrayList<>();

  RuleWalk(FlowEvaluator evaluator, Exchange exchange, FlowEvaluator.Side side) {
    this.evaluator = evaluator;
    this.exchange = exchange;
    this.side = side;
  }

  List<Step> steps() {
    if (!decides(null)) {
      for (CapabilityRules each : evaluator.model().capabilities(exchange.from())) {
        int before = steps.size();
        boolean decided = decides(each.id());
        boolean accepts = decided && steps.size() > before && !isDrop(steps.getLast());
        if (accepts) {
          break;
        }
      }
    }
    return steps;
  }

  private boolean isDrop(Step step) {
    Rule action = evaluator.model().rules(step.capability()).get(step.index());
    return action.type() == Rule.ACTION_DROP;
  }

  /** Adds the statements of one table; returns whether one of them ended the evaluation. */
  private boolean decides(@Nullable Long capability) {
    List<Rule> rules = evaluator.model().rules(capability);
    int first = 0;
    for (int i = 0; i < rules.size(); i++) {
      if (!rules.get(i).isAction()) {
        continue;
      }
      if (first < i && !isSet(rules, i)) {
        steps.add(new Step(capability, i, Result.NOT_MATCHED, failed(rules, first, i)));
      } else if (rules.get(i).type() == Rule.ACTION_BREAK) {
        steps.add(new Step(capability, i, Result.MATCHED, -1));
        return false;
      } else {
        boolean decided = probe(rules.subList(0, i + 1)).index() == i;
        boolean skipped = !decided && rules.get(i).type() == Rule.ACTION_DROP;
        steps.add(new Step(capability, i, skipped ? Result.SKIPPED : Result.MATCHED, -1));
        if (decided) {
          return true;
        }
      }
      first = i + 1;
    }
    return false;
  }

  /** Returns the match at which the matches of a statement stopped to match. */
  private int failed(List<Rule> rules, int first, int action) {
    boolean before = true;
    int failed = first;
    for (int i = first; i < action; i++) {
      boolean now = isSet(rules, i + 1);
      if (before && !now) {
        failed = i;
      }
      before = now;
    }
    return failed;
  }

  /** Returns whether the matches before an index match. */
  private boolean isSet(List<Rule> rules, int end) {
    var cut = new ArrayList<>(rules.subList(0, end));
    cut.add(ACCEPT);
    SideDecision decision = probe(cut);
    return decision.index() == end && decision.verdict() != RuleVerdict.DROP;
  }

  private SideDecision probe(List<Rule> rules) {
    return evaluator.probe(NetworkRules.of(rules), side, exchange);
  }
}
