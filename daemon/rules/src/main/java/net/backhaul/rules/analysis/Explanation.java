// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules.analysis;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.backhaul.json.Json;
import net.backhaul.rules.SourceText;
import org.jspecify.annotations.Nullable;

/**
 * Why a frame is accepted or dropped: the decision of each end, and the statements before it.
 *
 * @param sent the statements that the sender has evaluated, in their order
 * @param received those of the receiver
 */
public record Explanation(
    RuleModel model, Exchange exchange, Outcome outcome, List<Step> sent, List<Step> received) {
  /** Maximum statements of each end in a text: the last ones. */
  static final int MAX_SHOWN = 30;

  public Explanation {
    sent = List.copyOf(sent);
    received = List.copyOf(received);
  }

  /** How a statement ended. */
  enum Result {
    /** Its matches, if any, match: the action was executed. */
    MATCHED,
    NOT_MATCHED,
    /** A drop that a sender skips while it has no tag of the receiver (03 section 5.4.10). */
    SKIPPED
  }

  /**
   * A statement that was evaluated.
   *
   * @param capability whose statement it is; null for the network
   * @param index of its action
   * @param failed index of the match that failed; -1 where none did
   */
  record Step(@Nullable Long capability, int index, Result result, int failed) {}

  /** Explains what becomes of a frame. */
  public static Explanation of(FlowEvaluator evaluator, Exchange exchange) {
    return new Explanation(
        evaluator.model(),
        exchange,
        evaluator.outcome(exchange),
        new RuleWalk(evaluator, exchange, evaluator.sendingSide(exchange)).steps(),
        new RuleWalk(evaluator, exchange, FlowEvaluator.Side.RECEIVER).steps());
  }

  private String result() {
    return outcome.delivers() ? "accept" : outcome.drops() ? "drop" : "redirect";
  }

  /** Returns the explanation in lines. */
  public String text() {
    var text = new StringBuilder();
    text.append(exchange.flow().text()).append('\n');
    text.append("from ").append(exchange.from().label());
    text.append(" to ").append(exchange.to().label());
    text.append(": ").append(result()).append('\n');
    append(text, "sender", outcome.sender(), sent);
    append(text, "receiver", outcome.receiver(), received);
    return text.toString();
  }

  private void append(StringBuilder text, String side, SideDecision decision, List<Step> steps) {
    text.append(side).append(": ").append(decision.text(model)).append('\n');
    int from = Math.max(0, steps.size() - MAX_SHOWN);
    if (from > 0) {
      text.append("  ").append(from).append(" statements before do not decide\n");
    }
    for (Step step : steps.subList(from, steps.size())) {
      text.append("  ").append(place(step)).append(": ").append(statement(step)).append(": ");
      text.append(
          switch (step.result()) {
            case MATCHED -> "matches";
            case NOT_MATCHED -> "no match: " + match(step);
            case SKIPPED -> "matches, but the sender has no such tag of the receiver: not dropped";
          });
      text.append('\n');
    }
  }

  private String place(Step step) {
    Long capability = step.capability();
    String of = capability == null ? "" : "capability " + model.capabilityName(capability) + ", ";
    return of + "line " + model.line(capability, step.index());
  }

  private String statement(Step step) {
    int offset = model.places(step.capability()).get(step.index()).offset();
    return SourceText.statement(model.source(), offset);
  }

  private String match(Step step) {
    var rule = model.places(step.capability()).get(step.failed());
    String not = Boolean.TRUE.equals(rule.json().get("not")) ? "not " : "";
    return not + SourceText.match(model.source(), rule.offset());
  }

  /** Returns the explanation as JSON. */
  public Map<String, @Nullable Object> json() {
    Map<String, @Nullable Object> json = Json.object();
    json.put("flow", exchange.flow().text());
    json.put("from", exchange.from().label());
    json.put("to", exchange.to().label());
    json.put("result", result());
    json.put("sender", json(outcome.sender(), sent));
    json.put("receiver", json(outcome.receiver(), received));
    return json;
  }

  private Map<String, @Nullable Object> json(SideDecision decision, List<Step> steps) {
    Map<String, @Nullable Object> json = decision.json(model);
    var way = new ArrayList<@Nullable Object>();
    for (Step step : steps) {
      Map<String, @Nullable Object> each = Json.object();
      Long capability = step.capability();
      if (capability != null) {
        each.put("capability", model.capabilityName(capability));
      }
      each.put("line", (long) model.line(capability, step.index()));
      each.put("statement", statement(step));
      each.put(
          "result",
          switch (step.result()) {
            case MATCHED -> "match";
            case NOT_MATCHED -> "no match";
            case SKIPPED -> "skipped";
          });
      if (step.failed() >= 0) {
        each.put("failed", match(step));
      }
      way.add(each);
    }
    json.put("way", way);
    return json;
  }
}
