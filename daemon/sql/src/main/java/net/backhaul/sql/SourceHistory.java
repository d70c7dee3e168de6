// SPDX-License-Identifier: Apache-2.0
package net.backhaul.sql;

import java.util.List;
import java.util.Optional;

/**
 * Versions of the sources of rules that networks have had. Rows are appended in the transaction of
 * the change, and never changed; the oldest of a network are removed at the limit.
 */
public final class SourceHistory {
  /** Maximum versions of a network. */
  public static final int MAX_VERSIONS = 50;

  private SourceHistory() {}

  /**
   * A version without its text; later ones have higher numbers.
   *
   * @param atMs wall-clock time of the change
   * @param actor the account or token that made the change; empty where it was made before there
   *     was a history
   * @param origin where the request came from; may be empty
   * @param chars length of the source
   */
  public record SourceVersion(long id, long atMs, String actor, String origin, long chars) {}

  /**
   * Appends the source that a change has set.
   *
   * @param before the source before the change, which is appended first where there is no version
   */
  public static void append(SqlSession session, AuditEntry change, String before, String source) {
    String network = change.networkId();
    boolean isFirst = versions(session, network).isEmpty();
    if (isFirst && !before.isEmpty()) {
      insert(session, new AuditEntry(0, "", "", "", network, "", null, null), before);
    }
    insert(session, change, source);
    session.update(
        "DELETE FROM rules_source WHERE network_id = ? AND id NOT IN"
            + " (SELECT id FROM rules_source WHERE network_id = ? ORDER BY id DESC LIMIT ?)",
        network,
        network,
        MAX_VERSIONS);
  }

  private static void insert(SqlSession session, AuditEntry change, String source) {
    long last =
        session.queryFirst("SELECT max(id) FROM rules_source", row -> row.number(1)).orElse(0L);
    session.update(
        "INSERT INTO rules_source (id, network_id, at_ms, actor, origin, source)"
            + " VALUES (?, ?, ?, ?, ?, ?)",
        last + 1,
        change.networkId(),
        change.atMs(),
        change.actor(),
        change.origin(),
        source);
  }

  /** Returns the versions of a network, the latest first. */
  public static List<SourceVersion> versions(SqlSession session, String networkId) {
    return session.query(
        "SELECT id, at_ms, actor, origin, length(source) FROM rules_source WHERE network_id = ?"
            + " ORDER BY id DESC",
        row ->
            new SourceVersion(
                row.number(1), row.number(2), row.text(3), row.text(4), row.number(5)),
        networkId);
  }

  /** Returns the text of a version; empty if the network has none of this number. */
  public static Optional<String> source(SqlSession session, String networkId, long id) {
    return session.queryFirst(
        "SELECT source FROM rules_source WHERE network_id = ? AND id = ?",
        row -> row.text(1),
        networkId,
        id);
  }

  /** Removes the versions of a network that is deleted. */
  public static void remove(SqlSession session, String networkId) {
    session.update("DELETE FROM rules_source WHERE network_id = ?", networkId);
  }
}
