// SPDX-License-Identifier: Apache-2.0
package net.backhaul.sql;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who changed what, when and from where. Rows are appended in the transaction of the change, and
 * never changed; beyond {@link AuditQuota} they are removed.
 */
public final class AuditLog {
  /** The action of rejected passwords and codes, which anybody can cause. */
  public static final String FAILED_LOG_IN = "log-in-failed";

  /** Maximum rows that one search reads. */
  public static final int MAX_ROWS_READ = 20_000;

  /** Length of the objects of a page, at which it ends. */
  public static final int MAX_PAGE_CHARS = 4_000_000;

  private static final int ROWS_AT_ONCE = 100;

  private static final String COLUMNS =
      "id, at_ms, actor, origin, action, network_id, address, before_change, after_change";

  private AuditLog() {}

  /** An entry with its number; later rows have higher ones. */
  public record Numbered(long id, AuditEntry entry) {}

  /** Appends a row, and returns its number. */
  public static long append(SqlSession session, AuditEntry entry) {
    long chars = length(entry.before()) + length(entry.after());
    long id = session.queryFirst("SELECT max(id) FROM audit", row -> row.number(1)).orElse(0L) + 1;
    session.update(
        "INSERT INTO audit (" + COLUMNS + ", chars) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        id,
        entry.atMs(),
        entry.actor(),
        entry.origin(),
        entry.action(),
        entry.networkId(),
        entry.address(),
        entry.before(),
        entry.after(),
        chars);
    if (id % AuditQuota.INTERVAL_ROWS == 0 || chars >= AuditQuota.LARGE_ROW_CHARS) {
      AuditQuota.evict(session);
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

  /** Returns rows of one member before a number, the latest first. */
  private static List<Numbered> ofMember(SqlSession session, AuditQuery query, long beforeId) {
    return session.query(
        "SELECT "
            + COLUMNS
            + " FROM audit WHERE network_id = ? AND address = ? AND id < ?"
            + " ORDER BY id DESC LIMIT ?",
        AuditLog::read,
        query.networkId(),
        query.address(),
        beforeId,
        ROWS_AT_ONCE);
  }

  /**
   * Some of the rows of a search, the latest first.
   *
   * @param nextId before which the search goes on; 0 at its end
   */
  public record Page(List<Numbered> rows, long nextId) {
    public Page {
      rows = List.copyOf(rows);
    }
  }

  /**
   * Searches for rows. A page may have less than the wanted number although there are more: a
   * search reads at most {@link #MAX_ROWS_READ} rows, and returns at most {@link #MAX_PAGE_CHARS}.
   */
  public static Page find(SqlSession session, AuditQuery query) {
    var found = new ArrayList<Numbered>();
    long nextId = query.beforeId();
    long chars = 0;
    for (int read = 0; read < MAX_ROWS_READ; read += ROWS_AT_ONCE) {
      List<Numbered> part = part(session, query, nextId);
      for (Numbered each : part) {
        nextId = each.id;
        if (query.matches(each.entry)) {
          found.add(each);
          chars += length(each.entry.before()) + length(each.entry.after());
          if (found.size() >= query.limit() || chars >= MAX_PAGE_CHARS) {
            return new Page(found, nextId);
          }
        }
      }
      if (part.size() < ROWS_AT_ONCE) {
        return new Page(found, 0);
      }
    }
    return new Page(found, nextId);
  }

  private static List<Numbered> part(SqlSession session, AuditQuery query, long beforeId) {
    if (query.networkId().isEmpty()) {
      return before(session, beforeId, ROWS_AT_ONCE);
    }
    return query.address().isEmpty()
        ? ofNetwork(session, query.networkId(), beforeId, ROWS_AT_ONCE)
        : ofMember(session, query, beforeId);
  }

  private static long length(@Nullable String text) {
    return text == null ? 0 : text.length();
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
