// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

/** The result of handling a packet (02 section 2, "counts as received"). */
public enum PacketOutcome {
  /** Counts as received. */
  ACCEPTED,
  /** Counts as received, and its sender is a member of one of our networks. */
  TRUSTED,
  /** Does not count as received. */
  IGNORED,
  /**
   * Is pending for an identity, a credential or a configuration, to be handled again (02 section
   * 3.7).
   */
  PENDING
}
