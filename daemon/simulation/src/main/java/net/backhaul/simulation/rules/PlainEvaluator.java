// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation.rules;

import java.util.random.RandomGenerator;
import net.backhaul.protocol.network.Rule;
import net.backhaul.rules.evaluation.FrameHeader;
import net.backhaul.rules.evaluation.RuleCopy;
import net.backhaul.rules.evaluation.RuleDecision;
import net.backhaul.rules.evaluation.RuleVerdict;

/**
 * Evaluates the rules and capabilities of a network on frames (03 sections 5.3 to 5.6). Not
 * thread-safe, and reused: it allocates nothing.
 */
public final class PlainEvaluator {
  /** How the evaluation of one table ended (03 section 5.3). */
  private enum TableVerdict {
    /** The end of the table, or BREAK: capabilities decide. */
    NO_MATCH,
    DROP,
    ACCEPT,
    SUPER_ACCEPT,
    REDIRECT
  }

  private final PlainMatcher matcher;

  // The decision.
  private RuleVerdict verdict = RuleVerdict.DROP;
  private boolean isByCapability;
  private long capabilityId;
  private int ruleIndex;
  private long redirectTo;
  private final Copy capabilityCopy = new Copy();
  private final Copy networkCopy = new Copy();

  /** The action at which the latest table ended. */
  private int action;

  /** A copy for an observer. */
  private static final class Copy {
    long to;
    int bytes;
    boolean isWatch;

    boolean agrees(RuleCopy copy) {
      return to == copy.to() && bytes == copy.bytes() && isWatch == copy.isWatch();
    }
  }

  /** Creates an evaluator; the generator is for the matches that depend on chance. */
  public PlainEvaluator(RandomGenerator random) {
    this.matcher = new PlainMatcher(random);
  }

  /** Decides on a frame: by the network's rules, else by the first capability that accepts it. */
  public RuleVerdict evaluate(FrameHeader frame, PlainParties parties) {
    isByCapability = false;
    capabilityId = 0;
    ruleIndex = -1;
    capabilityCopy.to = 0;
    TableVerdict of = evaluate(parties.rules(), frame, parties, networkCopy);
    if (of != TableVerdict.NO_MATCH) {
      ruleIndex = action;
      verdict = verdict(of);
      return verdict;
    }
    for (int i = 0; i < parties.capabilities().size(); i++) {
      PlainParties.PlainCapability capability = parties.capabilities().get(i);
      of = evaluate(capability.table(), frame, parties, capabilityCopy);
      if (of != TableVerdict.NO_MATCH && of != TableVerdict.DROP) {
        isByCapability = true;
        capabilityId = capability.id();
        ruleIndex = action;
        verdict = verdict(of);
        return verdict;
      }
    }
    verdict = RuleVerdict.DROP;
    redirectTo = 0;
    return verdict;
  }

  /** Returns whether another evaluation decided alike. */
  public boolean agrees(RuleDecision other) {
    if (verdict != other.verdict()
        || isByCapability != other.isByCapability()
        || capabilityId != other.capabilityId()
        || ruleIndex != other.ruleIndex()
        || redirectTo != other.redirectTo()) {
      return false;
    }
    boolean ofCapability = isByCapability && capabilityCopy.to != 0;
    boolean ofNetwork = verdict != RuleVerdict.DROP && networkCopy.to != 0;
    int count = (ofCapability ? 1 : 0) + (ofNetwork ? 1 : 0);
    return count == other.copyCount()
        && (!ofCapability || capabilityCopy.agrees(other.copy(0)))
        && (!ofNetwork || networkCopy.agrees(other.copy(count - 1)));
  }

  @Override
  public String toString() {
    return "%s by %s rule %d, redirect %x, copies %x %x"
        .formatted(
            verdict,
            isByCapability ? "capability " + capabilityId : "network",
            ruleIndex,
            redirectTo,
            capabilityCopy.to,
            networkCopy.to);
  }

  /** A redirection to address 0 leaves the destination as it is. */
  private RuleVerdict verdict(TableVerdict of) {
    return switch (of) {
      case NO_MATCH, DROP -> RuleVerdict.DROP;
      case ACCEPT -> RuleVerdict.ACCEPT;
      case SUPER_ACCEPT -> RuleVerdict.SUPER_ACCEPT;
      case REDIRECT -> redirectTo == 0 ? RuleVerdict.ACCEPT : RuleVerdict.REDIRECT;
    };
  }

  /** Evaluates one table, top to bottom (03 section 5.3). */
  private TableVerdict evaluate(
      PlainTable table, FrameHeader frame, PlainParties parties, Copy copy) {
    redirectTo = 0;
    copy.to = 0;
    boolean set = true;
    boolean superAccept = false;
    boolean skipDrop = false;
    for (int i = 0; i < table.size(); i++) {
      if (!table.isAction(i)) {
        if (set || table.or(i)) {
          int match = matcher.match(table, i, frame, parties, superAccept);
          boolean fits;
          if (match == PlainMatcher.YES || match == PlainMatcher.NO) {
            fits = (match == PlainMatcher.YES) != table.not(i);
          } else {
            fits = match != PlainMatcher.CERTAIN_NO;
            skipDrop |= match == PlainMatcher.LENIENT_YES;
          }
          set = table.or(i) ? set || fits : fits;
        }
        continue;
      }
      int type = table.type(i);
      boolean forwards =
          type == Rule.ACTION_TEE || type == Rule.ACTION_WATCH || type == Rule.ACTION_REDIRECT;
      if (!set) {
        superAccept |= forwards && frame.isInbound() && table.first(i) == parties.self().address();
        set = true;
        continue;
      }
      action = i;
      switch (type) {
        case Rule.ACTION_DROP -> {
          if (!skipDrop) {
            return TableVerdict.DROP;
          }
          skipDrop = false;
        }
        case Rule.ACTION_ACCEPT -> {
          return superAccept ? TableVerdict.SUPER_ACCEPT : TableVerdict.ACCEPT;
        }
        case Rule.ACTION_PRIORITY -> {
          return TableVerdict.ACCEPT;
        }
        case Rule.ACTION_BREAK -> {
          return TableVerdict.NO_MATCH;
        }
        default -> {
          TableVerdict verdict =
              forwards ? forward(table, i, frame, parties, copy) : TableVerdict.NO_MATCH;
          if (verdict != TableVerdict.NO_MATCH) {
            return verdict;
          }
        }
      }
    }
    return TableVerdict.NO_MATCH;
  }

  /** Applies TEE, WATCH or REDIRECT; NO_MATCH means that the evaluation continues. */
  private TableVerdict forward(
      PlainTable table, int i, FrameHeader frame, PlainParties parties, Copy copy) {
    long target = table.first(i);
    if (target == frame.source()) {
      return TableVerdict.NO_MATCH;
    }
    if (target == parties.self().address()) {
      return frame.isInbound() ? TableVerdict.SUPER_ACCEPT : TableVerdict.NO_MATCH;
    }
    if (target == frame.destination()) {
      return TableVerdict.NO_MATCH;
    }
    if (table.type(i) == Rule.ACTION_REDIRECT) {
      redirectTo = target;
      return TableVerdict.REDIRECT;
    }
    int limit = (int) table.second(i);
    copy.to = target;
    copy.bytes = limit == 0 ? frame.length() : Math.min(limit, frame.length());
    copy.isWatch = table.type(i) == Rule.ACTION_WATCH;
    return TableVerdict.NO_MATCH;
  }
}
