// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.account;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.sql.AuditLog;
import net.backhaul.sql.Database;
import net.backhaul.sql.DatabaseException;
import net.backhaul.sql.Row;
import net.backhaul.sql.SqlSession;
import net.backhaul.web.access.AccessGrant;
import net.backhaul.web.access.AccessLevel;
import net.backhaul.web.http.StorageFailure;

/** Keeps accounts in the database of the home. */
public final class DatabaseAccountStore implements AccountStore {
  private static final String ALL_NETWORKS = "*";

  private final Database database;

  public DatabaseAccountStore(Database database) {
    this.database = database;
  }

  /**
   * Reads all that is stored; waits for it.
   *
   * @throws DatabaseException if the database cannot be used
   */
  public AccountState load() throws DatabaseException {
    return database.await(
        database.submit(
            session ->
                new AccountState(
                    session.query(
                        "SELECT id, revision, name, permission, networks, password_hash,"
                            + " totp_secret, totp_step, created_ms, disabled FROM web_account",
                        DatabaseAccountStore::account),
                    session.query(
                        "SELECT id, hash, account_id, created_ms, used_ms, origin, agent"
                            + " FROM web_session",
                        DatabaseAccountStore::session),
                    session.query(
                        "SELECT id, hash, account_id, name, permission, networks, created_ms,"
                            + " expires_ms FROM web_token",
                        DatabaseAccountStore::token),
                    session.query(
                        "SELECT hash, account_id, expires_ms FROM web_link",
                        row -> new SetupLink(row.text(1), row.number(2), row.number(3))))));
  }

  private static Account account(Row row) {
    return new Account(
        row.number(1),
        row.number(2),
        row.text(3),
        grant(row, 4),
        row.text(6),
        row.text(7),
        row.number(8),
        row.number(9),
        row.number(10) != 0);
  }

  private static WebSession session(Row row) {
    return new WebSession(
        row.number(1),
        row.text(2),
        row.number(3),
        row.number(4),
        row.number(5),
        row.text(6),
        row.text(7));
  }

  private static ApiToken token(Row row) {
    return new ApiToken(
        row.number(1),
        row.text(2),
        row.number(3),
        row.text(4),
        grant(row, 5),
        row.number(7),
        row.number(8));
  }

  /** Reads a permission and its networks; an unknown permission permits nothing. */
  private static AccessGrant grant(Row row, int column) {
    AccessLevel permission = AccessLevel.parse(row.text(column));
    String networks = row.text(column + 1);
    if (permission == null) {
      return AccessGrant.NONE;
    }
    if (networks.equals(ALL_NETWORKS)) {
      return AccessGrant.ofAll(permission);
    }
    Set<Long> ids = new HashSet<>();
    for (String id : networks.split(" ")) {
      if (id.length() == NetworkIds.DIGITS) {
        ids.add(NetworkIds.parse(id));
      }
    }
    return new AccessGrant(permission, false, ids);
  }

  private static String networks(AccessGrant grant) {
    if (grant.allNetworks()) {
      return ALL_NETWORKS;
    }
    var ids = new TreeSet<String>();
    grant.networks().forEach(id -> ids.add(NetworkIds.text(id)));
    return String.join(" ", ids);
  }

  @Override
  public CompletableFuture<Void> write(List<AccountChange> changes) {
    List<AccountChange> all = List.copyOf(changes);
    return database
        .submit(
            session -> {
              all.forEach(change -> write(session, change));
              return true;
            })
        .handle(
            (written, failure) -> {
              if (failure != null) {
                throw new StorageFailure(describe(failure));
              }
              return null;
            });
  }

  private static String describe(Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause instanceof DatabaseException
        ? "not saved: " + cause.getMessage()
        : "not saved: " + cause;
  }

  private static void write(SqlSession session, AccountChange change) {
    switch (change) {
      case AccountChange.AccountSaved saved -> save(session, saved.account());
      case AccountChange.AccountDeleted deleted ->
          session.update("DELETE FROM web_account WHERE id = ?", deleted.id());
      case AccountChange.SessionSaved saved -> save(session, saved.session());
      case AccountChange.SessionDeleted deleted ->
          session.update("DELETE FROM web_session WHERE id = ?", deleted.id());
      case AccountChange.TokenSaved saved -> save(session, saved.token());
      case AccountChange.TokenDeleted deleted ->
          session.update("DELETE FROM web_token WHERE id = ?", deleted.id());
      case AccountChange.LinkSaved saved ->
          session.update(
              "INSERT INTO web_link (account_id, hash, expires_ms) VALUES (?, ?, ?)"
                  + " ON CONFLICT (account_id) DO UPDATE SET hash = excluded.hash,"
                  + " expires_ms = excluded.expires_ms",
              saved.link().accountId(),
              saved.link().hash(),
              saved.link().expiresMs());
      case AccountChange.Recorded recorded -> AuditLog.append(session, recorded.entry());
      case AccountChange.LinkDeleted deleted ->
          session.update("DELETE FROM web_link WHERE account_id = ?", deleted.accountId());
    }
  }

  private static void save(SqlSession session, Account account) {
    session.update(
        "INSERT INTO web_account (id, revision, name, permission, networks, password_hash,"
            + " totp_secret, totp_step, created_ms, disabled) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            + " ON CONFLICT (id) DO UPDATE SET revision = excluded.revision,"
            + " name = excluded.name, permission = excluded.permission,"
            + " networks = excluded.networks, password_hash = excluded.password_hash,"
            + " totp_secret = excluded.totp_secret, totp_step = excluded.totp_step,"
            + " disabled = excluded.disabled",
        account.id(),
        account.revision(),
        account.name(),
        account.grant().permission().text(),
        networks(account.grant()),
        account.passwordHash(),
        account.totpSecret(),
        account.totpStep(),
        account.createdMs(),
        account.disabled() ? 1 : 0);
  }

  private static void save(SqlSession session, WebSession saved) {
    session.update(
        "INSERT INTO web_session (id, hash, account_id, created_ms, used_ms, origin, agent)"
            + " VALUES (?, ?, ?, ?, ?, ?, ?)"
            + " ON CONFLICT (id) DO UPDATE SET used_ms = excluded.used_ms",
        saved.id(),
        saved.hash(),
        saved.accountId(),
        saved.createdMs(),
        saved.usedMs(),
        saved.from(),
        saved.agent());
  }

  private static void save(SqlSession session, ApiToken token) {
    session.update(
        "INSERT INTO web_token (id, hash, account_id, name, permission, networks, created_ms,"
            + " expires_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        token.id(),
        token.hash(),
        token.accountId(),
        token.name(),
        token.grant().permission().text(),
        networks(token.grant()),
        token.createdMs(),
        token.expiresMs());
  }
}
