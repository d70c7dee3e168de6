// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import net.backhaul.json.Json;
import net.backhaul.protocol.Version;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.web.access.Access;
import net.backhaul.web.access.AccessLevel;
import net.backhaul.web.http.WebMethod;
import net.backhaul.web.http.WebResponse;
import net.backhaul.web.route.AuthorizedRequest;
import net.backhaul.web.route.WebRoute;
import org.jspecify.annotations.Nullable;

/** The status of the controller, its changes as events, and the description of the API. */
final class GeneralApi {
  static final String STATUS = "/api/v1/status";
  static final String EVENTS = "/api/v1/events";
  static final String OPENAPI = "/api/v1/openapi";

  private static final String DOCUMENT = "/net/backhaul/web/openapi.json";

  private final WebHost host;
  private final ChangeFeed feed;
  private final Executor thread;

  /**
   * Makes the resources.
   *
   * @param thread runs its work on the thread of the web API
   */
  GeneralApi(WebHost host, ChangeFeed feed, Executor thread) {
    this.host = host;
    this.feed = feed;
    this.thread = thread;
  }

  List<WebRoute> routes() {
    return List.of(
        new WebRoute(WebMethod.GET, STATUS, Access.ANY_CALLER, this::status),
        new WebRoute(WebMethod.GET, EVENTS, Access.inSomeNetwork(AccessLevel.READ), this::events),
        new WebRoute(WebMethod.GET, OPENAPI, Access.ANY_CALLER, this::openApi));
  }

  private CompletableFuture<WebResponse> status(AuthorizedRequest exchange) {
    return host.query(
            (controller, nowMs) -> {
              Map<String, @Nullable Object> out = Json.object();
              out.put("address", Addresses.text(host.address()));
              out.put("version", Version.backhaul());
              out.put("nodeVersion", Version.REFERENCE);
              out.put("clockMs", nowMs);
              return out;
            })
        .thenApplyAsync(WebResponse::json, thread);
  }

  private CompletableFuture<WebResponse> events(AuthorizedRequest exchange) {
    return CompletableFuture.completedFuture(
        WebResponse.events(
            feed.open(exchange.caller(), exchange.request().header("last-event-id"))));
  }

  private CompletableFuture<WebResponse> openApi(AuthorizedRequest exchange) {
    return CompletableFuture.completedFuture(WebResponse.typed(200, WebResponse.JSON, document()));
  }

  /** Returns the OpenAPI document. */
  static String document() {
    try (InputStream in = GeneralApi.class.getResourceAsStream(DOCUMENT)) {
      if (in == null) {
        throw new IllegalStateException("the program is incomplete: it has no " + DOCUMENT);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
