// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import net.backhaul.controller.ChangeResult;
import net.backhaul.controller.Controller;
import net.backhaul.controller.Edit;
import net.backhaul.controller.MemberRecord;
import net.backhaul.json.Json;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.store.MemberJson;
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

/** The members of a network. */
final class MemberResource {
  static final String PATH = NetworkResource.ONE + "/members";
  static final String ONE = PATH + "/{member}";
  static final String AUTHORIZATION = ONE + "/authorization";
  static final String REPLACE = ONE + "/replace";
  private static final int ADDRESS_TEXT_BYTES = 64;

  private final WebHost host;
  private final Executor thread;

  /**
   * Makes the resource.
   *
   * @param thread runs its work on the thread of the web API
   */
  MemberResource(WebHost host, Executor thread) {
    this.host = host;
    this.thread = thread;
  }

  List<WebRoute> routes() {
    return List.of(
        new WebRoute(WebMethod.GET, PATH, Access.inNetwork(AccessLevel.READ), this::list)
            .taking("q", "sort", "offset", "limit"),
        new WebRoute(WebMethod.POST, PATH, Access.inNetwork(AccessLevel.AUTHORIZE), this::add),
        new WebRoute(WebMethod.GET, ONE, Access.inNetwork(AccessLevel.READ), this::get),
        new WebRoute(WebMethod.PATCH, ONE, Access.inNetwork(AccessLevel.OPERATE), this::change),
        new WebRoute(WebMethod.DELETE, ONE, Access.inNetwork(AccessLevel.OPERATE), this::delete),
        new WebRoute(
            WebMethod.PATCH,
            AUTHORIZATION,
            Access.inNetwork(AccessLevel.AUTHORIZE),
            this::authorize),
        new WebRoute(
            WebMethod.POST, REPLACE, Access.inNetwork(AccessLevel.OPERATE), this::replace));
  }

  // Lists.

  private record Selection(List<MemberView> all, int authorized) {}

  private CompletableFuture<WebResponse> list(AuthorizedRequest exchange) {
    var search = MemberSearch.read(exchange.request().query(), exchange.nowMs());
    long networkId = exchange.ids().network();
    return host.query(
            (controller, nowMs) -> {
              requireNetwork(controller, networkId);
              List<MemberView> all =
                  controller.members(networkId).stream()
                      .map(each -> MemberView.of(controller, each, nowMs))
                      .toList();
              return new Selection(all, controller.authorizedCount(networkId));
            })
        .thenComposeAsync(found -> page(search, found), thread);
  }

  private CompletableFuture<WebResponse> page(MemberSearch search, Selection found) {
    List<MemberView> matching =
        found.all.stream().filter(search.matches()).sorted(search.order()).toList();
    int start = Math.min(search.offset(), matching.size());
    List<MemberView> page =
        matching.subList(start, Math.min(start + search.limit(), matching.size()));
    Map<String, @Nullable Object> out = Json.object();
    out.put("total", found.all.size());
    out.put("authorized", found.authorized);
    out.put("matching", matching.size());
    out.put("offset", start);
    return objects(page)
        .thenApply(
            members -> {
              out.put("members", members);
              return WebResponse.json(out);
            });
  }

  private CompletableFuture<List<@Nullable Object>> objects(List<MemberView> members) {
    Set<Long> addresses = new HashSet<>();
    members.forEach(each -> addresses.add(each.member().address()));
    return host.links(addresses)
        .thenApplyAsync(
            links -> {
              var objects = new ArrayList<@Nullable Object>();
              for (MemberView each : members) {
                objects.add(
                    each.object(
                        links.getOrDefault(each.member().address(), WebHost.MemberLink.NONE)));
              }
              return objects;
            },
            thread);
  }

  // One member.

  private CompletableFuture<WebResponse> get(AuthorizedRequest exchange) {
    long networkId = exchange.ids().network();
    long address = exchange.ids().member();
    return host.query(
            (controller, nowMs) ->
                MemberView.of(controller, require(controller, networkId, address), nowMs))
        .thenComposeAsync(view -> response(200, view), thread);
  }

  private CompletableFuture<WebResponse> response(int status, MemberView view) {
    return objects(List.of(view))
        .thenApply(
            objects ->
                WebResponse.json(status, objects.getFirst())
                    .withRevision(Revisions.of(view.member())));
  }

  static void requireNetwork(Controller controller, long networkId) {
    if (controller.network(networkId).isEmpty()) {
      throw RequestProblem.notFound("network " + NetworkIds.text(networkId));
    }
  }

  static MemberRecord require(Controller controller, long networkId, long address) {
    requireNetwork(controller, networkId);
    return controller
        .member(networkId, address)
        .orElseThrow(() -> RequestProblem.notFound("member " + Addresses.text(address)));
  }

  /** Adds a member before its first request, authorized unless the request says otherwise. */
  private CompletableFuture<WebResponse> add(AuthorizedRequest exchange) {
    Fields fields = exchange.body();
    long address = address(fields, "id");
    MemberFields settings = MemberFields.readAuthorization(fields);
    fields.done();
    Json.putIfMissing(settings.settings(), "authorized", true);
    long networkId = exchange.ids().network();
    return host.change(
            (controller, nowMs) -> {
              requireNetwork(controller, networkId);
              if (controller.member(networkId, address).isPresent()) {
                throw new ProblemException(
                    RequestProblem.of(
                        409,
                        "exists",
                        "member " + Addresses.text(address) + " exists; change it instead"));
              }
              MemberRecord fresh =
                  MemberJson.create(NetworkIds.text(networkId), Addresses.text(address), nowMs);
              return put(controller, settings.apply(fresh, nowMs), exchange.edit(nowMs));
            })
        .thenComposeAsync(view -> response(201, view), thread)
        .thenApply(
            response ->
                response.with(
                    "Location",
                    NetworkResource.PATH
                        + "/"
                        + NetworkIds.text(networkId)
                        + "/members/"
                        + Addresses.text(address)));
  }

  private static long address(Fields fields, String name) {
    String text = fields.text(name, ADDRESS_TEXT_BYTES);
    try {
      long address = text.length() == Addresses.DIGITS ? Addresses.parse(text) : 0;
      if (address != 0 && !Addresses.isReserved(address)) {
        return address;
      }
    } catch (IllegalArgumentException e) {
      // Reported below.
    }
    fields.reject(name, "expected an address of 10 hexadecimal digits");
    return 0;
  }

  private static ChangeResult<MemberView> put(
      Controller controller, MemberRecord wanted, Edit edit) {
    requireAuthorizable(controller, wanted);
    requireUnassigned(controller, wanted);
    ChangeResult<MemberRecord> saved = StoredLimits.put(controller, wanted, edit);
    return new ChangeResult<>(
        MemberView.of(controller, saved.record(), edit.nowMs()), saved.ticket());
  }

  private CompletableFuture<WebResponse> change(AuthorizedRequest exchange) {
    Fields fields = exchange.body();
    MemberFields settings = MemberFields.read(fields);
    fields.done();
    return change(exchange, settings);
  }

  private CompletableFuture<WebResponse> authorize(AuthorizedRequest exchange) {
    Fields fields = exchange.body();
    MemberFields settings = MemberFields.readAuthorization(fields);
    fields.done();
    return change(exchange, settings);
  }

  private CompletableFuture<WebResponse> change(AuthorizedRequest exchange, MemberFields settings) {
    long networkId = exchange.ids().network();
    long address = exchange.ids().member();
    return host.change(
            (controller, nowMs) -> {
              MemberRecord before = require(controller, networkId, address);
              Preconditions.requireMatch(exchange.request(), Revisions.of(before));
              return put(controller, settings.apply(before, nowMs), exchange.edit(nowMs));
            })
        .thenComposeAsync(view -> response(200, view), thread);
  }

  /** Replaces a member by another device, as one change. */
  private CompletableFuture<WebResponse> replace(AuthorizedRequest exchange) {
    Fields fields = exchange.body();
    long byAddress = address(fields, "address");
    long networkId = exchange.ids().network();
    long address = exchange.ids().member();
    if (byAddress == address) {
      fields.reject("address", "expected the address of another device");
    }
    fields.done();
    return host.change(
            (controller, nowMs) -> {
              MemberRecord before = require(controller, networkId, address);
              Preconditions.requireMatch(exchange.request(), Revisions.of(before));
              requireNotBlocked(controller, networkId, byAddress);
              if (controller
                  .member(networkId, byAddress)
                  .filter(MemberRecord::authorized)
                  .isPresent()) {
                throw new ProblemException(
                    RequestProblem.of(
                        409,
                        "exists",
                        "member "
                            + Addresses.text(byAddress)
                            + " is authorized; deauthorize it first to replace "
                            + Addresses.text(address)
                            + " by it"));
              }
              StoredLimits.requireRoomForCopy(controller, before);
              ChangeResult<MemberRecord> replaced =
                  controller
                      .bin()
                      .replace(networkId, address, byAddress, exchange.edit(nowMs))
                      .orElseThrow(
                          () -> RequestProblem.notFound("member " + Addresses.text(address)));
              return new ChangeResult<>(
                  MemberView.of(controller, replaced.record(), nowMs), replaced.ticket());
            })
        .thenComposeAsync(view -> response(200, view), thread);
  }

  private static void requireUnassigned(Controller controller, MemberRecord wanted) {
    List<InetAddress> own =
        controller
            .member(wanted.networkId(), wanted.address())
            .map(member -> member.settings().ipAssignments())
            .orElse(List.of());
    requireUnassigned(
        controller, wanted.networkId(), wanted.settings().ipAssignments(), own, "addresses");
  }

  /**
   * Rejects addresses of which a member has one already.
   *
   * @param own those that may be assigned
   */
  static void requireUnassigned(
      Controller controller,
      long networkId,
      List<InetAddress> wanted,
      List<InetAddress> own,
      String field) {
    for (int i = 0; i < wanted.size(); i++) {
      InetAddress ip = wanted.get(i);
      if (!own.contains(ip) && controller.isAssigned(networkId, ip)) {
        throw RequestProblem.field(
            field + "[" + i + "]",
            "expected an address that no member has; find who has it by ip:"
                + Endpoints.ipText(ip));
      }
    }
  }

  /** Rejects the authorization of a blocked member. */
  static void requireAuthorizable(Controller controller, MemberRecord wanted) {
    if (wanted.authorized()) {
      requireNotBlocked(controller, wanted.networkId(), wanted.address());
    }
  }

  private static void requireNotBlocked(Controller controller, long networkId, long address) {
    if (controller.blocked(networkId, address).isPresent()) {
      throw new ProblemException(
          RequestProblem.of(
              409,
              "blocked",
              "member " + Addresses.text(address) + " is blocked; unblock it first"));
    }
  }

  /** Removes a member to the bin. */
  private CompletableFuture<WebResponse> delete(AuthorizedRequest exchange) {
    long networkId = exchange.ids().network();
    long address = exchange.ids().member();
    return host.change(
            (controller, nowMs) -> {
              MemberRecord before = require(controller, networkId, address);
              Preconditions.requireMatch(exchange.request(), Revisions.of(before));
              return controller
                  .bin()
                  .remove(networkId, address, exchange.edit(nowMs))
                  .orElseThrow(() -> RequestProblem.notFound("member " + Addresses.text(address)));
            })
        .thenApplyAsync(deleted -> WebResponse.empty(), thread);
  }
}
