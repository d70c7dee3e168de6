// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import net.backhaul.controller.NetworkRecord;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.store.RuleNames;
import net.backhaul.web.access.Access;
import net.backhaul.web.access.AccessLevel;
import net.backhaul.web.http.RequestProblem;
import net.backhaul.web.http.WebMethod;
import net.backhaul.web.http.WebResponse;
import net.backhaul.web.route.AuthorizedRequest;
import net.backhaul.web.route.WebRoute;

/** The tags and capabilities of a network by the names that the source of its rules gives them. */
final class DefinitionResource {
  static final String PATH = NetworkResource.ONE + "/definitions";

  /** Maximum networks whose names are kept, until their rules change; the oldest is evicted. */
  static final int MAX_KEPT = 64;

  private final WebHost host;
  private final Executor thread;

  /** By network; used on the thread of the web API, the most recent last. */
  private final LinkedHashMap<Long, Kept> kept = new LinkedHashMap<>();

  private record Kept(String document, CompletableFuture<WebResponse> answer) {}

  /**
   * Makes the resource.
   *
   * @param thread runs its work on the thread of the web API
   */
  DefinitionResource(WebHost host, Executor thread) {
    this.host = host;
    this.thread = thread;
  }

  List<WebRoute> routes() {
    return List.of(
        new WebRoute(WebMethod.GET, PATH, Access.inNetwork(AccessLevel.READ), this::get));
  }

  private CompletableFuture<WebResponse> get(AuthorizedRequest exchange) {
    long id = exchange.ids().network();
    return host.query(
            (controller, nowMs) ->
                controller
                    .network(id)
                    .orElseThrow(() -> RequestProblem.notFound("network " + NetworkIds.text(id))))
        .thenComposeAsync(this::answer, thread);
  }

  /** Compiles what was not compiled before; that may take half a second. */
  private synchronized CompletableFuture<WebResponse> answer(NetworkRecord network) {
    Kept before = kept.remove(network.id());
    Kept now =
        before != null && before.document.equals(network.document())
            ? before
            : new Kept(network.document(), compile(network));
    kept.put(network.id(), now);
    if (kept.size() > MAX_KEPT) {
      kept.pollFirstEntry();
    }
    return now.answer;
  }

  private CompletableFuture<WebResponse> compile(NetworkRecord network) {
    return CompletableFuture.supplyAsync(
            () -> WebResponse.json(RuleNames.of(network)), ForkJoinPool.commonPool())
        .thenApplyAsync(answer -> answer, thread);
  }
}
