// SPDX-License-Identifier: Apache-2.0
package net.backhaul.sql;

import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * Limits of the audit log, such that no account and no network evicts the entries of others: at the
 * limit the oldest rows of the account or network with the most are removed. The limits are those
 * of the number of rows and of the length of the objects before and after.
 */
final class AuditQuota {
  /** Maximum rows; up to {@link #INTERVAL_ROWS} more until some are removed. */
  static final int MAX_ROWS = 200_000;

  /** Maximum characters of the objects before and after, in all rows. */
  static final long MAX_CHARS = 1L << 30;

  /** Characters of a row after which the limits are checked at once. */
  static final long LARGE_ROW_CHARS = 1 << 16;

  /** Maximum rows of a share that are removed at once for their length. */
  private static final int MAX_ROWS_REMOVED = 1_000;

  /** Maximum rows of rejected passwords and codes, the only ones without an account. */
  static final int MAX_FAILED_LOG_INS = 4_000;

  /** Rows that are appended between two removals. */
  static final int INTERVAL_ROWS = 256;

  /** Between the name of an account and that of its token. */
  private static final String TOKEN = " (token ";

  private AuditQuota() {}

  /** The rows of one actor in one network, or in none. */
  private record Share(String network, String actor, long rows, long chars, long oldestId) {
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
    if (excess > 0) {
      for (Share each : ofLargest(shares(session), Share::rows)) {
        if (excess > 0) {
          excess -= removeOldest(session, each, excess);
        }
      }
    }
    long excessChars =
        session
                .queryFirst("SELECT coalesce(sum(chars), 0) FROM audit", row -> row.number(1))
                .orElse(0L)
            - MAX_CHARS;
    if (excessChars > 0) {
      for (Share each : ofLargest(shares(session), Share::chars)) {
        if (excessChars > 0) {
          excessChars -= removeOldestChars(session, each, excessChars);
        }
      }
    }
  }

  private static List<Share> shares(SqlSession session) {
    return session.query(
        "SELECT network_id, actor, count(*), sum(chars), min(id) FROM audit"
            + " GROUP BY network_id, actor",
        row -> new Share(row.text(1), row.text(2), row.number(3), row.number(4), row.number(5)));
  }

  private static int removeOldest(SqlSession session, Share share, long maxRows) {
    return session.update(
        "DELETE FROM audit WHERE id IN (SELECT id FROM audit"
            + " WHERE network_id = ? AND actor = ? ORDER BY id LIMIT ?)",
        share.network,
        share.actor,
        maxRows);
  }

  /** A row by its number and the characters of its objects. */
  private record Sized(long id, long chars) {}

  /** Removes the oldest rows of a share; returns how many characters they had. */
  private static long removeOldestChars(SqlSession session, Share share, long wanted) {
    long removed = 0;
    long lastId = 0;
    for (Sized each :
        session.query(
            "SELECT id, chars FROM audit WHERE network_id = ? AND actor = ? ORDER BY id LIMIT ?",
            row -> new Sized(row.number(1), row.number(2)),
            share.network,
            share.actor,
            MAX_ROWS_REMOVED)) {
      if (removed >= wanted) {
        break;
      }
      removed += each.chars;
      lastId = each.id;
    }
    session.update(
        "DELETE FROM audit WHERE network_id = ? AND actor = ? AND id <= ?",
        share.network,
        share.actor,
        lastId);
    return removed;
  }

  /** Returns the shares of the network or account with the most, the largest first. */
  private static List<Share> ofLargest(List<Share> shares, ToLongFunction<Share> size) {
    var ofNetworks = new HashMap<String, Long>();
    var ofAccounts = new HashMap<String, Long>();
    for (Share each : shares) {
      ofAccounts.merge(each.account(), size.applyAsLong(each), Long::sum);
      if (!each.network.isEmpty()) {
        ofNetworks.merge(each.network, size.applyAsLong(each), Long::sum);
      }
    }
    Map.Entry<String, Long> account = max(ofAccounts);
    boolean isNetwork = !ofNetworks.isEmpty() && max(ofNetworks).getValue() > account.getValue();
    String name = isNetwork ? max(ofNetworks).getKey() : account.getKey();
    return shares.stream()
        .filter(each -> name.equals(isNetwork ? each.network : each.account()))
        .sorted(Comparator.comparingLong(size).reversed().thenComparingLong(Share::oldestId))
        .toList();
  }

  private static Map.Entry<String, Long> max(Map<String, Long> sizes) {
    return sizes.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow();
  }
}
