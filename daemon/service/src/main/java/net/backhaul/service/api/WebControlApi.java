// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import net.backhaul.json.Json;
import net.backhaul.service.http.Request;
import net.backhaul.service.http.Resource;
import net.backhaul.service.http.Response;
import net.backhaul.service.web.WebService;
import org.jspecify.annotations.Nullable;

/**
 * Switches the web API of the controller on and off, at {@code /web}, and makes links by which its
 * users set passwords, at {@code /web/link}; the reference has no such paths.
 */
public final class WebControlApi implements Resource {
  /** The path of the resource. */
  public static final String PATH = "/web";

  private static final String LINK = PATH + "/link";

  private final WebService web;

  public WebControlApi(WebService web) {
    this.web = web;
  }

  @Override
  public CompletableFuture<Response> answer(Request request) {
    if (request.path().equals(LINK)) {
      return request.method() == Request.Method.POST
          ? answer(link(JsonBody.read(request)))
          : CompletableFuture.completedFuture(Response.NOT_FOUND);
    }
    if (!request.path().equals(PATH)) {
      return CompletableFuture.completedFuture(Response.NOT_FOUND);
    }
    return switch (request.method()) {
      case GET -> answer(web.status());
      case POST -> answer(web.enable(JsonBody.read(request).object()));
      case DELETE -> answer(web.disable());
      case OTHER -> CompletableFuture.completedFuture(Response.NOT_FOUND);
    };
  }

  private CompletableFuture<Map<String, @Nullable Object>> link(JsonBody body) {
    if (!(body.object().get("user") instanceof String user)) {
      throw new IllegalArgumentException("user: expected the name of a user");
    }
    return web.link(user)
        .thenApply(
            link -> {
              Map<String, @Nullable Object> out = Json.object();
              out.put("setupLink", link);
              return out;
            });
  }

  private static CompletableFuture<Response> answer(
      CompletableFuture<Map<String, @Nullable Object>> found) {
    return found
        .thenApply(object -> Response.json(Json.write(object)))
        .exceptionally(
            thrown -> {
              Throwable cause =
                  thrown instanceof CompletionException && thrown.getCause() != null
                      ? thrown.getCause()
                      : thrown;
              if (!(cause instanceof IllegalArgumentException)) {
                throw new CompletionException(cause);
              }
              return Response.json(
                  400, "{\"error\": 400, \"description\": " + Json.write(cause.getMessage()) + "}");
            });
  }
}
