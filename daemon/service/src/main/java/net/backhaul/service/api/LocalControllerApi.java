// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import net.backhaul.service.http.Request;
import net.backhaul.service.http.Resource;
import net.backhaul.service.http.Response;
import net.backhaul.web.api.LocalController;
import net.backhaul.web.http.WebMethod;
import net.backhaul.web.http.WebResponse;
import org.jspecify.annotations.Nullable;

/**
 * Networks, members, join tokens and the log of the controller as the web API has them, at {@code
 * /backhaul/v1}, for the commands of a terminal; the reference has no such paths.
 */
public final class LocalControllerApi implements Resource {
  /** The path of the resources. */
  public static final String PATH = "/backhaul/v1";

  /** Parameters that each request of the local API may have: its token, and a callback. */
  private static final Set<String> OF_EVERY_REQUEST = Set.of("auth", "jsonp");

  private final Supplier<LocalController> factory;
  private @Nullable LocalController controller;

  public LocalControllerApi(Supplier<LocalController> factory) {
    this.factory = factory;
  }

  @Override
  public CompletableFuture<Response> answer(Request request) {
    WebMethod method =
        switch (request.method()) {
          case GET -> WebMethod.GET;
          case POST -> WebMethod.POST;
          case DELETE -> WebMethod.DELETE;
          case OTHER -> null;
        };
    if (method == null) {
      return CompletableFuture.completedFuture(Response.NOT_FOUND);
    }
    byte[] body = new byte[request.body().remaining()];
    request.body().duplicate().get(body);
    Map<String, String> query = new HashMap<>(request.target().query());
    query.keySet().removeAll(OF_EVERY_REQUEST);
    return controller()
        .answer(method, request.path().substring(PATH.length()), query, body)
        .thenApply(LocalControllerApi::response);
  }

  private synchronized LocalController controller() {
    LocalController current = controller;
    if (current == null) {
      current = factory.get();
      controller = current;
    }
    return current;
  }

  /** Clients of this API expect 200 of all that succeeds. */
  private static Response response(WebResponse answer) {
    if (answer.status() >= 400) {
      return Response.json(answer.status(), answer.text());
    }
    return Response.json(answer.text().isEmpty() ? "{}" : answer.text());
  }
}
