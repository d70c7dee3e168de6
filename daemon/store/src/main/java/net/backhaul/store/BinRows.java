// SPDX-License-Identifier: Apache-2.0
package net.backhaul.store;

import java.util.List;
import net.backhaul.controller.BinnedMember;
import net.backhaul.controller.MemberRecord;
import net.backhaul.json.Json;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.sql.SqlSession;

/** Removed members in the table of {@code 005-members.sql}. */
final class BinRows {
  private static final String SAVE =
      "INSERT INTO bin (network_id, address, removed_ms, revision, document, notes, labels)"
          + " VALUES (?, ?, ?, ?, ?, ?, ?)";

  private static final String DELETE = "DELETE FROM bin WHERE network_id = ? AND address = ?";

  private BinRows() {}

  static List<BinnedMember> read(SqlSession session) {
    return session.query(
        "SELECT network_id, address, document, notes, labels, removed_ms FROM bin"
            + " ORDER BY network_id, address",
        row -> new BinnedMember(RecordRows.member(row), row.number(6)));
  }

  /** Saves a removed member in place of an earlier one of its address. */
  static void save(SqlSession session, BinnedMember binned) {
    delete(session, binned.networkId(), binned.address());
    MemberRecord member = binned.member();
    session.update(
        SAVE,
        NetworkIds.text(binned.networkId()),
        Addresses.text(binned.address()),
        binned.removedMs(),
        member.revision(),
        Json.write(MemberJson.write(member)),
        member.annotations().notes(),
        RecordRows.labels(member.annotations()));
  }

  static void delete(SqlSession session, long networkId, long address) {
    session.update(DELETE, NetworkIds.text(networkId), Addresses.text(address));
  }
}
