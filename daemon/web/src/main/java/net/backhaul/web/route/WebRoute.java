// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.route;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import net.backhaul.web.access.Access;
import net.backhaul.web.http.PathTemplate;
import net.backhaul.web.http.ProblemException;
import net.backhaul.web.http.RequestProblem;
import net.backhaul.web.http.WebLimits;
import net.backhaul.web.http.WebMethod;
import net.backhaul.web.http.WebResponse;

/**
 * A method on a path.
 *
 * @param access who may use it, which {@link net.backhaul.web.access.Authorizer} enforces
 * @param parameters names of those that the query may have; without effect outside of the API,
 *     where views of the page have their own
 */
public record WebRoute(
    WebMethod method, PathTemplate path, Access access, Handler handler, Set<String> parameters) {
  private static final String API = "/api/";

  public WebRoute {
    parameters = Set.copyOf(parameters);
  }

  /** Makes a route without parameters. */
  public WebRoute(WebMethod method, String path, Access access, Handler handler) {
    this(method, new PathTemplate(path), access, handler, Set.of());
  }

  /** Returns this route with parameters. */
  public WebRoute taking(String... names) {
    return new WebRoute(method, path, access, handler, Set.of(names));
  }

  /**
   * Answers a request that the authorizer has accepted.
   *
   * @throws ProblemException that names the parameters which the route does not have: one with a
   *     typing error would list everything, as if it were not there
   */
  public CompletableFuture<WebResponse> answer(AuthorizedRequest exchange) {
    if (path.toString().startsWith(API)) {
      requireKnown(exchange.request().query().keySet());
    }
    return handler.handle(exchange);
  }

  private void requireKnown(Set<String> named) {
    var unknown = new TreeSet<>(named);
    unknown.removeAll(parameters);
    if (!unknown.isEmpty()) {
      String expected =
          parameters.isEmpty()
              ? "expected no parameter"
              : "expected no such parameter, but " + String.join(", ", new TreeSet<>(parameters));
      List<RequestProblem.Field> fields =
          unknown.stream()
              .limit(WebLimits.MAX_FIELD_ERRORS)
              .map(each -> new RequestProblem.Field(each, expected))
              .toList();
      throw new ProblemException(RequestProblem.invalid(fields));
    }
  }

  /** Returns the method and the template of the path, as in {@code GET /api/v1/session}. */
  @Override
  public String toString() {
    return method + " " + path;
  }
}
