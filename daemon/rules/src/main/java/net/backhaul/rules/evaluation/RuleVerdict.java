// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules.evaluation;

/** The verdict of a network's rules and capabilities on a frame (03 section 5.5). */
public enum RuleVerdict {
  DROP,
  ACCEPT,
  /** Accepted regardless of its MACs, because this node observes the traffic. */
  SUPER_ACCEPT,
  /** Sent to another node instead. */
  REDIRECT;

  /** Returns whether the frame reaches the destination that it has. */
  public boolean delivers() {
    return this == ACCEPT || this == SUPER_ACCEPT;
  }
}
