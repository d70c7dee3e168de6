// SPDX-License-Identifier: Apache-2.0
package net.backhaul.store;

import java.util.ArrayList;
import java.util.List;
import net.backhaul.controller.Annotations;
import net.backhaul.controller.BinnedMember;
import net.backhaul.controller.BlockedAddress;
import net.backhaul.controller.ControllerActivity;
import net.backhaul.controller.ControllerRecord;
import net.backhaul.controller.Edit;
import net.backhaul.controller.JoinToken;
import net.backhaul.controller.MemberRecord;
import net.backhaul.controller.NetworkRecord;
import net.backhaul.controller.RecordChange;
import net.backhaul.controller.RevokedMember;
import net.backhaul.controller.StoredRecords;
import net.backhaul.json.Json;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.sql.AuditEntry;
import net.backhaul.sql.AuditLog;
import net.backhaul.sql.Row;
import net.backhaul.sql.SourceHistory;
import net.backhaul.sql.SqlSession;
import org.jspecify.annotations.Nullable;

/** The controller's records in the tables of {@code 001-controller.sql}. */
final class RecordRows {
  private static final String SAVE_NETWORK =
      "INSERT INTO network (id, revision, document, notes, labels, deauthorize_after_days)"
          + " VALUES (?, ?, ?, ?, ?, ?)"
          + " ON CONFLICT (id) DO UPDATE SET revision = excluded.revision,"
          + " document = excluded.document, notes = excluded.notes, labels = excluded.labels,"
          + " deauthorize_after_days = excluded.deauthorize_after_days";

  private static final String SAVE_MEMBER =
      "INSERT INTO member (network_id, address, revision, document, notes, labels)"
          + " VALUES (?, ?, ?, ?, ?, ?)"
          + " ON CONFLICT (network_id, address) DO UPDATE SET revision = excluded.revision,"
          + " document = excluded.document, notes = excluded.notes, labels = excluded.labels";

  private static final String DELETE_MEMBER =
      "DELETE FROM member WHERE network_id = ? AND address = ?";

  private static final String BLOCK =
      "INSERT INTO block (network_id, address, since_ms) VALUES (?, ?, ?)"
          + " ON CONFLICT (network_id, address) DO UPDATE SET since_ms = excluded.since_ms";

  private static final String REVOKE =
      "INSERT INTO revocation (network_id, address, revoked_ms) VALUES (?, ?, ?)"
          + " ON CONFLICT (network_id, address) DO UPDATE SET revoked_ms = excluded.revoked_ms";

  private static final String UNBLOCK = "DELETE FROM block WHERE network_id = ? AND address = ?";

  private static final String SAVE_PROPERTY =
      "INSERT INTO property (name, content) VALUES (?, ?)"
          + " ON CONFLICT (name) DO UPDATE SET content = excluded.content";

  private RecordRows() {}

  /**
   * Reads all records.
   *
   * @throws IllegalArgumentException if one is damaged
   */
  static StoredRecords read(SqlSession session) {
    return new StoredRecords(
        session.query(
            "SELECT id, document, notes, labels, deauthorize_after_days FROM network ORDER BY id",
            RecordRows::network),
        MemberRows.read(session),
        session.query(
            "SELECT network_id, address, since_ms FROM block ORDER BY network_id, address",
            row ->
                new BlockedAddress(
                    NetworkIds.parse(row.text(1)), Addresses.parse(row.text(2)), row.number(3))),
        session.query(
            "SELECT network_id, address, revoked_ms FROM revocation ORDER BY network_id, address",
            row ->
                new RevokedMember(
                    NetworkIds.parse(row.text(1)), Addresses.parse(row.text(2)), row.number(3))),
        JoinTokenRows.read(session),
        BinRows.read(session),
        ActivityRows.read(session));
  }

  private static NetworkRecord network(Row row) {
    try {
      return NetworkJson.read(row.text(2))
          .withAnnotations(annotations(row.text(3), row.text(4)))
          .withDeauthorizeAfterDays((int) row.number(5));
    } catch (IllegalArgumentException e) {
      throw damaged("network " + row.text(1), e);
    }
  }

  /** Reads a member of network, address, document, notes, labels. */
  static MemberRecord member(Row row) {
    return MemberRows.member(row, true);
  }

  static IllegalArgumentException damaged(String record, IllegalArgumentException e) {
    return new IllegalArgumentException("the record of " + record + ": " + e.getMessage(), e);
  }

  static Annotations annotations(String notes, String labels) {
    return notes.isEmpty() && labels.equals("[]")
        ? Annotations.NONE
        : new Annotations(notes, ExportedJson.readLabels(Json.parse(labels)));
  }

  /** Writes a change. */
  static void apply(SqlSession session, RecordChange change) {
    switch (change) {
      case RecordChange.NetworkSaved(NetworkRecord network) -> save(session, network);
      case RecordChange.MemberSaved(MemberRecord member) -> save(session, member);
      case RecordChange.MemberDeleted(long networkId, long address) ->
          deleteMember(session, networkId, address);
      case RecordChange.MemberBinned(BinnedMember binned) -> {
        deleteMember(session, binned.networkId(), binned.address());
        BinRows.save(session, binned);
      }
      case RecordChange.MemberRestored(MemberRecord member) -> {
        BinRows.delete(session, member.networkId(), member.address());
        save(session, member);
      }
      case RecordChange.MemberPurged(long networkId, long address) ->
          BinRows.delete(session, networkId, address);
      case RecordChange.ActivitySaved(ControllerActivity activity) ->
          ActivityRows.save(session, activity);
      case RecordChange.NetworkDeleted(long id) -> {
        String text = NetworkIds.text(id);
        session.update("DELETE FROM member WHERE network_id = ?", text);
        session.update("DELETE FROM block WHERE network_id = ?", text);
        session.update("DELETE FROM revocation WHERE network_id = ?", text);
        session.update("DELETE FROM join_token WHERE network_id = ?", text);
        SourceHistory.remove(session, text);
        session.update("DELETE FROM bin WHERE network_id = ?", text);
        session.update("DELETE FROM member_seen WHERE network_id = ?", text);
        session.update("DELETE FROM network WHERE id = ?", text);
      }
      case RecordChange.MembershipEnded(RevokedMember revoked, long expiredMs) -> {
        session.update(
            "DELETE FROM revocation WHERE network_id = ? AND revoked_ms <= ?",
            NetworkIds.text(revoked.networkId()),
            expiredMs);
        save(session, revoked);
      }
      case RecordChange.JoinTokenSaved(JoinToken token) -> JoinTokenRows.save(session, token);
      case RecordChange.JoinTokenDeleted(JoinToken token) -> JoinTokenRows.delete(session, token);
      case RecordChange.JoinedByToken(JoinToken token, MemberRecord member) -> {
        JoinTokenRows.countUse(session, token);
        save(session, member);
      }
      case RecordChange.Blocked(BlockedAddress block) -> save(session, block);
      case RecordChange.Unblocked(long networkId, long address) ->
          session.update(UNBLOCK, NetworkIds.text(networkId), Addresses.text(address));
      case RecordChange.Combined(List<RecordChange> changes) ->
          changes.forEach(each -> apply(session, each));
      case RecordChange.Edited(RecordChange made, Edit edit, ControllerRecord before) -> {
        apply(session, made);
        AuditEntry entry = AuditRows.entry(made, edit, before);
        AuditLog.append(session, entry);
        if (made instanceof RecordChange.NetworkSaved(NetworkRecord network)) {
          keepSource(session, entry, before, network);
        }
      }
    }
  }

  /** Appends the source of rules to its history, if the change has set another one. */
  private static void keepSource(
      SqlSession session,
      AuditEntry change,
      @Nullable ControllerRecord before,
      NetworkRecord after) {
    String old = before instanceof NetworkRecord network ? NetworkJson.rulesSource(network) : "";
    String source = NetworkJson.rulesSource(after);
    if (!source.equals(old)) {
      SourceHistory.append(session, change, old, source);
    }
  }

  private static void save(SqlSession session, NetworkRecord network) {
    session.update(
        SAVE_NETWORK,
        NetworkIds.text(network.id()),
        network.revision(),
        Json.write(NetworkJson.write(network)),
        network.annotations().notes(),
        labels(network.annotations()),
        (long) network.deauthorizeAfterDays());
  }

  private static void deleteMember(SqlSession session, long networkId, long address) {
    session.update(DELETE_MEMBER, NetworkIds.text(networkId), Addresses.text(address));
    ActivityRows.delete(session, networkId, address);
  }

  private static void save(SqlSession session, MemberRecord member) {
    session.update(
        SAVE_MEMBER,
        NetworkIds.text(member.networkId()),
        Addresses.text(member.address()),
        member.revision(),
        Json.write(MemberJson.write(member)),
        member.annotations().notes(),
        labels(member.annotations()));
  }

  private static void save(SqlSession session, BlockedAddress block) {
    session.update(
        BLOCK,
        NetworkIds.text(block.networkId()),
        Addresses.text(block.address()),
        block.sinceMs());
  }

  private static void save(SqlSession session, RevokedMember revoked) {
    session.update(
        REVOKE,
        NetworkIds.text(revoked.networkId()),
        Addresses.text(revoked.address()),
        revoked.thresholdMs());
  }

  static String labels(Annotations annotations) {
    return Json.write(new ArrayList<@Nullable Object>(annotations.labels()));
  }

  /** Writes records of an import; those with the same ids are replaced. */
  static void saveAll(SqlSession session, StoredRecords records) {
    records.networks().forEach(network -> save(session, network));
    records.members().forEach(member -> save(session, member));
    records.blocked().forEach(block -> save(session, block));
    records.revoked().forEach(revoked -> save(session, revoked));
    records.joinTokens().forEach(token -> JoinTokenRows.save(session, token));
    records.binned().forEach(binned -> BinRows.save(session, binned));
    ActivityRows.reset(session); // Of these nobody knows when they were seen.
  }

  // Properties of the database.

  static String property(SqlSession session, String name) {
    return session
        .queryFirst("SELECT content FROM property WHERE name = ?", row -> row.text(1), name)
        .orElse("");
  }

  static void setProperty(SqlSession session, String name, String content) {
    session.update(SAVE_PROPERTY, name, content);
  }
}
