// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules.analysis;

import java.util.Map;
import net.backhaul.json.Json;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.rules.SourceText;
import net.backhaul.rules.evaluation.RuleDecision;
import net.backhaul.rules.evaluation.RuleVerdict;
import org.jspecify.annotations.Nullable;

/**
 * What the sender or the receiver of a frame decides, and by which rule.
 *
 * @param capability the id of the capability that accepted it; null where none did
 * @param index of the action that decided, in the rules of the network or of the capability; {@link
 *     RuleDecision#DEFAULT} where none did
 */
public record SideDecision(
    RuleVerdict verdict, @Nullable Long capability, int index, long redirectTo) {
  static SideDecision of(RuleDecision decision) {
    return new SideDecision(
        decision.verdict(),
        decision.isByCapability() ? decision.capabilityId() : null,
        decision.ruleIndex(),
        decision.redirectTo());
  }

  /** Returns whether the frame is passed to the member that it is for. */
  public boolean delivers() {
    return verdict.delivers();
  }

  boolean isDefault() {
    return index == RuleDecision.DEFAULT;
  }

  /** Returns the decision in words, such as {@code accepted by line 3: accept dport 22}. */
  public String text(RuleModel model) {
    if (isDefault()) {
      return "dropped by default: no rule and no capability of the sender accepts it";
    }
    String by = capability == null ? "" : "capability " + model.capabilityName(capability) + ", ";
    return verb() + " by " + by + "line " + model.line(capability, index) + ": " + statement(model);
  }

  private String verb() {
    return switch (verdict) {
      case DROP -> "dropped";
      case ACCEPT -> "accepted";
      case SUPER_ACCEPT -> "accepted as observer";
      case REDIRECT -> "redirected to " + Addresses.text(redirectTo);
    };
  }

  private String statement(RuleModel model) {
    int offset = model.places(capability).get(index).offset();
    return SourceText.statement(model.source(), offset);
  }

  /** Returns the decision as JSON. */
  public Map<String, @Nullable Object> json(RuleModel model) {
    Map<String, @Nullable Object> json = Json.object();
    json.put(
        "verdict",
        switch (verdict) {
          case DROP -> "drop";
          case ACCEPT, SUPER_ACCEPT -> "accept";
          case REDIRECT -> "redirect";
        });
    json.put("by", isDefault() ? "default" : capability == null ? "rules" : "capability");
    if (!isDefault()) {
      json.put("line", (long) model.line(capability, index));
      json.put("statement", statement(model));
      json.put("rule", (long) index);
    }
    if (capability != null) {
      json.put("capability", model.capabilityName(capability));
    }
    if (verdict == RuleVerdict.REDIRECT) {
      json.put("to", Addresses.text(redirectTo));
    }
    return json;
  }
}
