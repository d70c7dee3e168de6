// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.net.InetAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import net.backhaul.controller.JoinToken;
import net.backhaul.json.Json;
import net.backhaul.web.access.Principal;
import net.backhaul.web.http.RequestProblem;
import net.backhaul.web.http.RouteIds;
import net.backhaul.web.http.WebMethod;
import net.backhaul.web.http.WebRequest;
import net.backhaul.web.http.WebResponse;
import net.backhaul.web.join.JoinSite;
import net.backhaul.web.route.AuthorizedRequest;
import net.backhaul.web.route.WebRoute;
import net.backhaul.web.route.WebRouter;
import org.jspecify.annotations.Nullable;

/**
 * The networks, members, join tokens and the log of the web API for the local API, whose callers
 * have the token of the home directory. It needs neither accounts nor a listener.
 */
public final class LocalController {
  /** What precedes the paths of the resources. */
  private static final String PREFIX = "/api/v1";

  private final List<WebRoute> routes;

  /**
   * A listener of the web API.
   *
   * @param host and port, as in a URL
   */
  public record Listener(JoinSite site, String host) {
    private Map<String, @Nullable Object> line(
        WebHost of, Executor thread, JoinToken token, String secret) {
      var request =
          new WebRequest(
              WebMethod.POST,
              "/",
              Map.of(),
              Map.of("host", host),
              new byte[0],
              new WebRequest.Client(InetAddress.getLoopbackAddress(), site.isSecure()));
      return new JoinScriptResource(of, site, thread).line(request, token, secret);
    }
  }

  private static Map<String, @Nullable Object> withoutListener() {
    Map<String, @Nullable Object> out = Json.object();
    out.put("line", null);
    out.put("problem", "listener");
    return out;
  }

  /**
   * Makes the resources.
   *
   * @param listener by which hosts that join reach the web API; empty while there is none
   * @param thread renders answers
   */
  public LocalController(
      WebHost host,
      AuditReader auditLog,
      SourceVersions sources,
      Supplier<Optional<Listener>> listener,
      Executor thread) {
    var random = new SecureRandom();
    var all = new ArrayList<WebRoute>();
    all.addAll(new NetworkResource(host, thread, random).routes());
    all.addAll(new MemberResource(host, thread).routes());
    all.addAll(new BulkMembers(host, thread).routes());
    all.addAll(new BinResource(host, thread).routes());
    all.addAll(new DefinitionResource(host, thread).routes());
    all.addAll(new BlockResource(host, thread).routes());
    all.addAll(
        new JoinTokenResource(
                host,
                thread,
                random,
                (request, token, secret) ->
                    listener
                        .get()
                        .map(each -> each.line(host, thread, token, secret))
                        .orElseGet(LocalController::withoutListener))
            .routes());
    all.addAll(new AuditResource(auditLog, thread).routes());
    all.addAll(new RulesResource(host, sources, thread).routes());
    routes = List.copyOf(all);
  }

  /**
   * Answers a request; the future never fails.
   *
   * @param method a POST to what has no such route is a PATCH
   * @param path below {@code /api/v1}
   */
  public CompletableFuture<WebResponse> answer(
      WebMethod method, String path, Map<String, String> query, byte[] body) {
    WebResponse notFound =
        RequestProblem.notFound("such resource of the controller").problem().response();
    for (WebMethod tried :
        method == WebMethod.POST ? List.of(WebMethod.POST, WebMethod.PATCH) : List.of(method)) {
      for (WebRoute route : routes) {
        RouteIds ids = route.method() == tried ? route.path().match(PREFIX + path) : null;
        if (ids != null) {
          return answer(route, ids, request(tried, PREFIX + path, query, body));
        }
      }
    }
    return CompletableFuture.completedFuture(notFound);
  }

  private static WebRequest request(
      WebMethod method, String path, Map<String, String> query, byte[] body) {
    return new WebRequest(
        method,
        path,
        query,
        Map.of("content-type", WebResponse.JSON),
        body,
        new WebRequest.Client(InetAddress.getLoopbackAddress(), false));
  }

  private static CompletableFuture<WebResponse> answer(
      WebRoute route, RouteIds ids, WebRequest request) {
    CompletableFuture<WebResponse> answer;
    try {
      long nowMs = System.currentTimeMillis();
      answer = route.answer(new AuthorizedRequest(request, ids, Principal.LOCAL, nowMs));
    } catch (RuntimeException e) {
      answer = CompletableFuture.failedFuture(e);
    }
    return answer.exceptionally(thrown -> WebRouter.failure(request, thrown));
  }
}
