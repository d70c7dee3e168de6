// SPDX-License-Identifier: Apache-2.0
package net.backhaul.store;

import java.util.List;
import net.backhaul.controller.ControllerActivity;
import net.backhaul.controller.SeenMember;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.sql.SqlSession;

/** When members were last seen, in the table of {@code 005-members.sql} and two properties. */
final class ActivityRows {
  private static final String ALIVE = "controller.alive";
  private static final String OBSERVED_SINCE = "controller.observed-since";

  private static final String SAVE =
      "INSERT INTO member_seen (network_id, address, seen_ms) VALUES (?, ?, ?)"
          + " ON CONFLICT (network_id, address) DO UPDATE SET seen_ms = excluded.seen_ms";

  private static final String DELETE =
      "DELETE FROM member_seen WHERE network_id = ? AND address = ?";

  private ActivityRows() {}

  static ControllerActivity read(SqlSession session) {
    List<SeenMember> seen =
        session.query(
            "SELECT network_id, address, seen_ms FROM member_seen ORDER BY network_id, address",
            row ->
                new SeenMember(
                    NetworkIds.parse(row.text(1)), Addresses.parse(row.text(2)), row.number(3)));
    return new ControllerActivity(seen, number(session, ALIVE), number(session, OBSERVED_SINCE));
  }

  private static long number(SqlSession session, String property) {
    String text = RecordRows.property(session, property);
    return text.isEmpty() ? 0 : Long.parseLong(text);
  }

  static void save(SqlSession session, ControllerActivity activity) {
    for (SeenMember seen : activity.seen()) {
      session.update(
          SAVE, NetworkIds.text(seen.networkId()), Addresses.text(seen.address()), seen.seenMs());
    }
    RecordRows.setProperty(session, ALIVE, Long.toString(activity.aliveMs()));
    RecordRows.setProperty(session, OBSERVED_SINCE, Long.toString(activity.observedSinceMs()));
  }

  static void delete(SqlSession session, long networkId, long address) {
    session.update(DELETE, NetworkIds.text(networkId), Addresses.text(address));
  }

  /** Has the next start begin to observe members anew. */
  static void reset(SqlSession session) {
    RecordRows.setProperty(session, ALIVE, "0");
  }
}
