// SPDX-License-Identifier: Apache-2.0
package net.backhaul.store;

import java.util.ArrayList;
import java.util.List;
import net.backhaul.controller.MemberRecord;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.sql.Row;
import net.backhaul.sql.SqlSession;

/** Reads the members of all networks, most of the time of a start. */
final class MemberRows {
  /** Annotations are read where there are any: each text of a row takes as long as to parse it. */
  private static final String READ =
      "SELECT network_id, address, document, notes, labels, notes <> '' OR labels <> '[]'"
          + " FROM member ORDER BY network_id, address";

  private MemberRows() {}

  static List<MemberRecord> read(SqlSession session) {
    var members = new ArrayList<MemberRecord>();
    session.forEach(READ, row -> members.add(member(row, row.truth(6))));
    return members;
  }

  /**
   * Reads a row of network, address, document, notes, labels.
   *
   * @throws IllegalArgumentException if it is damaged
   */
  static MemberRecord member(Row row, boolean isAnnotated) {
    try {
      MemberRecord member = MemberJson.readStored(NetworkIds.parse(row.text(1)), row.text(3));
      return isAnnotated
          ? member.withAnnotations(RecordRows.annotations(row.text(4), row.text(5)))
          : member;
    } catch (IllegalArgumentException e) {
      throw RecordRows.damaged("member " + row.text(2) + " of network " + row.text(1), e);
    }
  }
}
