// SPDX-License-Identifier: Apache-2.0
package net.backhaul.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A flood of entries from one account, network or source leaves the entries of others. */
class AuditQuotaTest {
  private static final String NET = "0b59471541000001";
  private static final String OTHER = "0b59471541000002";
  private static final int FLOOD = 3_000;
  private static final long LAST_MS = 1_700_000_000_000L;

  @TempDir Path directory;
  private Database database;

  @BeforeEach
  void start() {
    database = new Database(DatabaseFile.of(directory.resolve(DatabaseFile.NAME)));
  }

  @AfterEach
  void stop() {
    database.close();
  }

  /** Fills the log up to its limit, by one statement; then appends more. */
  private void flood(String actor, String network) {
    long free = AuditQuota.MAX_ROWS - count("1 = 1");
    database
        .submit(
            session ->
                session.update(
                    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
                        + " INSERT INTO audit SELECT"
                        + " (SELECT coalesce(max(id), 0) FROM audit) + i, i, printf(?, i % 7), '',"
                        + " 'change', printf(?, i % 256), '', NULL, NULL, 0 FROM n",
                    free, actor, network))
        .join();
    append(FLOOD, actor, network, "change");
  }

  /** Appends rows; a number in the actor or the network counts them. */
  private void append(int rows, String actor, String network, String action) {
    database
        .submit(
            session -> {
              for (int i = 0; i < rows; i++) {
                long atMs = LAST_MS - rows + 1 + i;
                String of = network.formatted(i % 256);
                AuditLog.append(
                    session,
                    new AuditEntry(atMs, actor.formatted(i % 7), "", action, of, "", null, null));
              }
              return true;
            })
        .join();
  }

  private long count(String where, Object... arguments) {
    return database
        .submit(
            session ->
                session.queryFirst(
                    "SELECT count(*) FROM audit WHERE " + where, row -> row.number(1), arguments))
        .join()
        .orElseThrow();
  }

  private void assertWithinLimit() {
    long rows = count("1 = 1");
    assertTrue(
        rows > AuditQuota.MAX_ROWS - AuditQuota.INTERVAL_ROWS
            && rows < AuditQuota.MAX_ROWS + AuditQuota.INTERVAL_ROWS,
        rows + " rows");
  }

  @Test
  void keepsTheEntriesOfOtherAccounts() {
    append(3_000, "ada", NET, "change");
    flood("eve (token %d)", "0b594715410000%02x");

    assertWithinLimit();
    assertEquals(3_000, count("actor = ?", "ada"));
    assertEquals(1, count("at_ms = ? AND actor LIKE ?", LAST_MS, "eve%"), "the latest row");
  }

  @Test
  void keepsTheEntriesOfOtherNetworks() {
    append(3_000, "ada", OTHER, "change");
    append(3_000, "ada", NET, "change");
    flood("join token t", NET);

    assertWithinLimit();
    assertEquals(3_000, count("network_id = ?", OTHER));
    assertEquals(3_000, count("network_id = ? AND actor = ?", NET, "ada"));
  }

  /** The oldest are removed where one has all of them, as there is no other. */
  @Test
  void removesTheOldestOfTheLargest() {
    flood("ada", NET);

    assertWithinLimit();
    assertEquals(0, count("at_ms < ?", FLOOD - AuditQuota.INTERVAL_ROWS));
    assertEquals(FLOOD, count("at_ms > ?", LAST_MS - FLOOD));
  }

  /** Rows of a megabyte, as changes of long rules are; the short ones of others stay. */
  @Test
  void boundsTheLengthOfAllEntries() {
    append(3_000, "ada", NET, "change");
    long rows = AuditQuota.MAX_CHARS >> 20;
    database
        .submit(
            session ->
                session.update(
                    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
                        + " INSERT INTO audit SELECT 3000 + i, i, 'eve', '', 'change', ?, '',"
                        + " NULL, NULL, 1 << 20 FROM n",
                    rows + 10,
                    NET))
        .join();
    String large = "x".repeat((int) AuditQuota.LARGE_ROW_CHARS);
    database
        .submit(
            session ->
                AuditLog.append(
                    session, new AuditEntry(LAST_MS, "eve", "", "change", NET, "", null, large)))
        .join();

    assertEquals(rows, count("actor = ?", "eve"), "those that fit, and the latest");
    assertEquals(1, count("actor = ? AND after_change = ?", "eve", large));
    assertEquals(0, count("actor = ? AND id <= 3011", "eve"), "the oldest are removed");
    assertEquals(3_000, count("actor = ?", "ada"));
  }

  @Test
  void boundsRejectedLogInsByThemselves() {
    append(3_000, "ada", "", "log-in");
    append(3 * AuditQuota.MAX_FAILED_LOG_INS, "not logged in", "", AuditLog.FAILED_LOG_IN);

    long failed = count("action = ?", AuditLog.FAILED_LOG_IN);
    assertTrue(
        failed >= AuditQuota.MAX_FAILED_LOG_INS
            && failed < AuditQuota.MAX_FAILED_LOG_INS + AuditQuota.INTERVAL_ROWS,
        failed + " rows");
    assertEquals(3_000, count("action = ?", "log-in"));
    assertEquals(1, count("action = ? AND at_ms = ?", AuditLog.FAILED_LOG_IN, LAST_MS));
  }
}
