// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import net.backhaul.json.Json;
import net.backhaul.web.access.Access;
import net.backhaul.web.access.SecretGuesses;
import net.backhaul.web.access.Secrets;
import net.backhaul.web.access.SessionCookie;
import net.backhaul.web.account.Account;
import net.backhaul.web.account.Accounts;
import net.backhaul.web.account.LogIns;
import net.backhaul.web.account.SessionOrigin;
import net.backhaul.web.account.SetupLink;
import net.backhaul.web.account.WebSession;
import net.backhaul.web.http.Fields;
import net.backhaul.web.http.Preconditions;
import net.backhaul.web.http.ProblemException;
import net.backhaul.web.http.RequestProblem;
import net.backhaul.web.http.WebMethod;
import net.backhaul.web.http.WebResponse;
import net.backhaul.web.route.AuthorizedRequest;
import net.backhaul.web.route.WebRoute;
import org.jspecify.annotations.Nullable;

/** Log-in, log-out, and links by which passwords are set. */
final class SessionApi {
  static final String PATH = "/api/v1/session";
  static final String SETUP = "/api/v1/setup";
  private static final int MAX_CODE_BYTES = 16;
  private static final int MAX_SECRET_BYTES = 128;

  private final SecretGuesses guesses = new SecretGuesses();
  private final Accounts accounts;
  private final LogIns logIns;
  private final SessionCookie cookie;

  SessionApi(Accounts accounts, LogIns logIns, SessionCookie cookie) {
    this.accounts = accounts;
    this.logIns = logIns;
    this.cookie = cookie;
  }

  List<WebRoute> routes() {
    return List.of(
        new WebRoute(WebMethod.POST, SETUP, Access.PUBLIC, this::setUp),
        new WebRoute(WebMethod.POST, PATH, Access.PUBLIC, this::logIn),
        new WebRoute(WebMethod.GET, PATH, Access.OWN_SESSION, this::show),
        new WebRoute(WebMethod.DELETE, PATH, Access.OWN_SESSION, this::logOut));
  }

  private CompletableFuture<WebResponse> logIn(AuthorizedRequest exchange) {
    Fields fields = exchange.body();
    String name = fields.text("name", Account.MAX_NAME_BYTES);
    String password = Passwords.existing(fields);
    String code = fields.isSet("code") ? fields.secret("code", MAX_CODE_BYTES) : "";
    fields.done();
    return logIns
        .logIn(new LogIns.Attempt(name, password, code), exchange.request(), exchange.nowMs())
        .thenApply(this::opened);
  }

  /** Returns the answer that begins a session. */
  WebResponse opened(Accounts.Created<WebSession> created) {
    Account account = accounts.find(created.record().accountId());
    if (account == null) {
      throw new ProblemException(
          RequestProblem.of(401, "wrong-credentials", "name, password or code is wrong"));
    }
    return WebResponse.json(201, object(account, created.secret()))
        .with("Set-Cookie", cookie.set(created.secret(), WebSession.LIFETIME_MS));
  }

  private static Map<String, @Nullable Object> object(Account account, String secret) {
    Map<String, @Nullable Object> out = Json.object();
    out.put("user", AccountView.object(account));
    out.put("csrfToken", Secrets.csrfToken(secret));
    return out;
  }

  private CompletableFuture<WebResponse> show(AuthorizedRequest exchange) {
    Account account = accounts.find(exchange.caller().accountId());
    String secret = exchange.request().cookies().get(cookie.name());
    if (account == null || secret == null) {
      throw RequestProblem.notFound("session");
    }
    return CompletableFuture.completedFuture(
        WebResponse.json(object(account, secret)).withRevision(AccountView.FIXED_REVISION));
  }

  private CompletableFuture<WebResponse> logOut(AuthorizedRequest exchange) {
    Preconditions.requireMatch(exchange.request(), AccountView.FIXED_REVISION);
    return accounts
        .endSession(
            exchange.caller().accountId(),
            exchange.caller().credentialId(),
            "log-out",
            exchange.edit(exchange.nowMs()))
        .orElseGet(() -> CompletableFuture.completedFuture(null))
        .thenApply(ended -> WebResponse.empty().with("Set-Cookie", cookie.remove()));
  }

  /** Sets a password by a link; the first administrator also chooses a name. */
  private CompletableFuture<WebResponse> setUp(AuthorizedRequest exchange) {
    Fields fields = exchange.body();
    String secret = fields.secret("token", MAX_SECRET_BYTES);
    String password = Passwords.fresh(fields, "password");
    String name = fields.isSet("name") ? Passwords.newName(fields) : "";
    fields.done();
    InetAddress from = exchange.request().client().address();
    guesses.requireNoWait(secret, from, exchange.nowMs());
    SetupLink link = accounts.link(secret, exchange.nowMs());
    if (link == null) {
      guesses.failed(from, exchange.nowMs());
      throw new ProblemException(SetupLink.invalid());
    }
    if (link.accountId() == 0 && name.isEmpty()) {
      throw RequestProblem.field(
          "name", "expected the name of the first administrator, found none");
    }
    Account owner = accounts.find(link.accountId());
    if (owner != null && !name.isEmpty() && !name.equals(owner.name())) {
      throw RequestProblem.field(
          "name", "expected " + owner.name() + ", whose link this is, found " + name);
    }
    return logIns
        .hash(password)
        .thenCompose(
            hash ->
                accounts.useLink(
                    link, name, hash, SessionOrigin.of(exchange.request()), exchange.nowMs()))
        .thenApply(
            account ->
                WebResponse.json(201, AccountView.object(account))
                    .withRevision(account.revision()));
  }
}
