// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.util.List;

/**
 * All records of a controller, as a store has read them.
 *
 * @param revoked members that were deleted while others could believe in their membership
 * @param binned members that were removed, and can be restored
 */
public record StoredRecords(
    List<NetworkRecord> networks,
    List<MemberRecord> members,
    List<BlockedAddress> blocked,
    List<RevokedMember> revoked,
    List<JoinToken> joinTokens,
    List<BinnedMember> binned,
    ControllerActivity activity) {
  public static final StoredRecords NONE = new StoredRecords(List.of(), List.of(), List.of());

  public StoredRecords {
    networks = List.copyOf(networks);
    members = List.copyOf(members);
    blocked = List.copyOf(blocked);
    revoked = List.copyOf(revoked);
    joinTokens = List.copyOf(joinTokens);
    binned = List.copyOf(binned);
  }

  /** Makes records without those that only this implementation has. */
  public StoredRecords(
      List<NetworkRecord> networks, List<MemberRecord> members, List<BlockedAddress> blocked) {
    this(networks, members, blocked, List.of(), List.of(), List.of(), ControllerActivity.NONE);
  }
}
