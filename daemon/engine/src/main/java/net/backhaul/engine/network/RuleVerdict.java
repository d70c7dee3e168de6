// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

/** The verdict of a network's rules and capabilities on a frame (03 section 5.5). */
enum RuleVerdict {
  DROP,
  ACCEPT,
  /** Accepted regardless of its MACs, because this node observes the traffic. */
  SUPER_ACCEPT,
  /** Sent to another node instead. */
  REDIRECT
}
