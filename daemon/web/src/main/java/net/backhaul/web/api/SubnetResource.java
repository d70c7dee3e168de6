// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import net.backhaul.json.Json;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.web.access.Access;
import net.backhaul.web.access.AccessLevel;
import net.backhaul.web.http.RequestProblem;
import net.backhaul.web.http.WebMethod;
import net.backhaul.web.http.WebResponse;
import net.backhaul.web.route.AuthorizedRequest;
import net.backhaul.web.route.WebRoute;
import org.jspecify.annotations.Nullable;

/** Subnets that a network can change to, as presets of its settings. */
final class SubnetResource {
  static final String PATH = NetworkResource.ONE + "/subnets";

  private final WebHost host;
  private final Executor thread;
  private final RandomGenerator random;

  /**
   * Makes the resource.
   *
   * @param thread runs its work on the thread of the web API
   */
  SubnetResource(WebHost host, Executor thread, RandomGenerator random) {
    this.host = host;
    this.thread = thread;
    this.random = random;
  }

  List<WebRoute> routes() {
    return List.of(
        new WebRoute(WebMethod.GET, PATH, Access.inNetwork(AccessLevel.OPERATE), this::list));
  }

  private CompletableFuture<WebResponse> list(AuthorizedRequest exchange) {
    long id = exchange.ids().network();
    return host.hostNetworks()
        .thenCompose(
            taken ->
                host.query(
                    (controller, nowMs) -> {
                      if (controller.network(id).isEmpty()) {
                        throw RequestProblem.notFound("network " + NetworkIds.text(id));
                      }
                      return FreeSubnet.used(controller, taken);
                    }))
        .thenApplyAsync(
            used -> {
              Map<String, @Nullable Object> out = Json.object();
              out.put(
                  "subnets",
                  FreeSubnet.ofEachRange(used, random).stream().map(IpPrefix::toString).toList());
              return WebResponse.json(out);
            },
            thread);
  }
}
