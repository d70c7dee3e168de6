// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import net.backhaul.controller.Controller;
import net.backhaul.controller.JoinToken;
import net.backhaul.json.Json;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.web.access.Access;
import net.backhaul.web.access.AccessLevel;
import net.backhaul.web.access.Secrets;
import net.backhaul.web.http.Fields;
import net.backhaul.web.http.Preconditions;
import net.backhaul.web.http.RequestProblem;
import net.backhaul.web.http.RouteIds;
import net.backhaul.web.http.WebMethod;
import net.backhaul.web.http.WebRequest;
import net.backhaul.web.http.WebResponse;
import net.backhaul.web.route.AuthorizedRequest;
import net.backhaul.web.route.WebRoute;
import org.jspecify.annotations.Nullable;

/** Tokens by which nodes join a network without a person who authorizes them. */
final class JoinTokenResource {
  static final String PATH = NetworkResource.ONE + "/join-tokens";
  static final String ONE = PATH + "/{token}";

  /** Ids are exact numbers in JavaScript. */
  private static final long ID_MASK = (1L << 48) - 1;

  private final WebHost host;
  private final Executor thread;
  private final SecureRandom random;
  private final InstallLines installs;

  private record Found(JoinToken token, long nowMs) {}

  /**
   * Makes the resource.
   *
   * @param thread runs its work on the thread of the web API
   * @param installs what a new token is shown with
   */
  JoinTokenResource(WebHost host, Executor thread, SecureRandom random, InstallLines installs) {
    this.installs = installs;
    this.host = host;
    this.thread = thread;
    this.random = random;
  }

  /** Makes the line for the shell of a host that joins. */
  interface InstallLines {
    /** Returns the object that answers have as {@code install}. */
    Map<String, @Nullable Object> line(WebRequest request, JoinToken token, String secret);
  }

  List<WebRoute> routes() {
    Access read = Access.inNetwork(AccessLevel.READ);
    Access operate = Access.inNetwork(AccessLevel.OPERATE);
    return List.of(
        new WebRoute(WebMethod.GET, PATH, read, this::list),
        new WebRoute(WebMethod.POST, PATH, operate, this::create),
        new WebRoute(WebMethod.GET, ONE, read, this::get),
        new WebRoute(WebMethod.DELETE, ONE, operate, this::revoke));
  }

  private CompletableFuture<WebResponse> list(AuthorizedRequest exchange) {
    long networkId = exchange.ids().network();
    return host.query(
            (controller, nowMs) -> {
              MemberResource.requireNetwork(controller, networkId);
              return controller.joinTokens(networkId).stream()
                  .map(each -> new Found(each, nowMs))
                  .toList();
            })
        .thenApplyAsync(
            tokens -> {
              var objects = new ArrayList<@Nullable Object>();
              tokens.forEach(each -> objects.add(JoinTokenFields.object(each.token, each.nowMs)));
              Map<String, @Nullable Object> out = Json.object();
              out.put("tokens", objects);
              return WebResponse.json(out);
            },
            thread);
  }

  private static JoinToken require(Controller controller, AuthorizedRequest exchange) {
    long networkId = exchange.ids().network();
    MemberResource.requireNetwork(controller, networkId);
    return controller
        .joinToken(networkId, exchange.ids().get(RouteIds.TOKEN))
        .orElseThrow(() -> RequestProblem.notFound("join token of this id"));
  }

  private CompletableFuture<WebResponse> get(AuthorizedRequest exchange) {
    return host.query((controller, nowMs) -> new Found(require(controller, exchange), nowMs))
        .thenApplyAsync(
            found ->
                WebResponse.json(JoinTokenFields.object(found.token, found.nowMs))
                    .withRevision(Revisions.of(found.token)),
            thread);
  }

  /** Makes a token, which is shown this once. */
  private CompletableFuture<WebResponse> create(AuthorizedRequest exchange) {
    Fields fields = exchange.body();
    JoinTokenFields wanted = JoinTokenFields.read(fields);
    fields.done();
    long networkId = exchange.ids().network();
    String secret = JoinToken.PREFIX + Secrets.create(random);
    long id = Math.max(1, random.nextLong() & ID_MASK);
    return host.change(
            (controller, nowMs) -> {
              MemberResource.requireNetwork(controller, networkId);
              MemberResource.requireUnassigned(
                  controller, networkId, wanted.grant().addresses(), List.of(), "member.addresses");
              JoinToken token = wanted.token(networkId, id, secret, nowMs);
              StoredLimits.requireRoom(controller, token);
              return controller.createJoinToken(token, exchange.edit(nowMs));
            })
        .thenApplyAsync(
            token -> {
              Map<String, @Nullable Object> out = JoinTokenFields.object(token, token.createdMs());
              out.put("token", secret);
              out.put("install", installs.line(exchange.request(), token, secret));
              return WebResponse.json(201, out)
                  .withRevision(Revisions.of(token))
                  .with(
                      "Location",
                      NetworkResource.PATH
                          + "/"
                          + NetworkIds.text(networkId)
                          + "/join-tokens/"
                          + token.id());
            },
            thread);
  }

  private CompletableFuture<WebResponse> revoke(AuthorizedRequest exchange) {
    long networkId = exchange.ids().network();
    return host.change(
            (controller, nowMs) -> {
              JoinToken token = require(controller, exchange);
              Preconditions.requireMatch(exchange.request(), Revisions.of(token));
              return controller
                  .revokeJoinToken(networkId, token.id(), exchange.edit(nowMs))
                  .orElseThrow(() -> RequestProblem.notFound("join token of this id"));
            })
        .thenApplyAsync(revoked -> WebResponse.empty(), thread);
  }
}
