// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.util.List;

/** A message to members that is sent once the change that causes it is saved. */
sealed interface PendingNotification {
  /** The current configuration of a network goes to a member. */
  record ConfigPush(long networkId, long member) implements PendingNotification {}

  /** A revocation of the target's membership goes to the recipients. */
  record Revoke(long networkId, long target, long thresholdMs, List<Long> recipients)
      implements PendingNotification {
    public Revoke {
      recipients = List.copyOf(recipients);
    }
  }
}
