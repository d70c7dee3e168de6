// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import net.backhaul.sql.AuditEntry;
import net.backhaul.sql.AuditLog;
import net.backhaul.sql.Database;
import net.backhaul.sql.DatabaseFile;
import net.backhaul.web.account.AccountChange;
import net.backhaul.web.http.FileBody;
import net.backhaul.web.http.ProblemException;
import net.backhaul.web.http.StorageFailure;
import net.backhaul.web.http.WebResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Health and backups. */
class HostResourceTest {
  @TempDir Path home;
  private final WebFixture web = new WebFixture();
  private final WebFixture.Client admin = web.admin();
  private final List<String> outcomes = new CopyOnWriteArrayList<>();

  @Test
  void recordsAndNamesBackups() {
    web.accountChanges.clear();
    WebResponse response = admin.from("203.0.113.9").post(HostResource.BACKUP, "{}");

    assertEquals(200, response.status(), response::text);
    assertTrue(response.body() instanceof WebResponse.Body.Download);
    assertEquals(
        "attachment; filename=\"backhaul-20231114-221320.db\"",
        response.headers().get("Content-Disposition"));
    AuditEntry entry = ((AccountChange.Recorded) web.accountChanges.getFirst()).entry();
    assertEquals("backup", entry.action());
    assertEquals("admin", entry.actor());
    assertEquals("203.0.113.9", entry.origin());
  }

  @Test
  void showsHealth() {
    web.backup = new WebHost.Backup(7, "the disk is full");
    Map<String, ?> health = WebFixture.object(admin.get(HostResource.HEALTH));
    assertEquals("/home", health.get("home"));
    assertEquals(7L, health.get("lastBackupMs"));
    assertEquals("the disk is full", health.get("backupProblem"));
  }

  @Test
  void copiesTheDatabaseOneAtATime() throws Exception {
    Path file = home.resolve(DatabaseFile.NAME);
    Files.writeString(home.resolve(DatabaseFile.NAME + ".download"), "left by an earlier run");
    try (var database = new Database(DatabaseFile.of(file))) {
      database
          .submit(
              session ->
                  AuditLog.append(
                      session, new AuditEntry(1, "admin", "", "log-in", "", "", null, null)))
          .join();
      var backups = new DatabaseBackups(database, outcomes::add);

      FileBody copy = backups.get().join();
      Path copied = home.resolve(DatabaseFile.NAME + ".download");
      assertThrows(ProblemException.class, backups::get);
      long entries =
          Database.read(DatabaseFile.of(copied), session -> AuditLog.before(session, 9, 9).size());
      assertEquals(1, entries);
      copy.close();
      assertFalse(Files.exists(copied));
      backups.get().join().close();
      assertEquals(List.of("", ""), outcomes);
    }
  }

  @Test
  void saysWhyThereIsNoCopy() {
    try (var database = new Database(DatabaseFile.of(home.resolve("none.db")))) {
      var backups = new DatabaseBackups(database, outcomes::add);
      for (int i = 0; i < 2; i++) {
        CompletionException failed =
            assertThrows(CompletionException.class, () -> backups.get().join());
        assertTrue(failed.getCause() instanceof StorageFailure, failed::toString);
        assertEquals(failed.getCause().getMessage(), outcomes.getLast());
      }
      assertEquals(2, outcomes.size());
    }
  }
}
