// SPDX-License-Identifier: Apache-2.0
package net.backhaul.sql;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Limits of the audit log, such that no account and no network evicts the entries of others: at the
 * limit the oldest rows of the account or network with the most rows are removed.
 */
final class AuditQuota {
  /** Maximum rows; up to {@link #INTERVAL_ROWS} more until some are removed. */
  static final int MAX_ROWS = 200_000;

  /** Maximum rows of rejected passwords and codes, the only ones without an account. */
  static final int MAX_FAILED_LOG_INS = 4_000;

  /** Rows that are appended between two removals. */
  static final int INTERVAL_ROWS = 256;

  /** Between the name of an account and that of its token. */
  private static final String TOKEN = " (token ";

  private AuditQuota() {}

  /** The rows of one actor in one network, or in none. */
  private record Share(String network, String actor, long rows, long oldestId) {
    /** All tokens of an account count as one. */
    String account() {
      int end = actor.indexOf(TOKEN);
      return end < 0 ? actor : actor.substring(0, end);
    }
  }

  /** Removes the rows beyond the limits. */
  static void evict(SqlSession session) {
    session.update(
        "DELETE FROM audit WHERE action = 'log-in-failed' AND id <= (SELECT id FROM audit"
            + " WHERE action = 'log-in-failed' ORDER BY id DESC LIMIT 1 OFFSET ?)",
        MAX_FAILED_LOG_INS);
    long excess =
        session.queryFirst("SELECT count(*) FROM audit", row -> row.number(1)).orElse(0L)
            - MAX_ROWS;
    if (excess <= 0) {
      return;
    }
    List<Share> shares =
        session.query(
            "SELECT network_id, actor, count(*), min(id) FROM audit GROUP BY network_id, actor",
            row -> new Share(row.text(1), row.text(2), row.number(3), row.number(4)));
    for (Share each : ofLargest(shares)) {
      if (excess > 0) {
        excess -= removeOldest(session, each, excess);
      }
    }
  }

  private static int removeOldest(SqlSession session, Share share, long maxRows) {
    return session.update(
        "DELETE FROM audit WHERE id IN (SELECT id FROM audit"
            + " WHERE network_id = ? AND actor = ? ORDER BY id LIMIT ?)",
        share.network,
        share.actor,
        maxRows);
  }

  /** Returns the shares of the network or account with the most rows, the largest first. */
  private static List<Share> ofLargest(List<Share> shares) {
    var ofNetworks = new HashMap<String, Long>();
    var ofAccounts = new HashMap<String, Long>();
    for (Share each : shares) {
      ofAccounts.merge(each.account(), each.rows, Long::sum);
      if (!each.network.isEmpty()) {
        ofNetworks.merge(each.network, each.rows, Long::sum);
      }
    }
    Map.Entry<String, Long> account = max(ofAccounts);
    boolean isNetwork = !ofNetworks.isEmpty() && max(ofNetworks).getValue() > account.getValue();
    String name = isNetwork ? max(ofNetworks).getKey() : account.getKey();
    return shares.stream()
        .filter(each -> name.equals(isNetwork ? each.network : each.account()))
        .sorted(Comparator.comparingLong(Share::rows).reversed().thenComparingLong(Share::oldestId))
        .toList();
  }

  private static Map.Entry<String, Long> max(Map<String, Long> rows) {
    return rows.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow();
  }
}
