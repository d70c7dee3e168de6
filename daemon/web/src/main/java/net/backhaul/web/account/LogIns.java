// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.account;

import java.net.InetAddress;
import java.security.SecureRandom;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.web.http.ProblemException;
import net.backhaul.web.http.RequestProblem;
import net.backhaul.web.http.WebRequest;
import org.jspecify.annotations.Nullable;

/**
 * Verifies passwords and codes, and opens sessions; used on the thread of the web API.
 *
 * <p>An unknown name takes the same time as a known one and gets the same answer.
 */
public final class LogIns {
  private final Accounts accounts;
  private final LogInThrottle throttle = new LogInThrottle();

  /** The origin of failures that have no entries of their own. */
  static final String MANY_SOURCES = "many addresses";

  private final FailedLogIns failures = new FailedLogIns();
  private final PasswordWorker worker;
  private final Executor thread;
  private final SecureRandom random;
  private final PasswordHash passwords;

  /**
   * What a client presents.
   *
   * @param code empty without one
   */
  public record Attempt(String name, String password, String code) {}

  /**
   * Makes it.
   *
   * @param thread runs its work on the thread of the web API
   */
  public LogIns(Accounts accounts, PasswordWorker worker, Executor thread, SecureRandom random) {
    this.accounts = accounts;
    this.worker = worker;
    this.thread = thread;
    this.random = random;
    this.passwords = worker.passwords();
    for (Account account : accounts.list()) {
      for (WebSession session : accounts.sessions(account.id())) {
        throttle.addKnownSource(account.name(), Endpoints.parseIp(session.from()));
      }
    }
  }

  /** Opens a session if name, password and code are right. */
  public CompletableFuture<Accounts.Created<WebSession>> logIn(
      Attempt attempt, WebRequest request, long nowMs) {
    return verified(attempt, request, nowMs)
        .thenCompose(
            proof -> {
              throttle.succeeded(attempt.name(), request.client().address());
              return accounts.openSession(
                  proof.account, SessionOrigin.of(request), proof.totpStep, nowMs);
            });
  }

  private record Proof(Account account, long totpStep) {}

  private CompletableFuture<Proof> verified(Attempt attempt, WebRequest request, long nowMs) {
    InetAddress from = request.client().address();
    worker.requireCapacity(throttle.isKnown(attempt.name(), from));
    throttle.begin(attempt.name(), from, nowMs);
    Account account = accounts.find(attempt.name());
    String stored = account == null ? "" : account.passwordHash();
    String hash = stored.isEmpty() ? passwords.ofNoPassword() : stored;
    return worker
        .submit(() -> PasswordHash.verify(attempt.password(), hash))
        .thenApplyAsync(
            isRight -> {
              Account current = isRight ? currentAccount(attempt, hash) : null;
              Proof proof = proof(attempt, current, nowMs);
              if (proof == null) {
                recordFailure(accounts.find(attempt.name()), request, nowMs);
                throw rejected("wrong-credentials", "name, password or code is wrong");
              }
              return proof;
            },
            thread);
  }

  private void recordFailure(@Nullable Account account, WebRequest request, long nowMs) {
    InetAddress from = request.client().address();
    var entries = failures.failed(account == null ? "" : account.name(), from, nowMs);
    if (entries.ofSource() > 0) {
      var unused =
          accounts.recordFailedLogIn(account, Endpoints.ipText(from), entries.ofSource(), nowMs);
    }
    if (entries.beyond() > 0) {
      var unused = accounts.recordFailedLogIn(null, MANY_SOURCES, entries.beyond(), nowMs);
    }
  }

  /** Returns the account unless it is disabled, or was deleted or changed meanwhile. */
  private @Nullable Account currentAccount(Attempt attempt, String hash) {
    Account account = accounts.find(attempt.name());
    return account != null && !account.disabled() && account.passwordHash().equals(hash)
        ? account
        : null;
  }

  /** Returns null if the password or the code is wrong. */
  private static @Nullable Proof proof(Attempt attempt, @Nullable Account account, long nowMs) {
    if (account == null) {
      return null;
    }
    if (!account.requiresCode()) {
      return new Proof(account, 0);
    }
    if (attempt.code().isEmpty()) {
      throw rejected("code-required", "code: expected the current code of 6 digits, found none");
    }
    OptionalLong step =
        Totp.verify(account.totpSecret(), attempt.code(), account.totpStep(), nowMs);
    return step.isEmpty() ? null : new Proof(account, step.getAsLong());
  }

  private static ProblemException rejected(String code, String detail) {
    return new ProblemException(RequestProblem.of(401, code, detail));
  }

  /** Verifies the password of an account once more, before a change that requires it. */
  public CompletableFuture<Account> confirm(
      Account account, String password, WebRequest request, long nowMs) {
    throttle.begin(account.name(), request.client().address(), nowMs);
    String hash = account.passwordHash();
    return worker
        .submit(() -> PasswordHash.verify(password, hash))
        .thenApplyAsync(
            isRight -> {
              Account current = accounts.find(account.id());
              if (!isRight || current == null || !current.passwordHash().equals(hash)) {
                recordFailure(current, request, nowMs);
                throw RequestProblem.field(
                    "password", "expected the current password of this account");
              }
              throttle.succeeded(account.name(), request.client().address());
              return current;
            },
            thread);
  }

  /** Returns the hash of a new password. */
  public CompletableFuture<String> hash(String password) {
    return worker
        .submit(() -> passwords.create(password, random))
        .thenApplyAsync(hash -> hash, thread);
  }
}
