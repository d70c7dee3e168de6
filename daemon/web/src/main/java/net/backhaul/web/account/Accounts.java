// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.account;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Predicate;
import net.backhaul.controller.Edit;
import net.backhaul.web.access.AccessGrant;
import net.backhaul.web.access.AccessLevel;
import net.backhaul.web.access.CallerLookup;
import net.backhaul.web.access.Principal;
import net.backhaul.web.access.Secrets;
import net.backhaul.web.http.ProblemException;
import net.backhaul.web.http.RequestProblem;
import org.jspecify.annotations.Nullable;

/**
 * Accounts with their sessions, tokens and links, in memory; used on the thread of the web API.
 *
 * <p>A change takes effect at once, and its future completes when it is durable. One that cannot be
 * written holds until the next start, which is the safe side for all that ends something.
 */
public final class Accounts implements CallerLookup {
  /** Ids are exact numbers in JavaScript. */
  private static final long ID_MASK = (1L << 48) - 1;

  private final AccountStore store;
  private final SecureRandom random;
  private final Map<Long, Account> accounts = new TreeMap<>();
  private final Map<String, WebSession> sessions = new HashMap<>();
  private final Map<Long, Long> writtenUseMs = new HashMap<>();
  private final Map<String, ApiToken> tokens = new HashMap<>();
  private final Map<Long, SetupLink> links = new HashMap<>();
  private Consumer<Principal> onEnd = ended -> {};

  /**
   * A secret that is shown once.
   *
   * @param record as it is stored, with the hash of the secret
   */
  public record Created<T>(T record, String secret) {}

  /** Starts with the state of an earlier run. */
  public Accounts(AccountState state, AccountStore store, SecureRandom random) {
    this.store = store;
    this.random = random;
    state.accounts().forEach(each -> accounts.put(each.id(), each));
    state.sessions().forEach(each -> sessions.put(each.hash(), each));
    state.sessions().forEach(each -> writtenUseMs.put(each.id(), each.usedMs()));
    state.tokens().forEach(each -> tokens.put(each.hash(), each));
    state.links().forEach(each -> links.put(each.accountId(), each));
  }

  /** Sets what is called with a session or token that has ended; its event streams end then. */
  public void onEnd(Consumer<Principal> callback) {
    onEnd = callback;
  }

  // Callers.

  @Override
  public Optional<Principal> session(String secret, long nowMs) {
    WebSession session = sessions.get(Secrets.hash(secret));
    if (session == null) {
      return Optional.empty();
    }
    Account account = accounts.get(session.accountId());
    if (account == null || account.disabled() || session.hasExpired(nowMs)) {
      var ended = new ArrayList<AccountChange>();
      removeSessions(each -> each.id() == session.id(), ended);
      store.write(ended);
      return Optional.empty();
    }
    use(session.withUsedMs(nowMs));
    return Optional.of(session.principal(account));
  }

  private void use(WebSession session) {
    sessions.put(session.hash(), session);
    long writtenMs = writtenUseMs.getOrDefault(session.id(), 0L);
    if (session.usedMs() - writtenMs >= WebSession.USE_WRITTEN_EVERY_MS) {
      writtenUseMs.put(session.id(), session.usedMs());
      store.write(List.of(new AccountChange.SessionSaved(session)));
    }
  }

  @Override
  public Optional<Principal> token(String secret, long nowMs) {
    ApiToken token = tokens.get(Secrets.hash(secret));
    Account account = token == null ? null : accounts.get(token.accountId());
    boolean isEnabled = account != null && !account.disabled();
    return token == null || account == null || !isEnabled || token.hasExpired(nowMs)
        ? Optional.empty()
        : Optional.of(token.principal(account));
  }

  /** Returns whether a session or token that was accepted earlier still is. */
  public boolean isCurrent(Principal caller, long nowMs) {
    return caller.credential() == Principal.CallerKind.SESSION
        ? sessions(caller.accountId()).stream()
            .anyMatch(each -> each.id() == caller.credentialId() && !each.hasExpired(nowMs))
        : tokens(caller.accountId()).stream()
            .anyMatch(each -> each.id() == caller.credentialId() && !each.hasExpired(nowMs));
  }

  // Accounts.

  public boolean isEmpty() {
    return accounts.isEmpty();
  }

  /** Returns the accounts, by id. */
  public List<Account> list() {
    return List.copyOf(accounts.values());
  }

  public @Nullable Account find(long id) {
    return accounts.get(id);
  }

  public @Nullable Account find(String name) {
    for (Account each : accounts.values()) {
      if (each.name().equals(name)) {
        return each;
      }
    }
    return null;
  }

  /**
   * Creates an account without a password, and the link by which its user sets one.
   *
   * @throws ProblemException if the name is in use, or at the maximum of accounts
   */
  public CompletableFuture<Created<Account>> create(String name, AccessGrant grant, Edit edit) {
    if (find(name) != null) {
      throw RequestProblem.field("name", "expected a name that is not in use");
    }
    if (accounts.size() >= Account.MAX_ACCOUNTS) {
      throw new ProblemException(
          RequestProblem.of(
              409,
              "too-many",
              "there are " + accounts.size() + " users, the maximum; delete some"));
    }
    var account = Account.create(newId(), name, grant, edit.nowMs());
    String secret = Secrets.create(random);
    var changes = new ArrayList<AccountChange>();
    put(account, changes);
    putLink(new SetupLink(Secrets.hash(secret), account.id(), linkEndMs(edit.nowMs())), changes);
    changes.add(AccountAudit.entry(edit, "create-user", null, AccountAudit.object(account)));
    return store.write(changes).thenApply(written -> new Created<>(account, secret));
  }

  /** Changes what a user may do, and whether it may log in; its sessions and tokens end. */
  public CompletableFuture<Account> change(
      Account account, AccessGrant grant, boolean disabled, Edit edit) {
    if (grant.equals(account.grant()) && disabled == account.disabled()) {
      return CompletableFuture.completedFuture(account);
    }
    requireOtherAdministrator(account, disabled ? AccessGrant.NONE : grant);
    var changes = new ArrayList<AccountChange>();
    Account changed = account.with(grant, disabled);
    put(changed, changes);
    changes.add(
        AccountAudit.entry(
            edit, "change-user", AccountAudit.object(account), AccountAudit.object(changed)));
    endAll(account.id(), changes);
    return store.write(changes).thenApply(written -> changed);
  }

  /** Deletes an account with all that belongs to it. */
  public CompletableFuture<Void> delete(Account account, Edit edit) {
    requireOtherAdministrator(account, AccessGrant.NONE);
    var changes = new ArrayList<AccountChange>();
    endAll(account.id(), changes);
    removeLink(account.id(), changes);
    accounts.remove(account.id());
    changes.add(new AccountChange.AccountDeleted(account.id()));
    changes.add(AccountAudit.entry(edit, "delete-user", AccountAudit.object(account), null));
    return store.write(changes);
  }

  /** Without an administrator there would be no way to create one. */
  private void requireOtherAdministrator(Account account, AccessGrant wanted) {
    if (!isAdministrator(account) || wanted.permitsEverywhere(AccessLevel.ADMIN)) {
      return;
    }
    for (Account each : accounts.values()) {
      if (each.id() != account.id() && isAdministrator(each)) {
        return;
      }
    }
    throw new ProblemException(
        RequestProblem.of(
            409, "last-administrator", "this is the last administrator; make another one first"));
  }

  private static boolean isAdministrator(Account account) {
    return account.grant().permitsEverywhere(AccessLevel.ADMIN)
        && !account.passwordHash().isEmpty()
        && !account.disabled();
  }

  /** Sets a password; all sessions and tokens of the account, and a link that sets it, end. */
  public CompletableFuture<Account> changePassword(Account account, String hash, Edit edit) {
    var changes = new ArrayList<AccountChange>();
    Account changed = account.withPassword(hash);
    put(changed, changes);
    removeLink(account.id(), changes);
    changes.add(AccountAudit.of(edit, "change-password", account));
    endAll(account.id(), changes);
    return store.write(changes).thenApply(written -> changed);
  }

  /** Requires codes of a secret from now on, or none if it is empty. */
  public CompletableFuture<Account> changeTotp(
      Account account, String secret, long step, Edit edit) {
    var changes = new ArrayList<AccountChange>();
    Account changed = account.withTotp(secret, step);
    put(changed, changes);
    String action = secret.isEmpty() ? "remove-codes" : "require-codes";
    changes.add(AccountAudit.of(edit, action, account));
    return store.write(changes).thenApply(written -> changed);
  }

  // Links.

  /** Makes a link that replaces the earlier one; 0 stands for the first administrator. */
  public CompletableFuture<Created<SetupLink>> createLink(long accountId, Edit edit) {
    String secret = Secrets.create(random);
    var link = new SetupLink(Secrets.hash(secret), accountId, linkEndMs(edit.nowMs()));
    var changes = new ArrayList<AccountChange>();
    putLink(link, changes);
    changes.add(AccountAudit.of(edit, "create-link", accounts.get(accountId)));
    return store.write(changes).thenApply(written -> new Created<>(link, secret));
  }

  private static long linkEndMs(long nowMs) {
    return nowMs + SetupLink.LIFETIME_MS;
  }

  /** Returns the link of a secret; null if it is unknown, used or has expired. */
  public @Nullable SetupLink link(String secret, long nowMs) {
    String hash = Secrets.hash(secret);
    for (SetupLink link : links.values()) {
      if (link.hash().equals(hash)) {
        boolean isUsable =
            !link.hasExpired(nowMs)
                && (link.accountId() == 0 ? isEmpty() : isEnabled(link.accountId()));
        return isUsable ? link : null;
      }
    }
    return null;
  }

  private boolean isEnabled(long accountId) {
    Account account = accounts.get(accountId);
    return account != null && !account.disabled();
  }

  /**
   * Uses a link: sets the password of its account, which then requires no code; all sessions and
   * tokens end. The link of the first administrator creates the account.
   *
   * @param name of the account to be created
   * @param origin where the request came from
   * @throws ProblemException if it has been used meanwhile
   */
  public CompletableFuture<Account> useLink(
      SetupLink link, String name, String passwordHash, SessionOrigin origin, long nowMs) {
    if (!link.equals(links.get(link.accountId())) || (link.accountId() == 0 && !isEmpty())) {
      throw new ProblemException(SetupLink.invalid());
    }
    var changes = new ArrayList<AccountChange>();
    removeLink(link.accountId(), changes);
    Account before =
        link.accountId() == 0
            ? Account.create(newId(), name, AccessGrant.ADMIN, nowMs)
            : accounts.get(link.accountId());
    if (before == null) {
      throw new ProblemException(SetupLink.invalid());
    }
    Account account = before.withPassword(passwordHash).withTotp("", 0);
    put(account, changes);
    Edit edit = Edit.of(account.name(), origin.address(), nowMs);
    changes.add(AccountAudit.of(edit, "use-link", account));
    endAll(account.id(), changes);
    return store.write(changes).thenApply(written -> account);
  }

  private void putLink(SetupLink link, List<AccountChange> changes) {
    links.put(link.accountId(), link);
    changes.add(new AccountChange.LinkSaved(link));
  }

  private void removeLink(long accountId, List<AccountChange> changes) {
    if (links.remove(accountId) != null) {
      changes.add(new AccountChange.LinkDeleted(accountId));
    }
  }

  // Sessions and tokens.

  /**
   * Begins a session with a new secret, whatever cookie the client had.
   *
   * @param totpStep the step of the code, or 0 without one
   */
  public CompletableFuture<Created<WebSession>> openSession(
      Account account, SessionOrigin origin, long totpStep, long nowMs) {
    String secret = Secrets.create(random);
    var session =
        new WebSession(
            newId(),
            Secrets.hash(secret),
            account.id(),
            nowMs,
            nowMs,
            origin.address(),
            origin.agent());
    var changes = new ArrayList<AccountChange>();
    if (totpStep > account.totpStep()) {
      put(account.withTotpStep(totpStep), changes);
    }
    evictOldest(account.id(), nowMs, changes);
    sessions.put(session.hash(), session);
    writtenUseMs.put(session.id(), nowMs);
    changes.add(new AccountChange.SessionSaved(session));
    Edit edit = Edit.of(account.name(), origin.address(), nowMs);
    changes.add(AccountAudit.entry(edit, "log-in", null, AccountAudit.object(account, session)));
    return store.write(changes).thenApply(written -> new Created<>(session, secret));
  }

  /**
   * Records rejected passwords or codes in the log.
   *
   * @param account null for an unknown name
   */
  CompletableFuture<Void> recordFailedLogIn(
      @Nullable Account account, String from, int attempts, long nowMs) {
    Edit edit = Edit.of("not logged in", from, nowMs);
    return store.write(List.of(AccountAudit.failedLogIn(edit, account, attempts)));
  }

  private void evictOldest(long accountId, long nowMs, List<AccountChange> changes) {
    removeSessions(each -> each.hasExpired(nowMs), changes);
    List<WebSession> own = sessions(accountId);
    for (int i = 0; i <= own.size() - WebSession.MAX_PER_ACCOUNT; i++) {
      long evicted = own.get(i).id();
      removeSessions(each -> each.id() == evicted, changes);
    }
  }

  /** Returns the sessions of an account, the oldest first. */
  public List<WebSession> sessions(long accountId) {
    return sessions.values().stream()
        .filter(each -> each.accountId() == accountId)
        .sorted(Comparator.comparingLong(WebSession::createdMs).thenComparingLong(WebSession::id))
        .toList();
  }

  /**
   * Ends a session of an account; empty if it has none of this id.
   *
   * @param action as the audit log names it
   */
  public Optional<CompletableFuture<Void>> endSession(
      long accountId, long sessionId, String action, Edit edit) {
    var changes = new ArrayList<AccountChange>();
    for (WebSession each : sessions(accountId)) {
      if (each.id() == sessionId) {
        removeSessions(ended -> ended.id() == sessionId, changes);
        changes.add(
            AccountAudit.entry(
                edit, action, AccountAudit.object(accounts.get(accountId), each), null));
      }
    }
    return changes.isEmpty() ? Optional.empty() : Optional.of(store.write(changes));
  }

  /** What a token is to permit. */
  public record WantedToken(String name, AccessGrant grant, long expiresMs) {}

  /** Creates an API token. */
  public CompletableFuture<Created<ApiToken>> createToken(
      Account account, WantedToken wanted, Edit edit) {
    long nowMs = edit.nowMs();
    var changes = new ArrayList<AccountChange>();
    removeTokens(each -> each.hasExpired(nowMs), changes);
    if (tokens(account.id()).size() >= ApiToken.MAX_PER_ACCOUNT) {
      throw new ProblemException(
          RequestProblem.of(
              409,
              "too-many",
              "there are " + ApiToken.MAX_PER_ACCOUNT + " tokens, the maximum; revoke some"));
    }
    String secret = ApiToken.PREFIX + Secrets.create(random);
    var token =
        new ApiToken(
            newId(),
            Secrets.hash(secret),
            account.id(),
            wanted.name,
            wanted.grant,
            nowMs,
            wanted.expiresMs);
    tokens.put(token.hash(), token);
    changes.add(new AccountChange.TokenSaved(token));
    changes.add(
        AccountAudit.entry(edit, "create-api-token", null, AccountAudit.object(account, token)));
    return store.write(changes).thenApply(written -> new Created<>(token, secret));
  }

  /** Returns the tokens of an account, the oldest first, also those that have expired. */
  public List<ApiToken> tokens(long accountId) {
    return tokens.values().stream()
        .filter(each -> each.accountId() == accountId)
        .sorted(Comparator.comparingLong(ApiToken::createdMs).thenComparingLong(ApiToken::id))
        .toList();
  }

  /** Revokes a token of an account; empty if it has none of this id. */
  public Optional<CompletableFuture<Void>> revokeToken(long accountId, long tokenId, Edit edit) {
    var changes = new ArrayList<AccountChange>();
    for (ApiToken each : tokens(accountId)) {
      if (each.id() == tokenId) {
        removeTokens(revoked -> revoked.id() == tokenId, changes);
        changes.add(
            AccountAudit.entry(
                edit,
                "revoke-api-token",
                AccountAudit.object(accounts.get(accountId), each),
                null));
      }
    }
    return changes.isEmpty() ? Optional.empty() : Optional.of(store.write(changes));
  }

  private void put(Account account, List<AccountChange> changes) {
    accounts.put(account.id(), account);
    changes.add(new AccountChange.AccountSaved(account));
  }

  private void endAll(long accountId, List<AccountChange> changes) {
    removeSessions(each -> each.accountId() == accountId, changes);
    removeTokens(each -> each.accountId() == accountId, changes);
  }

  private void removeSessions(Predicate<WebSession> ended, List<AccountChange> changes) {
    for (WebSession session : sessions.values().stream().filter(ended).toList()) {
      sessions.remove(session.hash());
      writtenUseMs.remove(session.id());
      changes.add(new AccountChange.SessionDeleted(session.id()));
      Account account = accounts.get(session.accountId());
      if (account != null) {
        onEnd.accept(session.principal(account));
      }
    }
  }

  private void removeTokens(Predicate<ApiToken> ended, List<AccountChange> changes) {
    for (ApiToken token : tokens.values().stream().filter(ended).toList()) {
      tokens.remove(token.hash());
      changes.add(new AccountChange.TokenDeleted(token.id()));
      Account account = accounts.get(token.accountId());
      if (account != null) {
        onEnd.accept(token.principal(account));
      }
    }
  }

  /** Returns an id that no record of an earlier time had, whose number a log may show. */
  private long newId() {
    return Math.max(1, random.nextLong() & ID_MASK);
  }
}
