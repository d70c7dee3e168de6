// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.account;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;
import net.backhaul.sql.Database;
import net.backhaul.sql.DatabaseException;
import net.backhaul.sql.DatabaseFile;
import net.backhaul.web.access.AccessGrant;
import net.backhaul.web.access.AccessLevel;
import net.backhaul.web.http.StorageFailure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Accounts in the database of a home. */
class DatabaseAccountStoreTest {
  private static final AccessGrant SOME =
      new AccessGrant(AccessLevel.OPERATE, false, Set.of(0xabcL, -1L));
  private static final Account ADMIN =
      new Account(7, 1, "admin", AccessGrant.ADMIN, "$argon2id$...", "", 0, 1, false);
  private static final Account OPERATOR =
      new Account(8, 3, "op", SOME, "", "GEZDGNBV", 12, 2, true);
  private static final WebSession SESSION =
      new WebSession(9, "hash-of-session", 7, 3, 4, "192.0.2.1", "agent");
  private static final ApiToken TOKEN = new ApiToken(10, "hash-of-token", 8, "it's", SOME, 5, 6);
  private static final SetupLink LINK = new SetupLink("hash-of-link", 8, 7);

  @TempDir Path home;

  private Database open() {
    return new Database(DatabaseFile.of(home.resolve(DatabaseFile.NAME)));
  }

  @Test
  void keepsAllRecords() throws DatabaseException {
    try (Database database = open()) {
      new DatabaseAccountStore(database)
          .write(
              List.of(
                  new AccountChange.AccountSaved(ADMIN),
                  new AccountChange.AccountSaved(OPERATOR),
                  new AccountChange.SessionSaved(SESSION),
                  new AccountChange.TokenSaved(TOKEN),
                  new AccountChange.LinkSaved(new SetupLink("earlier", 8, 1)),
                  new AccountChange.LinkSaved(LINK)))
          .join();
    }
    try (Database database = open()) {
      assertEquals(
          new AccountState(
              List.of(ADMIN, OPERATOR), List.of(SESSION), List.of(TOKEN), List.of(LINK)),
          new DatabaseAccountStore(database).load());
    }
  }

  @Test
  void changesAndDeletes() throws DatabaseException {
    try (Database database = open()) {
      var store = new DatabaseAccountStore(database);
      store.write(
          List.of(new AccountChange.AccountSaved(ADMIN), new AccountChange.SessionSaved(SESSION)));
      Account changed = ADMIN.with(SOME, true).withPassword("other").withTotp("GEZD", 3);
      WebSession used = SESSION.withUsedMs(99);
      store
          .write(
              List.of(
                  new AccountChange.AccountSaved(changed), new AccountChange.SessionSaved(used)))
          .join();
      assertEquals(
          new AccountState(List.of(changed), List.of(used), List.of(), List.of()), store.load());

      store
          .write(
              List.of(
                  new AccountChange.AccountDeleted(7),
                  new AccountChange.SessionDeleted(9),
                  new AccountChange.TokenDeleted(10),
                  new AccountChange.LinkDeleted(8)))
          .join();

      assertEquals(AccountState.EMPTY, store.load());
    }
  }

  /** All or none: the second account has a name that is in use. */
  @Test
  void writesAllOrNone() throws DatabaseException {
    try (Database database = open()) {
      var store = new DatabaseAccountStore(database);
      var twin = new Account(99, 1, ADMIN.name(), SOME, "", "", 0, 1, false);

      var failure =
          assertThrows(
              CompletionException.class,
              () ->
                  store
                      .write(
                          List.of(
                              new AccountChange.AccountSaved(ADMIN),
                              new AccountChange.AccountSaved(twin)))
                      .join());

      assertTrue(failure.getCause() instanceof StorageFailure, failure::toString);
      assertEquals(AccountState.EMPTY, store.load());
    }
  }

  @Test
  void reportsDamagedDatabase() throws Exception {
    Files.writeString(home.resolve(DatabaseFile.NAME), "no database at all".repeat(100));
    try (Database database = open()) {
      assertThrows(DatabaseException.class, () -> new DatabaseAccountStore(database).load());
    }
  }
}
