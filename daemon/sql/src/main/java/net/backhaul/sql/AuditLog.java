// SPDX-License-Identifier: Apache-2.0
package net.backhaul.sql;

import java.util.List;

/**
 * Who changed what, when and from where. Rows are appended in the transaction of the change, and
 * never changed; the oldest are removed at the limit.
 */
public final class AuditLog {
  /** Maximum rows; a few hundred more until the oldest are removed. */
  public static final int MAX_ROWS = 200_000;

  private static final int REMOVAL_INTERVAL = 256;

  private static final String COLUMNS =
      "id, at_ms, actor, origin, action, network_id, address, before_change, after_change";

  private AuditLog() {}

  /** An entry with its number; later rows have higher ones. */
  public record Numbered(long id, AuditEntry entry) {}

  /** Appends a row, and returns its number. */
  public static long append(SqlSession session, AuditEntry entry) {
    long id = session.queryFirst("SELECT max(id) FROM audit", row -> row.number(1)).orElse(0L) + 1;
    session.update(
        "INSERT INTO audit (" + COLUMNS + ") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        id,
        entry.atMs(),
        entry.actor(),
        entry.origin(),
        entry.action(),
        entry.networkId(),
        entry.address(),
        entry.before(),
        entry.after());
    if (id % REMOVAL_INTERVAL == 0) {
      session.update("DELETE FROM audit WHERE id <= ?", id - MAX_ROWS);
    }
    return id;
  }

  /**
   * Returns rows before a number, the latest first.
   *
   * @param beforeId {@link Long#MAX_VALUE} for the latest rows
   */
  public static List<Numbered> before(SqlSession session, long beforeId, int limit) {
    return session.query(
        "SELECT " + COLUMNS + " FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?",
        AuditLog::read,
        beforeId,
        limit);
  }

  /** Returns rows of one network and its members before a number, the latest first. */
  public static List<Numbered> ofNetwork(
      SqlSession session, String networkId, long beforeId, int limit) {
    return session.query(
        "SELECT "
            + COLUMNS
            + " FROM audit WHERE network_id = ? AND id < ? ORDER BY id DESC LIMIT ?",
        AuditLog::read,
        networkId,
        beforeId,
        limit);
  }

  private static Numbered read(Row row) {
    return new Numbered(
        row.number(1),
        new AuditEntry(
            row.number(2),
            row.text(3),
            row.text(4),
            row.text(5),
            row.text(6),
            row.text(7),
            row.nullableText(8),
            row.nullableText(9)));
  }
}
