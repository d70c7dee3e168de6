// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.route;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import net.backhaul.web.access.Authorizer;
import net.backhaul.web.access.Principal;
import net.backhaul.web.http.ProblemException;
import net.backhaul.web.http.RequestProblem;
import net.backhaul.web.http.RouteIds;
import net.backhaul.web.http.StorageFailure;
import net.backhaul.web.http.WebLimits;
import net.backhaul.web.http.WebMethod;
import net.backhaul.web.http.WebRequest;
import net.backhaul.web.http.WebResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds the route of a request, has it authorized and calls its handler. No handler authorizes: a
 * route cannot be declared without its {@link net.backhaul.web.access.Access}.
 */
public final class WebRouter {
  private static final Logger log = LoggerFactory.getLogger(WebRouter.class);

  private final List<WebRoute> routes;
  private final Authorizer authorizer;

  /** Requests that are being answered, by account. */
  private final Map<Long, Integer> inProgress = new ConcurrentHashMap<>();

  public WebRouter(List<WebRoute> routes, Authorizer authorizer) {
    this.routes = List.copyOf(routes);
    this.authorizer = authorizer;
  }

  public List<WebRoute> routes() {
    return routes;
  }

  /** Answers a request; the future never fails. */
  public CompletableFuture<WebResponse> answer(WebRequest request, long nowMs) {
    CompletableFuture<WebResponse> answer;
    try {
      authorizer.requireKnownHost(request);
      answer = dispatch(request, nowMs);
    } catch (RuntimeException e) {
      answer = CompletableFuture.failedFuture(e);
    }
    return answer.exceptionally(thrown -> failure(request, thrown));
  }

  private CompletableFuture<WebResponse> dispatch(WebRequest request, long nowMs) {
    var allowed = new ArrayList<WebMethod>();
    for (WebRoute route : routes) {
      RouteIds ids = route.path().match(request.path());
      if (ids == null) {
        continue;
      }
      if (route.method() == request.method()) {
        Principal caller = authorizer.authorize(request, route.access(), ids, nowMs);
        return answer(route, new AuthorizedRequest(request, ids, caller, nowMs));
      }
      allowed.add(route.method());
    }
    throw new ProblemException(
        allowed.isEmpty()
            ? RequestProblem.of(
                404, "not-found", "there is no such resource; /api/v1/openapi lists them")
            : new RequestProblem(
                405,
                "method-not-allowed",
                "expected " + names(allowed) + ", found " + request.method(),
                List.of(),
                Map.of("Allow", names(allowed))));
  }

  /** Calls the handler, unless many requests of the account are being answered. */
  private CompletableFuture<WebResponse> answer(WebRoute route, AuthorizedRequest exchange) {
    long account = exchange.caller().accountId();
    if (account == 0) {
      return route.answer(exchange);
    }
    if (inProgress.merge(account, 1, Integer::sum) > WebLimits.MAX_REQUESTS_PER_ACCOUNT) {
      ended(account);
      throw new ProblemException(
          RequestProblem.of(
                  503,
                  "busy",
                  "expected at most %d requests of a user at once; wait for some answers"
                      .formatted(WebLimits.MAX_REQUESTS_PER_ACCOUNT))
              .retryAfter(1));
    }
    try {
      return route.answer(exchange).whenComplete((response, thrown) -> ended(account));
    } catch (RuntimeException e) {
      ended(account);
      throw e;
    }
  }

  private void ended(long account) {
    inProgress.computeIfPresent(account, (same, count) -> count == 1 ? null : count - 1);
  }

  private static String names(List<WebMethod> methods) {
    return String.join(", ", new TreeSet<>(methods).stream().map(Enum::name).toList());
  }

  /** Returns the response to a request that a handler could not answer. */
  public static WebResponse failure(WebRequest request, Throwable thrown) {
    Throwable cause =
        thrown instanceof CompletionException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    if (cause instanceof ProblemException rejected) {
      return rejected.problem().response();
    }
    if (cause instanceof StorageFailure failure) {
      return RequestProblem.of(500, "not-saved", String.valueOf(failure.getMessage())).response();
    }
    // Neither the body nor the query: they may hold secrets.
    log.error(
        "answering {} of the web API failed",
        request.method().name().toLowerCase(Locale.ROOT),
        cause);
    return RequestProblem.of(500, "internal-error", "the log of the daemon says more").response();
  }
}
