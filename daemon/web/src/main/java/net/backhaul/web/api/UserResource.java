// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import net.backhaul.json.Json;
import net.backhaul.web.access.Access;
import net.backhaul.web.access.AccessGrant;
import net.backhaul.web.access.AccessLevel;
import net.backhaul.web.account.Account;
import net.backhaul.web.account.Accounts;
import net.backhaul.web.http.Fields;
import net.backhaul.web.http.Preconditions;
import net.backhaul.web.http.RequestProblem;
import net.backhaul.web.http.RouteIds;
import net.backhaul.web.http.WebMethod;
import net.backhaul.web.http.WebResponse;
import net.backhaul.web.route.AuthorizedRequest;
import net.backhaul.web.route.WebRoute;
import org.jspecify.annotations.Nullable;

/** All accounts, for administrators. Passwords are set by their users alone, through links. */
final class UserResource {
  static final String PATH = "/api/v1/users";
  static final String ONE = PATH + "/{user}";

  private final Accounts accounts;
  private final SetupLinks links;

  UserResource(Accounts accounts, SetupLinks links) {
    this.accounts = accounts;
    this.links = links;
  }

  List<WebRoute> routes() {
    Access admin = Access.inAllNetworks(AccessLevel.ADMIN);
    return List.of(
        new WebRoute(WebMethod.GET, PATH, admin, this::list),
        new WebRoute(WebMethod.POST, PATH, admin, this::create),
        new WebRoute(WebMethod.GET, ONE, admin, this::get),
        new WebRoute(WebMethod.PATCH, ONE, admin, this::change),
        new WebRoute(WebMethod.DELETE, ONE, admin, this::delete),
        new WebRoute(WebMethod.POST, ONE + "/link", admin, this::createLink));
  }

  private Account account(AuthorizedRequest exchange) {
    Account account = accounts.find(exchange.ids().get(RouteIds.USER));
    if (account == null) {
      throw RequestProblem.notFound("user of this id");
    }
    return account;
  }

  private static WebResponse response(int status, Account account) {
    return WebResponse.json(status, AccountView.object(account)).withRevision(account.revision());
  }

  private CompletableFuture<WebResponse> list(AuthorizedRequest exchange) {
    var list = new ArrayList<@Nullable Object>();
    accounts.list().forEach(each -> list.add(AccountView.object(each)));
    Map<String, @Nullable Object> out = Json.object();
    out.put("users", list);
    return CompletableFuture.completedFuture(WebResponse.json(out));
  }

  private CompletableFuture<WebResponse> get(AuthorizedRequest exchange) {
    return CompletableFuture.completedFuture(response(200, account(exchange)));
  }

  private CompletableFuture<WebResponse> create(AuthorizedRequest exchange) {
    Fields fields = exchange.body();
    String name = Passwords.newName(fields);
    AccessGrant grant = AccountView.grant(fields);
    fields.done();
    return accounts
        .create(name, grant, exchange.edit(exchange.nowMs()))
        .thenApply(
            created -> {
              Map<String, @Nullable Object> out = AccountView.object(created.record());
              out.put("link", links.of(name, created.secret()));
              return WebResponse.json(201, out)
                  .withRevision(created.record().revision())
                  .with("Location", PATH + "/" + created.record().id());
            });
  }

  private CompletableFuture<WebResponse> change(AuthorizedRequest exchange) {
    Account account = account(exchange);
    Fields fields = exchange.body();
    AccessGrant grant = AccountView.changedGrant(fields, account.grant());
    boolean disabled = fields.isSet("disabled") ? fields.bool("disabled") : account.disabled();
    fields.done();
    Preconditions.requireMatch(exchange.request(), account.revision());
    return accounts
        .change(account, grant, disabled, exchange.edit(exchange.nowMs()))
        .thenApply(changed -> response(200, changed));
  }

  private CompletableFuture<WebResponse> delete(AuthorizedRequest exchange) {
    Account account = account(exchange);
    Preconditions.requireMatch(exchange.request(), account.revision());
    return accounts
        .delete(account, exchange.edit(exchange.nowMs()))
        .thenApply(deleted -> WebResponse.empty());
  }

  /** Makes a link by which the user sets another password; until then the present one holds. */
  private CompletableFuture<WebResponse> createLink(AuthorizedRequest exchange) {
    Account account = account(exchange);
    return accounts
        .createLink(account.id(), exchange.edit(exchange.nowMs()))
        .thenApply(
            created -> {
              Map<String, @Nullable Object> out = Json.object();
              out.put("link", links.of(account.name(), created.secret()));
              out.put("expiresMs", created.record().expiresMs());
              return WebResponse.json(201, out);
            });
  }
}
