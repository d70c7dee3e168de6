// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import net.backhaul.protocol.network.Rule;

/**
 * What one rule table has decided to send for one frame, beside its verdict: a copy or a
 * redirection.
 *
 * <p>Mutable and reused, so that evaluating rules allocates nothing.
 */
final class RuleDecision {
  /** How the evaluation of one table ended (03 section 5.3). */
  enum TableVerdict {
    /** The end of the table, or BREAK: capabilities decide. */
    NO_MATCH,
    DROP,
    ACCEPT,
    SUPER_ACCEPT,
    REDIRECT;

    boolean accepts() {
      return switch (this) {
        case ACCEPT, SUPER_ACCEPT, REDIRECT -> true;
        case NO_MATCH, DROP -> false;
      };
    }
  }

  /** The observer to send a copy to, or 0. */
  long copyTo;

  /** How much of the frame to copy, in bytes after the Ethernet header. */
  int copyBytes;

  /** Whether the copy is for WATCH and not for TEE. */
  boolean isWatch;

  /** The node to send the frame to instead, if the verdict is REDIRECT. */
  long redirectTo;

  void reset() {
    copyTo = 0;
    redirectTo = 0;
  }

  /** Sets the copy to send, by entry {@code i}, which is a TEE or WATCH. */
  void copy(RuleTable table, int i, FrameView frame) {
    int limit = (int) table.second(i);
    copyTo = table.first(i);
    copyBytes = limit == 0 ? frame.length() : Math.min(limit, frame.length());
    isWatch = table.type(i) == Rule.ACTION_WATCH;
  }
}
