// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A change that a {@link RecordStore} persists. */
public sealed interface RecordChange {
  /** A network was created or changed. */
  record NetworkSaved(NetworkRecord network) implements RecordChange {}

  /** A member was created or changed. */
  record MemberSaved(MemberRecord member) implements RecordChange {}

  /** A network was deleted, and with it all its members, blocks and tokens. */
  record NetworkDeleted(long networkId) implements RecordChange {}

  /** A member was deleted. */
  record MemberDeleted(long networkId, long address) implements RecordChange {}

  /**
   * A member is about to be deleted whose membership others may believe in.
   *
   * @param expiredMs earlier ends of memberships of the network no longer matter
   */
  record MembershipEnded(RevokedMember revoked, long expiredMs) implements RecordChange {}

  /** A member was removed to the bin. */
  record MemberBinned(BinnedMember binned) implements RecordChange {}

  /** A member was restored from the bin, as it is now. */
  record MemberRestored(MemberRecord member) implements RecordChange {}

  /** A member of the bin was deleted for good. */
  record MemberPurged(long networkId, long address) implements RecordChange {}

  /** Members were seen, or the controller runs; those that are not named stay as they are. */
  record ActivitySaved(ControllerActivity activity) implements RecordChange {}

  /** A join token was made. */
  record JoinTokenSaved(JoinToken token) implements RecordChange {}

  /** A join token was revoked. */
  record JoinTokenDeleted(JoinToken token) implements RecordChange {}

  /**
   * A member was admitted by a join token.
   *
   * @param token with this use counted
   */
  record JoinedByToken(JoinToken token, MemberRecord member) implements RecordChange {}

  /** An address was blocked. */
  record Blocked(BlockedAddress block) implements RecordChange {}

  /** An address is no longer blocked. */
  record Unblocked(long networkId, long address) implements RecordChange {}

  /** Changes that are saved together or not at all. */
  record Combined(List<RecordChange> changes) implements RecordChange {
    /** Creates it with a copy of the list. */
    public Combined {
      changes = List.copyOf(changes);
    }
  }

  /**
   * A change by an operator, to be recorded in the audit log.
   *
   * @param before the record before the change; null for a new one
   */
  record Edited(RecordChange change, Edit edit, @Nullable ControllerRecord before)
      implements RecordChange {}
}
