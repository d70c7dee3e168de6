// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.net.InetAddress;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import net.backhaul.web.access.Principal;
import net.backhaul.web.http.RequestProblem;
import net.backhaul.web.http.RouteIds;
import net.backhaul.web.http.WebMethod;
import net.backhaul.web.http.WebRequest;
import net.backhaul.web.http.WebResponse;
import net.backhaul.web.route.AuthorizedRequest;
import net.backhaul.web.route.WebRoute;
import net.backhaul.web.route.WebRouter;

/**
 * The networks, members, join tokens and the log of the web API for the local API, whose callers
 * have the token of the home directory. It needs neither accounts nor a listener.
 */
public final class LocalController {
  /** What precedes the paths of the resources. */
  private static final String PREFIX = "/api/v1";

  private final List<WebRoute> routes;

  /**
   * Makes the resources.
   *
   * @param thread renders answers
   */
  public LocalController(
      WebHost host, AuditReader auditLog, SourceVersions sources, Executor thread) {
    var random = new SecureRandom();
    var all = new ArrayList<WebRoute>();
    all.addAll(new NetworkResource(host, thread, random).routes());
    all.addAll(new MemberResource(host, thread).routes());
    all.addAll(new BulkMembers(host, thread).routes());
    all.addAll(new BinResource(host, thread).routes());
    all.addAll(new DefinitionResource(host, thread).routes());
    all.addAll(new BlockResource(host, thread).routes());
    all.addAll(new JoinTokenResource(host, thread, random, null).routes());
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
      answer = route.handler().handle(new AuthorizedRequest(request, ids, Principal.LOCAL, nowMs));
    } catch (RuntimeException e) {
      answer = CompletableFuture.failedFuture(e);
    }
    return answer.exceptionally(thrown -> WebRouter.failure(request, thrown));
  }
}
