// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules.analysis;

/**
 * What becomes of a frame between two members: both must accept it.
 *
 * @param sender the decision of the sender
 * @param receiver that of the receiver, also of a frame that the sender does not send
 */
public record Outcome(SideDecision sender, SideDecision receiver) {
  /** Returns whether the frame reaches the receiver. */
  public boolean delivers() {
    return sender.delivers() && receiver.delivers();
  }

  /** Returns whether the frame reaches no member. */
  public boolean drops() {
    return isDropped(sender) || sender.delivers() && isDropped(receiver);
  }

  private static boolean isDropped(SideDecision side) {
    return switch (side.verdict()) {
      case DROP -> true;
      case ACCEPT, SUPER_ACCEPT, REDIRECT -> false;
    };
  }
}
