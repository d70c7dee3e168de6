// SPDX-License-Identifier: Apache-2.0
package net.backhaul.store;

import net.backhaul.controller.BinnedMember;
import net.backhaul.controller.BlockedAddress;
import net.backhaul.controller.ControllerRecord;
import net.backhaul.controller.Edit;
import net.backhaul.controller.JoinToken;
import net.backhaul.controller.MemberRecord;
import net.backhaul.controller.NetworkRecord;
import net.backhaul.controller.RecordChange;
import net.backhaul.controller.RevokedMember;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.sql.AuditEntry;
import org.jspecify.annotations.Nullable;

/** Changes of records as entries of the audit log. */
final class AuditRows {
  private AuditRows() {}

  /**
   * Returns the entry of a change.
   *
   * @param before the record before the change; null for a new one
   */
  static AuditEntry entry(RecordChange change, Edit edit, @Nullable ControllerRecord before) {
    String action =
        switch (change) {
          case RecordChange.NetworkSaved saved -> before == null ? "create" : "change";
          case RecordChange.MemberSaved saved -> before == null ? "create" : "change";
          case RecordChange.NetworkDeleted deleted -> "delete";
          case RecordChange.MemberDeleted deleted -> "delete";
          case RecordChange.MemberBinned binned -> "remove";
          case RecordChange.MemberRestored restored -> "restore";
          case RecordChange.MemberPurged purged -> "purge";
          case RecordChange.ActivitySaved saved -> "see";
          case RecordChange.Blocked blocked -> "block";
          case RecordChange.Unblocked unblocked -> "unblock";
          case RecordChange.MembershipEnded ended -> "revoke";
          case RecordChange.JoinTokenSaved saved -> "create-token";
          case RecordChange.JoinTokenDeleted deleted -> "revoke-token";
          case RecordChange.JoinedByToken joined -> "join";
          case RecordChange.Combined combined -> throw noEntry();
          case RecordChange.Edited edited -> "change";
        };
    ControllerRecord after =
        switch (change) {
          case RecordChange.NetworkSaved(NetworkRecord network) -> network;
          case RecordChange.MemberSaved(MemberRecord member) -> member;
          case RecordChange.MemberRestored(MemberRecord member) -> member;
          case RecordChange.JoinedByToken(JoinToken token, MemberRecord member) -> member;
          case RecordChange.JoinTokenSaved(JoinToken token) -> token;
          case RecordChange.Blocked blocked -> before;
          case RecordChange.Unblocked unblocked -> before;
          default -> null;
        };
    return new AuditEntry(
        edit.nowMs(),
        edit.actor(),
        edit.origin(),
        action,
        NetworkIds.text(networkId(change)),
        address(change),
        ExportedJson.write(before),
        ExportedJson.write(after));
  }

  private static IllegalArgumentException noEntry() {
    return new IllegalArgumentException("each of combined changes has its own entry");
  }

  private static long networkId(RecordChange change) {
    return switch (change) {
      case RecordChange.NetworkSaved(NetworkRecord network) -> network.id();
      case RecordChange.MemberSaved(MemberRecord member) -> member.networkId();
      case RecordChange.NetworkDeleted(long id) -> id;
      case RecordChange.MemberDeleted(long networkId, long address) -> networkId;
      case RecordChange.MemberBinned(BinnedMember binned) -> binned.networkId();
      case RecordChange.MemberRestored(MemberRecord member) -> member.networkId();
      case RecordChange.MemberPurged(long networkId, long address) -> networkId;
      case RecordChange.ActivitySaved saved -> 0;
      case RecordChange.MembershipEnded(RevokedMember revoked, long expired) -> revoked.networkId();
      case RecordChange.JoinTokenSaved(JoinToken token) -> token.networkId();
      case RecordChange.JoinTokenDeleted(JoinToken token) -> token.networkId();
      case RecordChange.JoinedByToken(JoinToken token, MemberRecord member) -> token.networkId();
      case RecordChange.Blocked(BlockedAddress block) -> block.networkId();
      case RecordChange.Unblocked(long networkId, long address) -> networkId;
      case RecordChange.Combined combined -> throw noEntry();
      case RecordChange.Edited edited -> networkId(edited.change());
    };
  }

  private static String address(RecordChange change) {
    return switch (change) {
      case RecordChange.NetworkSaved saved -> "";
      case RecordChange.MemberSaved(MemberRecord member) -> Addresses.text(member.address());
      case RecordChange.NetworkDeleted deleted -> "";
      case RecordChange.MemberDeleted(long networkId, long address) -> Addresses.text(address);
      case RecordChange.MemberBinned(BinnedMember binned) -> Addresses.text(binned.address());
      case RecordChange.MemberRestored(MemberRecord member) -> Addresses.text(member.address());
      case RecordChange.MemberPurged(long networkId, long address) -> Addresses.text(address);
      case RecordChange.ActivitySaved saved -> "";
      case RecordChange.MembershipEnded(RevokedMember revoked, long expired) ->
          Addresses.text(revoked.address());
      case RecordChange.JoinTokenSaved saved -> "";
      case RecordChange.JoinTokenDeleted deleted -> "";
      case RecordChange.JoinedByToken(JoinToken token, MemberRecord member) ->
          Addresses.text(member.address());
      case RecordChange.Blocked(BlockedAddress block) -> Addresses.text(block.address());
      case RecordChange.Unblocked(long networkId, long address) -> Addresses.text(address);
      case RecordChange.Combined combined -> throw noEntry();
      case RecordChange.Edited edited -> address(edited.change());
    };
  }
}
