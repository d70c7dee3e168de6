// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import net.backhaul.controller.ChangeResult;
import net.backhaul.controller.Controller;
import net.backhaul.controller.Edit;
import net.backhaul.controller.MemberRecord;
import net.backhaul.controller.NetworkRecord;
import net.backhaul.json.Json;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.rules.NetworkSource;
import net.backhaul.service.ControllerHost;
import net.backhaul.service.NodeLoop;
import net.backhaul.service.http.Request;
import net.backhaul.service.http.Resource;
import net.backhaul.service.http.Response;
import net.backhaul.store.MemberJson;
import net.backhaul.store.NetworkJson;
import org.jspecify.annotations.Nullable;

/** Reads and changes networks of the controller and their members (04 section 5.1). */
public final class ControllerApi implements Resource {
  private static final String CONTROLLER = "/controller";
  private static final String UNSTABLE = "/unstable/controller";
  private static final String NETWORK = "/network";
  private static final String MEMBER = "/member";
  private static final String ACTOR = "authtoken.secret";
  private static final String ORIGIN = "local API";
  private static final String RANDOM_ID = "______";
  private static final int NETWORK_LENGTH = NETWORK.length() + 1 + NetworkIds.DIGITS;
  private static final int MEMBER_LENGTH = MEMBER.length() + 1 + Addresses.DIGITS;
  private static final CompletableFuture<Response> NOT_FOUND =
      CompletableFuture.completedFuture(Response.NOT_FOUND);

  private final ControllerHost controller;
  private final RulesSources rulesSources;
  private final long self;

  public ControllerApi(ControllerHost controller, long self) {
    this.controller = controller;
    rulesSources = new RulesSources(controller);
    this.self = self;
  }

  @Override
  public CompletableFuture<Response> answer(Request request) {
    return request.path().startsWith(UNSTABLE)
        ? unstable(request, request.path().substring(UNSTABLE.length()))
        : stable(request, request.path().substring(CONTROLLER.length()));
  }

  private CompletableFuture<Response> stable(Request request, String path) {
    if (path.isEmpty()) {
      return isGet(request) ? CompletableFuture.completedFuture(status()) : NOT_FOUND;
    }
    if (path.equals(NETWORK)) {
      return switch (request.method()) {
        case GET -> rendered(controller.query(Controller::networks), ControllerApi::ids);
        case POST -> create(JsonBody.read(request));
        case DELETE, OTHER -> NOT_FOUND;
      };
    }
    if (path.length() < NETWORK_LENGTH || !path.startsWith(NETWORK + "/")) {
      return NOT_FOUND;
    }
    String nwid = path.substring(NETWORK.length() + 1, NETWORK_LENGTH);
    String below = path.substring(NETWORK_LENGTH);
    if (below.isEmpty() && hasRandomId(nwid)) {
      return createWithRandomId(request, nwid);
    }
    if (!isHex(nwid)) {
      return NOT_FOUND;
    }
    if (below.isEmpty()) {
      return network(request, NetworkIds.parse(nwid));
    }
    if (below.equals(MEMBER)) {
      return isGet(request) ? memberList(NetworkIds.parse(nwid)) : NOT_FOUND;
    }
    String address = below.length() == MEMBER_LENGTH ? below.substring(MEMBER.length() + 1) : "";
    return below.startsWith(MEMBER + "/") && isHex(address)
        ? member(request, nwid, address)
        : NOT_FOUND;
  }

  private CompletableFuture<Response> unstable(Request request, String path) {
    if (!isGet(request)) {
      return NOT_FOUND;
    }
    if (path.equals(NETWORK)) {
      return rendered(controller.query(ControllerApi::countMembers), ControllerApi::described);
    }
    if (path.length() == NETWORK_LENGTH + MEMBER.length()
        && path.startsWith(NETWORK + "/")
        && path.endsWith(MEMBER)) {
      String nwid = path.substring(NETWORK.length() + 1, NETWORK_LENGTH);
      return isHex(nwid) ? describedMembers(NetworkIds.parse(nwid)) : NOT_FOUND;
    }
    return NOT_FOUND;
  }

  /** Requests of this API carry the token of the home, which tells no users apart. */
  private static Edit edit(long nowMs) {
    return Edit.of(ACTOR, ORIGIN, nowMs);
  }

  private static boolean isGet(Request request) {
    return request.method() == Request.Method.GET;
  }

  private static boolean isHex(String digits) {
    return !digits.isEmpty() && digits.chars().allMatch(HexFormat::isHexDigit);
  }

  private static boolean hasRandomId(String nwid) {
    return nwid.endsWith(RANDOM_ID) && isHex(nwid.substring(0, nwid.length() - RANDOM_ID.length()));
  }

  /** Unlike all other answers, this one is indented and its members keep this order. */
  private static Response status() {
    return Response.json(
        "{\n\t\"controller\": true,\n\t\"apiVersion\": 4,\n\t\"clock\": "
            + NodeLoop.nowMs()
            + ",\n\t\"databaseReady\": true\n}\n");
  }

  private static Response json(@Nullable Object value) {
    return Response.json(Json.write(value));
  }

  private static Response json(NetworkRecord network) {
    return json(NetworkJson.write(network));
  }

  private static Response json(MemberRecord member) {
    return json(MemberJson.write(member));
  }

  private static Response ids(List<NetworkRecord> networks) {
    return json(networks.stream().map(network -> NetworkIds.text(network.id())).toList());
  }

  /** Renders an answer outside of the node loop, which has provided its records. */
  private static <T> CompletableFuture<Response> rendered(
      CompletableFuture<T> found, Function<T, Response> render) {
    return found.thenApplyAsync(render);
  }

  // Networks.

  private CompletableFuture<Response> createWithRandomId(Request request, String nwid) {
    if (request.method() != Request.Method.POST) {
      return NOT_FOUND;
    }
    return nwid.equals(Addresses.text(self) + RANDOM_ID)
        ? create(JsonBody.read(request))
        : CompletableFuture.completedFuture(Response.BAD_REQUEST);
  }

  private CompletableFuture<Response> create(JsonBody wanted) {
    return rulesSources.withSource(wanted, OptionalLong.empty(), this::create);
  }

  private CompletableFuture<Response> create(JsonBody wanted, NetworkSource.Sent source) {
    return changed(
        controller.change(
            all -> {
              long nowMs = NodeLoop.nowMs();
              OptionalLong id = all.unusedNetworkId();
              if (id.isEmpty()) {
                return new ChangeResult<>(() -> Response.empty(503), 0);
              }
              NetworkRecord fresh = NetworkJson.create(id.getAsLong(), nowMs);
              return answer(
                  wanted,
                  fresh,
                  all.put(NetworkJson.edit(fresh, wanted.object(), source), edit(nowMs)));
            }));
  }

  private CompletableFuture<Response> network(Request request, long id) {
    return switch (request.method()) {
      case GET ->
          controller
              .query(all -> all.network(id))
              .thenApply(found -> found.map(ControllerApi::json).orElse(Response.NOT_FOUND));
      case POST -> changeNetwork(id, JsonBody.read(request));
      case DELETE ->
          NotSavedAnswer.report(
              controller.change(
                  all ->
                      all.deleteNetwork(id, edit(NodeLoop.nowMs()))
                          .map(
                              deleted ->
                                  new ChangeResult<>(json(deleted.record()), deleted.ticket()))
                          .orElse(new ChangeResult<>(Response.NOT_FOUND, 0))));
      case OTHER -> NOT_FOUND;
    };
  }

  private CompletableFuture<Response> changeNetwork(long id, JsonBody wanted) {
    return rulesSources.withSource(
        wanted, OptionalLong.of(id), (body, source) -> changeNetwork(id, body, source));
  }

  private CompletableFuture<Response> changeNetwork(
      long id, JsonBody wanted, NetworkSource.Sent source) {
    return changed(
        controller.change(
            all -> {
              long nowMs = NodeLoop.nowMs();
              NetworkRecord before = all.network(id).orElseGet(() -> NetworkJson.create(id, nowMs));
              return answer(
                  wanted,
                  before,
                  all.put(NetworkJson.edit(before, wanted.object(), source), edit(nowMs)));
            }));
  }

  private ChangeResult<Supplier<Response>> answer(
      JsonBody wanted, NetworkRecord before, ChangeResult<NetworkRecord> changed) {
    return new ChangeResult<>(
        () -> {
          Map<String, @Nullable Object> after = NetworkJson.write(changed.record());
          IgnoredInput ignored = wanted.ignored(NetworkJson.write(before), after);
          if (NetworkIds.controller(before.id()) != self) {
            ignored.add("nwid"); // Stored, but another controller serves it.
          }
          return ignored.report(json(after));
        },
        changed.ticket());
  }

  /** A network with the number of its members. */
  private record NetworkCounts(NetworkRecord network, long authorized, long total) {}

  private static List<NetworkCounts> countMembers(Controller controller) {
    return controller.networks().stream()
        .map(
            network ->
                new NetworkCounts(
                    network,
                    controller.authorizedCount(network.id()),
                    controller.memberCount(network.id())))
        .toList();
  }

  private static Response described(List<NetworkCounts> networks) {
    var data = new ArrayList<@Nullable Object>();
    for (NetworkCounts counts : networks) {
      Map<String, @Nullable Object> object = NetworkJson.write(counts.network);
      Map<String, @Nullable Object> meta = Json.object();
      meta.put("authorizedMemberCount", counts.authorized);
      meta.put("totalMemberCount", counts.total);
      object.put("meta", meta);
      data.add(object);
    }
    Map<String, @Nullable Object> meta = Json.object();
    meta.put("networkCount", (long) data.size());
    return json(withMeta(data, meta));
  }

  private static Map<String, @Nullable Object> withMeta(
      List<@Nullable Object> data, Map<String, @Nullable Object> meta) {
    Map<String, @Nullable Object> out = Json.object();
    out.put("data", data);
    out.put("meta", meta);
    return out;
  }

  private static long authorized(List<MemberRecord> members) {
    return members.stream().filter(MemberRecord::authorized).count();
  }

  // Members.

  /** Returns the members of a network; empty for an unknown network. */
  private CompletableFuture<Optional<List<MemberRecord>>> members(long networkId) {
    return controller.query(
        all -> all.network(networkId).map(network -> all.members(network.id())));
  }

  private CompletableFuture<Response> memberList(long networkId) {
    return rendered(
        members(networkId),
        found -> found.map(ControllerApi::revisions).orElse(Response.NOT_FOUND));
  }

  private static Response revisions(List<MemberRecord> members) {
    Map<String, @Nullable Object> out = Json.object();
    for (MemberRecord member : members) {
      String id = (String) MemberJson.write(member).get("id");
      out.put(id == null ? Addresses.text(member.address()) : id, Json.unsigned(member.revision()));
    }
    return json(out);
  }

  private CompletableFuture<Response> describedMembers(long networkId) {
    return rendered(
        members(networkId),
        found -> found.map(ControllerApi::describedMembers).orElse(Response.NOT_FOUND));
  }

  private static Response describedMembers(List<MemberRecord> members) {
    var data = new ArrayList<@Nullable Object>();
    members.forEach(member -> data.add(MemberJson.write(member)));
    Map<String, @Nullable Object> meta = Json.object();
    meta.put("authorizedCount", authorized(members));
    meta.put("totalCount", (long) members.size());
    return json(withMeta(data, meta));
  }

  private CompletableFuture<Response> member(Request request, String nwid, String id) {
    long networkId = NetworkIds.parse(nwid);
    long address = Addresses.parse(id);
    return switch (request.method()) {
      case GET ->
          controller
              .query(all -> all.member(networkId, address))
              .thenApply(found -> found.map(ControllerApi::json).orElse(Response.NOT_FOUND));
      case POST -> changeMember(nwid, id, JsonBody.read(request));
      case DELETE ->
          NotSavedAnswer.report(
              controller.change(
                  all ->
                      all.deleteMember(networkId, address, edit(NodeLoop.nowMs()))
                          .map(
                              deleted ->
                                  new ChangeResult<>(json(deleted.record()), deleted.ticket()))
                          .orElse(new ChangeResult<>(Response.NOT_FOUND, 0))));
      case OTHER -> NOT_FOUND;
    };
  }

  private CompletableFuture<Response> changeMember(String nwid, String id, JsonBody wanted) {
    long networkId = NetworkIds.parse(nwid);
    return changed(
        controller.change(
            all -> {
              if (all.network(networkId).isEmpty()) {
                return new ChangeResult<>(() -> Response.NOT_FOUND, 0);
              }
              long nowMs = NodeLoop.nowMs();
              MemberRecord before =
                  all.member(networkId, Addresses.parse(id))
                      .orElseGet(() -> MemberJson.create(nwid, id, nowMs));
              ChangeResult<MemberRecord> changed =
                  all.put(MemberJson.edit(before, wanted.object(), nowMs), edit(nowMs));
              return new ChangeResult<>(
                  () -> answer(wanted, before, changed.record()), changed.ticket());
            }));
  }

  private static Response answer(JsonBody wanted, MemberRecord before, MemberRecord changed) {
    Map<String, @Nullable Object> after = MemberJson.write(changed);
    return wanted.ignored(MemberJson.write(before), after).report(json(after));
  }

  /** Renders the answer to a change outside of the node loop. */
  private static CompletableFuture<Response> changed(CompletableFuture<Supplier<Response>> change) {
    return NotSavedAnswer.report(change.thenApplyAsync(Supplier::get));
  }
}
