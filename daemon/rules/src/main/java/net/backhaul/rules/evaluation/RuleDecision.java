// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules.evaluation;

/**
 * What the rules of a network decide on a frame, and which of them. Mutable and reused by the
 * evaluator, so that evaluating rules allocates nothing.
 */
public final class RuleDecision {
  /** The value of {@link #ruleIndex} where no rule decides: a frame is dropped by default. */
  public static final int DEFAULT = -1;

  private RuleVerdict verdict = RuleVerdict.DROP;
  private boolean isByCapability;
  private long capabilityId;
  private int ruleIndex;
  private long redirectTo;

  // The copies of a capability and of the network's rules.
  private final RuleCopy capabilityCopy = new RuleCopy();
  private final RuleCopy networkCopy = new RuleCopy();

  RuleDecision() {}

  void clear() {
    verdict = RuleVerdict.DROP;
    isByCapability = false;
    capabilityId = 0;
    ruleIndex = DEFAULT;
    redirectTo = 0;
    capabilityCopy.clear();
    networkCopy.clear();
  }

  void byNetwork(RuleVerdict newVerdict, int index) {
    verdict = newVerdict;
    ruleIndex = index;
  }

  void byCapability(long id, RuleVerdict newVerdict, int index) {
    verdict = newVerdict;
    isByCapability = true;
    capabilityId = id;
    ruleIndex = index;
  }

  void redirect(long to) {
    redirectTo = to;
  }

  RuleCopy capabilityCopy() {
    return capabilityCopy;
  }

  RuleCopy networkCopy() {
    return networkCopy;
  }

  /** Returns the verdict. */
  public RuleVerdict verdict() {
    return verdict;
  }

  /** Returns whether a capability accepted the frame, after the network's rules did not decide. */
  public boolean isByCapability() {
    return isByCapability;
  }

  /** Returns the id of the capability that accepted the frame; 0 where none did. */
  public long capabilityId() {
    return capabilityId;
  }

  /**
   * Returns the index of the action that decided, in the rules of the network or of the capability;
   * {@link #DEFAULT} where none did, and the frame is dropped.
   */
  public int ruleIndex() {
    return ruleIndex;
  }

  /** Returns the node to send the frame to instead, if the verdict is REDIRECT. */
  public long redirectTo() {
    return redirectTo;
  }

  /** Returns the number of copies to send, up to 2; none of a frame that is dropped. */
  public int copyCount() {
    return verdict == RuleVerdict.DROP
        ? 0
        : (capabilityCopy.isSet() ? 1 : 0) + (networkCopy.isSet() ? 1 : 0);
  }

  /** Returns a copy to send, in the order of sending. */
  public RuleCopy copy(int i) {
    return i == 0 && capabilityCopy.isSet() ? capabilityCopy : networkCopy;
  }
}
