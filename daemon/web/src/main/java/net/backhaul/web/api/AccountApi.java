// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import net.backhaul.json.Json;
import net.backhaul.web.access.Access;
import net.backhaul.web.access.AccessGrant;
import net.backhaul.web.access.Principal;
import net.backhaul.web.account.Account;
import net.backhaul.web.account.Accounts;
import net.backhaul.web.account.ApiToken;
import net.backhaul.web.account.LogIns;
import net.backhaul.web.account.SessionOrigin;
import net.backhaul.web.account.Totp;
import net.backhaul.web.account.WebSession;
import net.backhaul.web.http.Fields;
import net.backhaul.web.http.Preconditions;
import net.backhaul.web.http.ProblemException;
import net.backhaul.web.http.RequestProblem;
import net.backhaul.web.http.RouteIds;
import net.backhaul.web.http.WebMethod;
import net.backhaul.web.http.WebResponse;
import net.backhaul.web.route.AuthorizedRequest;
import net.backhaul.web.route.WebRoute;
import org.jspecify.annotations.Nullable;

/** The caller's own account: password, codes, sessions and tokens. */
final class AccountApi {
  static final String PATH = "/api/v1/account";
  private static final String ISSUER = "Backhaul";
  private static final int MAX_CODE_BYTES = 16;

  /** Secrets for codes that are not confirmed yet; the oldest is evicted. */
  private static final int MAX_PENDING_SECRETS = 100;

  private final Accounts accounts;
  private final LogIns logIns;
  private final SessionApi sessions;
  private final SecureRandom random;
  private final LinkedHashMap<Long, String> pendingSecrets = new LinkedHashMap<>();

  AccountApi(Accounts accounts, LogIns logIns, SessionApi sessions, SecureRandom random) {
    this.accounts = accounts;
    this.logIns = logIns;
    this.sessions = sessions;
    this.random = random;
  }

  List<WebRoute> routes() {
    Access own = Access.OWN_SESSION;
    return List.of(
        new WebRoute(WebMethod.GET, PATH, Access.ANY_CALLER, this::show),
        new WebRoute(WebMethod.POST, PATH + "/password", own, this::changePassword),
        new WebRoute(WebMethod.POST, PATH + "/totp", own, this::beginTotp),
        new WebRoute(WebMethod.POST, PATH + "/totp/confirm", own, this::confirmTotp),
        new WebRoute(WebMethod.POST, PATH + "/totp/remove", own, this::removeTotp),
        new WebRoute(WebMethod.GET, PATH + "/sessions", own, this::listSessions),
        new WebRoute(WebMethod.GET, PATH + "/sessions/{session}", own, this::showSession),
        new WebRoute(WebMethod.DELETE, PATH + "/sessions/{session}", own, this::endSession),
        new WebRoute(WebMethod.GET, PATH + "/tokens", own, this::listTokens),
        new WebRoute(WebMethod.POST, PATH + "/tokens", own, this::createToken),
        new WebRoute(WebMethod.GET, PATH + "/tokens/{token}", own, this::showToken),
        new WebRoute(WebMethod.DELETE, PATH + "/tokens/{token}", own, this::revokeToken));
  }

  private Account account(AuthorizedRequest exchange) {
    Account account = accounts.find(exchange.caller().accountId());
    // The session may have ended while a password was verified.
    if (account == null || !accounts.isCurrent(exchange.caller(), exchange.nowMs())) {
      throw new ProblemException(
          RequestProblem.of(401, "log-in-required", "the session has ended; log in again"));
    }
    return account;
  }

  private static CompletableFuture<WebResponse> answer(WebResponse response) {
    return CompletableFuture.completedFuture(response);
  }

  private CompletableFuture<WebResponse> show(AuthorizedRequest exchange) {
    Principal caller = exchange.caller();
    Account account = account(exchange);
    Map<String, @Nullable Object> out = AccountView.object(account);
    AccountView.put(out, caller.grant()); // Of a token, which may permit less.
    return answer(WebResponse.json(out).withRevision(account.revision()));
  }

  /** Returns the account, if it has the revision that the request names. */
  private Account matching(AuthorizedRequest exchange) {
    Account account = account(exchange);
    Preconditions.requireMatch(exchange.request(), account.revision());
    return account;
  }

  private static WebResponse response(Account changed) {
    return WebResponse.json(AccountView.object(changed)).withRevision(changed.revision());
  }

  /** All sessions and tokens end; the caller gets a new session. */
  private CompletableFuture<WebResponse> changePassword(AuthorizedRequest exchange) {
    Fields fields = exchange.body();
    String password = Passwords.existing(fields);
    String fresh = Passwords.fresh(fields, "newPassword");
    fields.done();
    return logIns
        .confirm(matching(exchange), password, exchange.request(), exchange.nowMs())
        .thenCompose(confirmed -> logIns.hash(fresh))
        .thenCompose(
            hash ->
                accounts.changePassword(matching(exchange), hash, exchange.edit(exchange.nowMs())))
        .thenCompose(
            changed ->
                accounts.openSession(
                    changed, SessionOrigin.of(exchange.request()), 0, exchange.nowMs()))
        .thenApply(sessions::opened);
  }

  /** Makes a secret for codes, which are required once one is confirmed. */
  private CompletableFuture<WebResponse> beginTotp(AuthorizedRequest exchange) {
    Fields fields = exchange.body();
    String password = Passwords.existing(fields);
    fields.done();
    return logIns
        .confirm(matching(exchange), password, exchange.request(), exchange.nowMs())
        .thenApply(
            confirmed -> {
              Account account = matching(exchange);
              String secret = Totp.createSecret(random);
              pendingSecrets.remove(account.id());
              pendingSecrets.put(account.id(), secret);
              if (pendingSecrets.size() > MAX_PENDING_SECRETS) {
                pendingSecrets.pollFirstEntry();
              }
              Map<String, @Nullable Object> out = Json.object();
              out.put("secret", secret);
              out.put("uri", Totp.uri(secret, account.name(), ISSUER));
              return WebResponse.json(out);
            });
  }

  private CompletableFuture<WebResponse> confirmTotp(AuthorizedRequest exchange) {
    Fields fields = exchange.body();
    String code = fields.secret("code", MAX_CODE_BYTES);
    fields.done();
    Account account = matching(exchange);
    String secret = pendingSecrets.get(account.id());
    if (secret == null) {
      throw new ProblemException(
          RequestProblem.of(409, "no-secret", "request a secret first, by POST " + PATH + "/totp"));
    }
    OptionalLong step = Totp.verify(secret, code, 0, exchange.nowMs());
    if (step.isEmpty()) {
      throw RequestProblem.field("code", "expected the current code of the new secret");
    }
    pendingSecrets.remove(account.id());
    return accounts
        .changeTotp(account, secret, step.getAsLong(), exchange.edit(exchange.nowMs()))
        .thenApply(AccountApi::response);
  }

  private CompletableFuture<WebResponse> removeTotp(AuthorizedRequest exchange) {
    Fields fields = exchange.body();
    String password = Passwords.existing(fields);
    fields.done();
    return logIns
        .confirm(matching(exchange), password, exchange.request(), exchange.nowMs())
        .thenCompose(
            confirmed ->
                accounts.changeTotp(matching(exchange), "", 0, exchange.edit(exchange.nowMs())))
        .thenApply(AccountApi::response);
  }

  private CompletableFuture<WebResponse> listSessions(AuthorizedRequest exchange) {
    var list = new ArrayList<@Nullable Object>();
    accounts
        .sessions(exchange.caller().accountId())
        .forEach(each -> list.add(AccountView.object(each, exchange.caller().credentialId())));
    Map<String, @Nullable Object> out = Json.object();
    out.put("sessions", list);
    return answer(WebResponse.json(out));
  }

  private CompletableFuture<WebResponse> showSession(AuthorizedRequest exchange) {
    long id = exchange.ids().get(RouteIds.SESSION);
    for (WebSession each : accounts.sessions(exchange.caller().accountId())) {
      if (each.id() == id) {
        return answer(
            WebResponse.json(AccountView.object(each, exchange.caller().credentialId()))
                .withRevision(AccountView.FIXED_REVISION));
      }
    }
    throw RequestProblem.notFound("session of this id");
  }

  private CompletableFuture<WebResponse> endSession(AuthorizedRequest exchange) {
    Preconditions.requireMatch(exchange.request(), AccountView.FIXED_REVISION);
    return accounts
        .endSession(
            exchange.caller().accountId(),
            exchange.ids().get(RouteIds.SESSION),
            "end-session",
            exchange.edit(exchange.nowMs()))
        .orElseThrow(() -> RequestProblem.notFound("session of this id"))
        .thenApply(ended -> WebResponse.empty());
  }

  private CompletableFuture<WebResponse> listTokens(AuthorizedRequest exchange) {
    var list = new ArrayList<@Nullable Object>();
    accounts
        .tokens(exchange.caller().accountId())
        .forEach(each -> list.add(AccountView.object(each)));
    Map<String, @Nullable Object> out = Json.object();
    out.put("tokens", list);
    return answer(WebResponse.json(out));
  }

  private CompletableFuture<WebResponse> createToken(AuthorizedRequest exchange) {
    Fields fields = exchange.body();
    String name = fields.text("name", ApiToken.MAX_NAME_BYTES);
    AccessGrant grant = AccountView.grant(fields);
    long lifetimeS = fields.number("expiresInS", 60, ApiToken.MAX_LIFETIME_MS / 1_000);
    AccessGrant permitted = grant.and(exchange.caller().grant());
    if (!permitted.equals(grant)) {
      fields.reject("permission", "expected at most what this account is permitted");
    }
    fields.done();
    long expiresMs = exchange.nowMs() + lifetimeS * 1_000;
    return accounts
        .createToken(
            account(exchange),
            new Accounts.WantedToken(name, grant, expiresMs),
            exchange.edit(exchange.nowMs()))
        .thenApply(
            created -> {
              Map<String, @Nullable Object> out = AccountView.object(created.record());
              out.put("token", created.secret());
              return WebResponse.json(201, out)
                  .withRevision(AccountView.FIXED_REVISION)
                  .with("Location", PATH + "/tokens/" + created.record().id());
            });
  }

  private CompletableFuture<WebResponse> showToken(AuthorizedRequest exchange) {
    long id = exchange.ids().get(RouteIds.TOKEN);
    for (ApiToken each : accounts.tokens(exchange.caller().accountId())) {
      if (each.id() == id) {
        return answer(
            WebResponse.json(AccountView.object(each)).withRevision(AccountView.FIXED_REVISION));
      }
    }
    throw RequestProblem.notFound("token of this id");
  }

  private CompletableFuture<WebResponse> revokeToken(AuthorizedRequest exchange) {
    Preconditions.requireMatch(exchange.request(), AccountView.FIXED_REVISION);
    return accounts
        .revokeToken(
            exchange.caller().accountId(),
            exchange.ids().get(RouteIds.TOKEN),
            exchange.edit(exchange.nowMs()))
        .orElseThrow(() -> RequestProblem.notFound("token of this id"))
        .thenApply(revoked -> WebResponse.empty());
  }
}
