// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import net.backhaul.controller.BlockedAddress;
import net.backhaul.controller.Controller;
import net.backhaul.json.Json;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.web.access.Access;
import net.backhaul.web.access.AccessLevel;
import net.backhaul.web.http.Fields;
import net.backhaul.web.http.Preconditions;
import net.backhaul.web.http.WebMethod;
import net.backhaul.web.http.WebResponse;
import net.backhaul.web.route.AuthorizedRequest;
import net.backhaul.web.route.WebRoute;
import org.jspecify.annotations.Nullable;

/** Addresses that are not admitted to a network, whether or not they have a member record. */
final class BlockResource {
  static final String PATH = NetworkResource.ONE + "/blocks";
  static final String BLOCK = MemberResource.ONE + "/block";
  static final String UNBLOCK = MemberResource.ONE + "/unblock";

  private final WebHost host;
  private final Executor thread;

  /**
   * Makes the resource.
   *
   * @param thread runs its work on the thread of the web API
   */
  BlockResource(WebHost host, Executor thread) {
    this.host = host;
    this.thread = thread;
  }

  List<WebRoute> routes() {
    Access authorize = Access.inNetwork(AccessLevel.AUTHORIZE);
    return List.of(
        new WebRoute(WebMethod.GET, PATH, Access.inNetwork(AccessLevel.READ), this::list),
        new WebRoute(WebMethod.POST, BLOCK, authorize, this::block),
        new WebRoute(WebMethod.POST, UNBLOCK, authorize, this::unblock));
  }

  private CompletableFuture<WebResponse> list(AuthorizedRequest exchange) {
    long networkId = exchange.ids().network();
    return host.query(
            (controller, nowMs) -> {
              MemberResource.requireNetwork(controller, networkId);
              return controller.blocked(networkId);
            })
        .thenApplyAsync(
            blocks -> {
              var objects = new ArrayList<@Nullable Object>();
              blocks.forEach(each -> objects.add(object(each)));
              Map<String, @Nullable Object> out = Json.object();
              out.put("blocks", objects);
              return WebResponse.json(out);
            },
            thread);
  }

  private static Map<String, @Nullable Object> object(BlockedAddress block) {
    Map<String, @Nullable Object> out = Json.object();
    out.put("id", Addresses.text(block.address()));
    out.put("sinceMs", block.sinceMs());
    return out;
  }

  private CompletableFuture<WebResponse> block(AuthorizedRequest exchange) {
    readNothing(exchange);
    long networkId = exchange.ids().network();
    long address = exchange.ids().member();
    return host.change(
            (controller, nowMs) -> {
              verify(controller, exchange);
              return StoredLimits.block(
                  controller, new MemberBatch.Target(networkId, address), exchange.edit(nowMs));
            })
        .thenApplyAsync(block -> WebResponse.json(object(block)), thread);
  }

  private CompletableFuture<WebResponse> unblock(AuthorizedRequest exchange) {
    readNothing(exchange);
    long networkId = exchange.ids().network();
    long address = exchange.ids().member();
    return host.change(
            (controller, nowMs) -> {
              verify(controller, exchange);
              return controller.unblock(networkId, address, exchange.edit(nowMs));
            })
        .thenApplyAsync(unblocked -> WebResponse.empty(), thread);
  }

  private static void readNothing(AuthorizedRequest exchange) {
    Fields fields = exchange.body();
    fields.done();
  }

  /** The revision is that of the member, if there is one. */
  private static void verify(Controller controller, AuthorizedRequest exchange) {
    long networkId = exchange.ids().network();
    MemberResource.requireNetwork(controller, networkId);
    String revision =
        controller
            .member(networkId, exchange.ids().member())
            .map(Revisions::of)
            .orElse(Revisions.NONE);
    Preconditions.requireMatch(exchange.request(), revision);
  }
}
