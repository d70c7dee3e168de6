// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.util.List;
import net.backhaul.protocol.network.RevokedCredential;
import net.backhaul.protocol.packet.Bytes;

/** A message to members that is sent once the change that causes it is saved. */
sealed interface PendingNotification {
  /** The current configuration of a network goes to a member. */
  record ConfigPush(long networkId, long member) implements PendingNotification {}

  /** An update of the directory goes to those of the recipients that are authorized then. */
  record DirectoryPush(long networkId, Bytes update, List<Long> recipients)
      implements PendingNotification {
    public DirectoryPush {
      recipients = List.copyOf(recipients);
    }
  }

  /** A revocation of the target's membership goes to the recipients. */
  record Revoke(long networkId, long target, long thresholdMs, List<Long> recipients)
      implements PendingNotification {
    public Revoke {
      recipients = List.copyOf(recipients);
    }
  }

  /** Revocations that a member may have missed go to it. */
  record RepeatRevocations(List<RevokedMember> revoked, long recipient)
      implements PendingNotification {
    public RepeatRevocations {
      revoked = List.copyOf(revoked);
    }
  }

  /** Revocations of tags and capabilities, as many as fit into a message, go to the recipients. */
  record RevokeCredentials(
      long networkId, List<RevokedCredential> revoked, long thresholdMs, List<Long> recipients)
      implements PendingNotification {
    public RevokeCredentials {
      revoked = List.copyOf(revoked);
      recipients = List.copyOf(recipients);
    }
  }
}
