// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import net.backhaul.controller.BinnedMember;
import net.backhaul.controller.ChangeResult;
import net.backhaul.controller.Controller;
import net.backhaul.controller.Edit;
import net.backhaul.controller.MemberRecord;
import net.backhaul.json.Json;
import net.backhaul.protocol.identity.Addresses;
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

/** The members that were removed from a network, and can be restored. */
final class BinResource {
  static final String PATH = NetworkResource.ONE + "/bin";
  static final String ONE = PATH + "/{member}";
  static final String RESTORE = ONE + "/restore";
  static final String BULK_RESTORE = PATH + "/bulk/restore";
  static final String BULK_PURGE = PATH + "/bulk/purge";
  static final int DEFAULT_LIMIT = 100;
  static final int MAX_LIMIT = 1_000;

  private final WebHost host;
  private final Executor thread;
  private final MemberBatch batch;

  private record Page(List<BinnedMember> members, int offset, int total) {}

  /**
   * Makes the resource.
   *
   * @param thread runs its work on the thread of the web API
   */
  BinResource(WebHost host, Executor thread) {
    this.host = host;
    this.thread = thread;
    this.batch = new MemberBatch(host, thread);
  }

  List<WebRoute> routes() {
    Access read = Access.inNetwork(AccessLevel.READ);
    Access operate = Access.inNetwork(AccessLevel.OPERATE);
    return List.of(
        new WebRoute(WebMethod.GET, PATH, read, this::list).taking("offset", "limit"),
        new WebRoute(WebMethod.GET, ONE, read, this::get),
        new WebRoute(WebMethod.DELETE, ONE, operate, this::purge),
        new WebRoute(WebMethod.POST, RESTORE, operate, this::restore),
        new WebRoute(WebMethod.POST, BULK_RESTORE, operate, this::restoreAll),
        new WebRoute(WebMethod.POST, BULK_PURGE, operate, this::purgeAll));
  }

  /** Lists the removed members, the latest first. */
  private CompletableFuture<WebResponse> list(AuthorizedRequest exchange) {
    long networkId = exchange.ids().network();
    Map<String, String> query = exchange.request().query();
    int offset = MemberSearch.number(query, "offset", 0, 0, MemberSearch.MAX_OFFSET);
    int limit = MemberSearch.number(query, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT);
    return host.query(
            (controller, nowMs) -> {
              MemberResource.requireNetwork(controller, networkId);
              List<BinnedMember> all = controller.bin().latest(networkId);
              int start = Math.min(offset, all.size());
              int end = Math.min(start + limit, all.size());
              return new Page(all.subList(start, end), start, all.size());
            })
        .thenApplyAsync(
            page -> {
              var objects = new ArrayList<@Nullable Object>();
              page.members.forEach(each -> objects.add(object(each)));
              Map<String, @Nullable Object> out = Json.object();
              out.put("total", page.total);
              out.put("offset", page.offset);
              out.put("members", objects);
              return WebResponse.json(out);
            },
            thread);
  }

  private static Map<String, @Nullable Object> object(BinnedMember binned) {
    Map<String, @Nullable Object> out = Json.object();
    MemberView.putSettings(out, binned.member());
    out.put("removedMs", binned.removedMs());
    out.put("expiresMs", binned.expiresMs());
    return out;
  }

  private static BinnedMember require(Controller controller, long networkId, long address) {
    MemberResource.requireNetwork(controller, networkId);
    return controller.bin().find(networkId, address).orElseThrow(() -> notThere(address));
  }

  private static ProblemException notThere(long address) {
    return RequestProblem.notFound("removed member " + Addresses.text(address));
  }

  private CompletableFuture<WebResponse> get(AuthorizedRequest exchange) {
    return host.query(
            (controller, nowMs) ->
                require(controller, exchange.ids().network(), exchange.ids().member()))
        .thenApplyAsync(
            binned -> WebResponse.json(object(binned)).withRevision(Revisions.of(binned.member())),
            thread);
  }

  private static void verify(Controller controller, AuthorizedRequest exchange) {
    BinnedMember binned = require(controller, exchange.ids().network(), exchange.ids().member());
    Preconditions.requireMatch(exchange.request(), Revisions.of(binned.member()));
  }

  private CompletableFuture<WebResponse> purge(AuthorizedRequest exchange) {
    return host.change(
            (controller, nowMs) -> {
              verify(controller, exchange);
              return purge(controller, target(exchange), exchange.edit(nowMs));
            })
        .thenApplyAsync(purged -> WebResponse.empty(), thread);
  }

  private static MemberBatch.Target target(AuthorizedRequest exchange) {
    return new MemberBatch.Target(exchange.ids().network(), exchange.ids().member());
  }

  private static ChangeResult<BinnedMember> purge(
      Controller controller, MemberBatch.Target target, Edit edit) {
    return controller
        .bin()
        .purge(target.networkId(), target.address(), edit)
        .orElseThrow(() -> notThere(target.address()));
  }

  private CompletableFuture<WebResponse> restore(AuthorizedRequest exchange) {
    Fields fields = exchange.body();
    fields.done();
    return host.change(
            (controller, nowMs) -> {
              verify(controller, exchange);
              ChangeResult<MemberRecord> restored =
                  restore(controller, target(exchange), exchange.edit(nowMs));
              return new ChangeResult<>(
                  MemberView.of(controller, restored.record(), nowMs), restored.ticket());
            })
        .thenApplyAsync(
            view ->
                WebResponse.json(view.object(WebHost.MemberLink.NONE))
                    .withRevision(Revisions.of(view.member())),
            thread);
  }

  private static ChangeResult<MemberRecord> restore(
      Controller controller, MemberBatch.Target target, Edit edit) {
    try {
      return controller
          .bin()
          .restore(target.networkId(), target.address(), edit)
          .orElseThrow(() -> notThere(target.address()));
    } catch (IllegalArgumentException e) {
      throw new ProblemException(
          RequestProblem.of(
              409, "exists", "member " + Addresses.text(target.address()) + ": " + e.getMessage()));
    }
  }

  private CompletableFuture<WebResponse> restoreAll(AuthorizedRequest exchange) {
    return runAll(
        exchange,
        (controller, target, edit) -> {
          ChangeResult<MemberRecord> restored = restore(controller, target, edit);
          Map<String, @Nullable Object> row = MemberBatch.row(target.address(), 200);
          row.put("revision", Revisions.of(restored.record()));
          return new ChangeResult<>(row, restored.ticket());
        });
  }

  private CompletableFuture<WebResponse> purgeAll(AuthorizedRequest exchange) {
    return runAll(
        exchange,
        (controller, target, edit) ->
            new ChangeResult<>(
                MemberBatch.row(target.address(), 204), purge(controller, target, edit).ticket()));
  }

  private CompletableFuture<WebResponse> runAll(
      AuthorizedRequest exchange, MemberBatch.BatchOperation operation) {
    Fields fields = exchange.body();
    List<Long> members = MemberBatch.members(fields);
    fields.done();
    return batch.run(exchange, members, operation);
  }
}
