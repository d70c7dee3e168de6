// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.util.List;

/** What members shall hear once a change is safe. */
sealed interface PendingNotification {
  /** A member shall hear what its network looks like now. */
  record ConfigPush(long networkId, long member) implements PendingNotification {}

  /** Others shall hear that a member is out, and so shall it. */
  record Revoke(long networkId, long target, long thresholdMs, List<Long> recipients)
      implements PendingNotification {
    public Revoke {
      recipients = List.copyOf(recipients);
    }
  }
}
