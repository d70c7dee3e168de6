// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import net.backhaul.engine.NetworkStatus;
import net.backhaul.json.Json;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.protocol.network.RequestMetaData;
import net.backhaul.service.NodeLoop;
import net.backhaul.service.dns.LocalResolver;
import net.backhaul.service.http.Request;
import net.backhaul.service.http.Resource;
import net.backhaul.service.http.Response;
import net.backhaul.service.interfaces.Interfaces;
import net.backhaul.service.state.LocalNetworkSettings;
import net.backhaul.service.state.SavedState;
import org.jspecify.annotations.Nullable;

/**
 * Reads, joins and leaves networks, and sets what they may configure on the host (04 section 4.4).
 */
public final class NetworkApi implements Resource {
  private static final String PATH = "/network";

  /** The member of a body with a join token, which is never shown. */
  private static final String JOIN_TOKEN = "joinToken";

  private final NodeLoop loop;
  private final SavedState state;
  private final Interfaces devices;
  private final MembersApi members;
  private final long self;

  public NetworkApi(
      NodeLoop loop, SavedState state, Interfaces devices, LocalResolver resolver, long self) {
    members = new MembersApi(loop, resolver, self);
    this.loop = loop;
    this.state = state;
    this.devices = devices;
    this.self = self;
  }

  @Override
  public CompletableFuture<Response> answer(Request request) {
    if (request.path().equals(PATH)) {
      return request.method() == Request.Method.GET
          ? loop.submit(node -> node.networks()).thenApply(this::all)
          : CompletableFuture.completedFuture(Response.NOT_FOUND);
    }
    if (request.path().endsWith(MembersApi.PATH)) {
      return members.answer(request);
    }
    String digits = PathIds.below(PATH, request.path(), NetworkIds.DIGITS);
    if (digits == null) {
      return CompletableFuture.completedFuture(Response.NOT_FOUND);
    }
    long id = HexFormat.fromHexDigitsToLong(digits);
    return switch (request.method()) {
      case GET ->
          loop.submit(node -> node.network(id))
              .thenApply(found -> found.map(this::one).orElse(Response.json(404, "")));
      case POST -> join(id, JsonBody.readLeniently(request));
      case DELETE -> leave(id);
      case OTHER -> CompletableFuture.completedFuture(Response.NOT_FOUND);
    };
  }

  /**
   * Joins unless already joined, and answers when addresses and routes are applied and the change
   * is on the disk.
   */
  private CompletableFuture<Response> join(long id, JsonBody body) {
    Map<String, @Nullable Object> wanted = Json.object();
    wanted.putAll(body.object());
    String token =
        wanted.remove(JOIN_TOKEN) instanceof String text
                && text.length() <= RequestMetaData.MAX_JOIN_TOKEN_BYTES
            ? text
            : "";
    LocalNetworkSettings before = state.networkSettings(id);
    LocalNetworkSettings after = NetworkPermissions.read(wanted, before);
    state.saveNetworkSettings(id, after);
    devices.settingsChanged(id, after);
    CompletableFuture<Response> answer =
        loop.submit(node -> node.join(id, token, NodeLoop.nowMs()))
            .thenCompose(
                joined ->
                    devices
                        .whenReconciled()
                        .thenCompose(reconciled -> loop.submit(node -> node.network(id)))
                        .thenApply(
                            found ->
                                new JsonBody(NetworkPermissions.expected(wanted), body.isObject())
                                    .ignored(Map.of(), object(found.orElse(joined)))
                                    .report(found.map(this::one).orElse(Response.json("{}")))));
    return whenSaved(id, answer);
  }

  private CompletableFuture<Response> leave(long id) {
    CompletableFuture<Response> answer =
        loop.submit(
            node -> {
              if (node.network(id).isEmpty()) {
                return Response.json("{}");
              }
              node.leave(id, NodeLoop.nowMs());
              state.removeNetworkSettings(id);
              return Response.json("{\"result\":true}");
            });
    return whenSaved(id, answer);
  }

  private CompletableFuture<Response> whenSaved(long id, CompletableFuture<Response> answer) {
    return NotSavedAnswer.report(
        answer.thenCompose(response -> state.whenNetworkSaved(id).thenApply(saved -> response)));
  }

  private Response all(List<NetworkStatus> networks) {
    var sorted = new ArrayList<>(networks);
    sorted.sort(Comparator.comparing(NetworkStatus::networkId, Long::compareUnsigned));
    var all = new ArrayList<@Nullable Object>();
    sorted.forEach(each -> all.add(object(each)));
    return Response.json(Json.write(all));
  }

  private Response one(NetworkStatus status) {
    return Response.json(Json.write(object(status)));
  }

  private Map<String, @Nullable Object> object(NetworkStatus status) {
    return NetworkObject.of(
        status,
        state.networkSettings(status.networkId()),
        devices.applied(status.networkId()),
        self);
  }
}
