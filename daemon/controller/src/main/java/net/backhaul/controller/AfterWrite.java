// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.util.List;

/** What members shall hear once a change is safe. */
sealed interface AfterWrite {
  /** A member shall hear what its network looks like now. */
  record Push(long networkId, long member) implements AfterWrite {}

  /** Others shall hear that a member is out, and so shall it. */
  record Revoke(long networkId, long target, long thresholdMs, List<Long> recipients)
      implements AfterWrite {
    public Revoke {
      recipients = List.copyOf(recipients);
    }
  }
}
