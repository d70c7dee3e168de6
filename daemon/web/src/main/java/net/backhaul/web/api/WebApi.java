// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.net.InetAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import net.backhaul.controller.Edit;
import net.backhaul.web.access.Authorizer;
import net.backhaul.web.access.HostNames;
import net.backhaul.web.access.Principal;
import net.backhaul.web.access.Secrets;
import net.backhaul.web.access.SessionCookie;
import net.backhaul.web.account.Account;
import net.backhaul.web.account.AccountState;
import net.backhaul.web.account.AccountStore;
import net.backhaul.web.account.Accounts;
import net.backhaul.web.account.LogIns;
import net.backhaul.web.account.PasswordWorker;
import net.backhaul.web.hook.WebhookClient;
import net.backhaul.web.hook.WebhookStore;
import net.backhaul.web.hook.Webhooks;
import net.backhaul.web.http.FileBody;
import net.backhaul.web.http.RequestProblem;
import net.backhaul.web.http.WebRequest;
import net.backhaul.web.http.WebResponse;
import net.backhaul.web.join.JoinSite;
import net.backhaul.web.page.PageApi;
import net.backhaul.web.route.AuthorizedRequest;
import net.backhaul.web.route.WebRoute;
import net.backhaul.web.route.WebRouter;

/** The whole web API, without its listener; used on one thread. */
public final class WebApi implements AutoCloseable {
  private static final int RUN_CHARS = 8;

  private final LongSupplier wallMs;
  private final Accounts accounts;
  private final SetupLinks links;
  private final Authorizer authorizer;
  private final WebRouter router;
  private final Webhooks webhooks;

  /**
   * What is stored, beside the records of the controller.
   *
   * @param webhookClient sends what the settings of {@code webhookStore} name
   * @param backups makes copies of the database
   */
  public record Storage(
      AccountStore accounts,
      AuditReader auditLog,
      WebhookStore webhookStore,
      WebhookClient webhookClient,
      SourceVersions sources,
      Supplier<CompletableFuture<FileBody>> backups) {}

  /**
   * What the API uses.
   *
   * @param thread runs work on the thread of the web API
   * @param wallMs wall-clock time
   */
  public record Environment(
      WebHost host,
      Storage storage,
      PasswordWorker passwords,
      Executor thread,
      SecureRandom random,
      LongSupplier wallMs) {}

  /**
   * How clients reach the listener.
   *
   * @param origin of links, as in {@code https://vpn.example.org}
   */
  public record Site(String origin, HostNames hosts, JoinSite join) {}

  public WebApi(Environment environment, AccountState state, Site site) {
    wallMs = environment.wallMs;
    accounts = new Accounts(state, environment.storage.accounts, environment.random);
    links = new SetupLinks(site.origin);
    var cookie = new SessionCookie(site.join.isSecure());
    var logIns =
        new LogIns(accounts, environment.passwords, environment.thread, environment.random);
    var feed =
        new ChangeFeed(
            Secrets.create(environment.random).substring(0, RUN_CHARS),
            caller -> accounts.isCurrent(caller, wallMs.getAsLong()));
    accounts.onEnd(ended -> environment.thread.execute(feed::ended));
    var source = new WebhookSource(environment.host);
    webhooks =
        new Webhooks(
            environment.storage.webhookStore,
            environment.storage.webhookClient,
            source,
            environment.wallMs);
    webhooks.start();
    environment.host.onChange(
        change -> {
          source.onChange(change);
          environment.thread.execute(() -> feed.publish(change));
        });
    var joins = new JoinScriptResource(environment.host, site.join, environment.thread);
    var sessions = new SessionApi(accounts, logIns, cookie);
    var routes = new ArrayList<WebRoute>();
    routes.addAll(new GeneralApi(environment.host, feed, environment.thread).routes());
    routes.addAll(new PageApi().routes());
    routes.addAll(sessions.routes());
    routes.addAll(new AccountApi(accounts, logIns, sessions, environment.random).routes());
    routes.addAll(new UserResource(accounts, links).routes());
    routes.addAll(
        new NetworkResource(environment.host, environment.thread, environment.random).routes());
    routes.addAll(
        new SubnetResource(environment.host, environment.thread, environment.random).routes());
    routes.addAll(new MemberResource(environment.host, environment.thread).routes());
    routes.addAll(new BulkMembers(environment.host, environment.thread).routes());
    routes.addAll(new BinResource(environment.host, environment.thread).routes());
    routes.addAll(new DefinitionResource(environment.host, environment.thread).routes());
    routes.addAll(new BlockResource(environment.host, environment.thread).routes());
    routes.addAll(
        new JoinTokenResource(environment.host, environment.thread, environment.random, joins::line)
            .routes());
    routes.addAll(joins.routes());
    routes.addAll(new AuditResource(environment.storage.auditLog, environment.thread).routes());
    routes.addAll(
        new RulesResource(environment.host, environment.storage.sources, environment.thread)
            .routes());
    routes.addAll(
        new HostResource(
                environment.host,
                environment.storage.accounts,
                environment.storage.backups,
                environment.thread)
            .routes());
    routes.addAll(new WebhookResource(webhooks, environment.thread, environment.random).routes());
    authorizer = new Authorizer(accounts, site.hosts, cookie);
    router = new WebRouter(routes, authorizer);
  }

  /**
   * Returns whether the head of a request has a valid session or token, so that its body may be
   * long.
   *
   * @param headers by name in lower case
   */
  public boolean isKnownCaller(Map<String, String> headers, InetAddress from) {
    return authorizer.isKnown(headers, from, wallMs.getAsLong());
  }

  /** Answers a request; the future never fails. */
  public CompletableFuture<WebResponse> answer(WebRequest request) {
    return router.answer(request, wallMs.getAsLong());
  }

  public List<WebRoute> routes() {
    return router.routes();
  }

  /** Ends the work that it does by itself. */
  @Override
  public void close() {
    webhooks.close();
  }

  /** Returns the number of accounts. */
  public int accountCount() {
    return accounts.list().size();
  }

  /** Makes the link by which the first administrator is created; the earlier one ends. */
  public CompletableFuture<String> createFirstLink() {
    return accounts.createLink(0, localEdit()).thenApply(created -> links.first(created.secret()));
  }

  /**
   * Makes a link by which a user sets another password.
   *
   * @throws net.backhaul.web.http.ProblemException if there is no such user
   */
  public CompletableFuture<String> createLink(String name) {
    Account account = accounts.find(name);
    if (account == null) {
      throw RequestProblem.notFound("user " + name);
    }
    return accounts
        .createLink(account.id(), localEdit())
        .thenApply(created -> links.of(account.name(), created.secret()));
  }

  private Edit localEdit() {
    return Edit.of(Principal.LOCAL.actor(), AuthorizedRequest.LOCAL_ORIGIN, wallMs.getAsLong());
  }
}
