// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.random.RandomGenerator;
import net.backhaul.controller.AddressPool;
import net.backhaul.controller.ChangeResult;
import net.backhaul.controller.Controller;
import net.backhaul.controller.Edit;
import net.backhaul.controller.NetworkRecord;
import net.backhaul.json.Json;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.store.NetworkJson;
import net.backhaul.web.access.Access;
import net.backhaul.web.access.AccessLevel;
import net.backhaul.web.http.Fields;
import net.backhaul.web.http.Preconditions;
import net.backhaul.web.http.ProblemException;
import net.backhaul.web.http.RequestProblem;
import net.backhaul.web.http.WebMethod;
import net.backhaul.web.http.WebResponse;
import net.backhaul.web.route.AuthorizedRequest;
import net.backhaul.web.route.WebRoute;
import org.jspecify.annotations.Nullable;

/** The networks of the controller. */
final class NetworkResource {
  static final String PATH = "/api/v1/networks";
  static final String ONE = PATH + "/{network}";

  private final WebHost host;
  private final Executor thread;
  private final RandomGenerator random;

  /**
   * Makes the resource.
   *
   * @param thread runs its work on the thread of the web API
   */
  NetworkResource(WebHost host, Executor thread, RandomGenerator random) {
    this.host = host;
    this.thread = thread;
    this.random = random;
  }

  List<WebRoute> routes() {
    return List.of(
        new WebRoute(WebMethod.GET, PATH, Access.inSomeNetwork(AccessLevel.READ), this::list),
        new WebRoute(WebMethod.POST, PATH, Access.inAllNetworks(AccessLevel.ADMIN), this::create),
        new WebRoute(WebMethod.GET, ONE, Access.inNetwork(AccessLevel.READ), this::get),
        new WebRoute(WebMethod.PATCH, ONE, Access.inNetwork(AccessLevel.OPERATE), this::change),
        new WebRoute(WebMethod.DELETE, ONE, Access.inNetwork(AccessLevel.ADMIN), this::delete));
  }

  private CompletableFuture<WebResponse> list(AuthorizedRequest exchange) {
    return host.query(
            (controller, nowMs) ->
                controller.networks().stream()
                    .filter(each -> exchange.caller().may(AccessLevel.READ, each.id()))
                    .map(each -> NetworkView.of(controller, each))
                    .toList())
        .thenApplyAsync(
            networks -> {
              var objects = new ArrayList<@Nullable Object>();
              networks.forEach(each -> objects.add(each.object()));
              Map<String, @Nullable Object> out = Json.object();
              out.put("networks", objects);
              return WebResponse.json(out);
            },
            thread);
  }

  private CompletableFuture<WebResponse> get(AuthorizedRequest exchange) {
    long id = exchange.ids().network();
    return host.query((controller, nowMs) -> view(controller, id))
        .thenApplyAsync(NetworkResource::response, thread);
  }

  private static NetworkView view(Controller controller, long id) {
    return controller
        .network(id)
        .map(network -> NetworkView.of(controller, network))
        .orElseThrow(() -> RequestProblem.notFound("network " + NetworkIds.text(id)));
  }

  private static WebResponse response(NetworkView view) {
    return WebResponse.json(view.object()).withRevision(Revisions.of(view.network()));
  }

  /** Creates a network; without routes and pools it gets a free subnet. */
  private CompletableFuture<WebResponse> create(AuthorizedRequest exchange) {
    Fields fields = exchange.body();
    NetworkFields read = NetworkFields.read(fields);
    fields.done();
    boolean hasAddresses = read.hasAddresses();
    NetworkFields settings = hasAddresses ? read : read.withIpv4();
    CompletableFuture<List<IpPrefix>> used =
        hasAddresses ? CompletableFuture.completedFuture(List.of()) : host.hostNetworks();
    return used.thenCompose(
            taken ->
                host.change(
                    (controller, nowMs) -> {
                      if (!hasAddresses) {
                        putSubnet(settings.settings(), controller, taken);
                      }
                      return create(controller, settings, exchange.edit(nowMs));
                    }))
        .thenApplyAsync(
            view -> {
              NetworkRecord created = view.network();
              return WebResponse.json(201, view.object())
                  .withRevision(Revisions.of(created))
                  .with("Location", PATH + "/" + NetworkIds.text(created.id()));
            },
            thread);
  }

  private void putSubnet(
      Map<String, @Nullable Object> settings, Controller controller, List<IpPrefix> taken) {
    IpPrefix subnet =
        FreeSubnet.choose(FreeSubnet.used(controller, taken), random)
            .orElseThrow(
                () ->
                    new ProblemException(
                        RequestProblem.of(
                            409,
                            "no-free-subnet",
                            "no private subnet is free; name routes and pools")));
    Map<String, @Nullable Object> route = Json.object();
    route.put("target", subnet.toString());
    route.put("via", null);
    AddressPool addresses = FreeSubnet.pool(subnet);
    Map<String, @Nullable Object> pool = Json.object();
    pool.put("ipRangeStart", Endpoints.ipText(addresses.start()));
    pool.put("ipRangeEnd", Endpoints.ipText(addresses.end()));
    settings.put("routes", new ArrayList<@Nullable Object>(List.of(route)));
    settings.put("ipAssignmentPools", new ArrayList<@Nullable Object>(List.of(pool)));
  }

  private static ChangeResult<NetworkView> create(
      Controller controller, NetworkFields settings, Edit edit) {
    StoredLimits.requireNetworks(controller);
    OptionalLong id = controller.unusedNetworkId();
    if (id.isEmpty()) {
      throw new ProblemException(
          RequestProblem.of(409, "too-many", "no network id of this controller is free"));
    }
    NetworkRecord fresh = NetworkJson.create(id.getAsLong(), edit.nowMs());
    return shown(controller, StoredLimits.put(controller, settings.apply(fresh), edit));
  }

  private static ChangeResult<NetworkView> shown(
      Controller controller, ChangeResult<NetworkRecord> saved) {
    return new ChangeResult<>(NetworkView.of(controller, saved.record()), saved.ticket());
  }

  private CompletableFuture<WebResponse> change(AuthorizedRequest exchange) {
    Fields fields = exchange.body();
    NetworkFields settings = NetworkFields.read(fields);
    fields.done();
    long id = exchange.ids().network();
    return host.change(
            (controller, nowMs) -> {
              NetworkRecord before = view(controller, id).network();
              Preconditions.requireMatch(exchange.request(), Revisions.of(before));
              return shown(
                  controller,
                  StoredLimits.put(controller, settings.apply(before), exchange.edit(nowMs)));
            })
        .thenApplyAsync(NetworkResource::response, thread);
  }

  private CompletableFuture<WebResponse> delete(AuthorizedRequest exchange) {
    long id = exchange.ids().network();
    return host.change(
            (controller, nowMs) -> {
              NetworkRecord before = view(controller, id).network();
              Preconditions.requireMatch(exchange.request(), Revisions.of(before));
              return controller
                  .deleteNetwork(id, exchange.edit(nowMs))
                  .orElseThrow(() -> RequestProblem.notFound("network " + NetworkIds.text(id)));
            })
        .thenApplyAsync(deleted -> WebResponse.empty(), thread);
  }
}
