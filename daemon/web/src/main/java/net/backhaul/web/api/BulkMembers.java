// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.BiFunction;
import net.backhaul.controller.ChangeResult;
import net.backhaul.controller.Controller;
import net.backhaul.controller.Edit;
import net.backhaul.controller.MemberRecord;
import net.backhaul.json.Json;
import net.backhaul.web.access.Access;
import net.backhaul.web.access.AccessLevel;
import net.backhaul.web.http.Fields;
import net.backhaul.web.http.RequestProblem;
import net.backhaul.web.http.WebMethod;
import net.backhaul.web.http.WebResponse;
import net.backhaul.web.route.AuthorizedRequest;
import net.backhaul.web.route.WebRoute;
import org.jspecify.annotations.Nullable;

/** One operation on many members. */
final class BulkMembers {
  static final String CHANGE = MemberResource.PATH + "/bulk/change";
  static final String AUTHORIZATION = MemberResource.PATH + "/bulk/authorization";
  static final String LABELS = MemberResource.PATH + "/bulk/labels";
  static final String CREDENTIALS = MemberResource.PATH + "/bulk/credentials";
  static final String BLOCK = MemberResource.PATH + "/bulk/block";
  static final String DELETE = MemberResource.PATH + "/bulk/delete";

  private final MemberBatch batch;

  /** Changes one member. */
  private interface MemberOperation {
    ChangeResult<Map<String, @Nullable Object>> apply(
        Controller controller, MemberRecord member, Edit edit);
  }

  /**
   * Makes the resource.
   *
   * @param thread runs its work on the thread of the web API
   */
  BulkMembers(WebHost host, Executor thread) {
    this.batch = new MemberBatch(host, thread);
  }

  List<WebRoute> routes() {
    Access authorize = Access.inNetwork(AccessLevel.AUTHORIZE);
    Access operate = Access.inNetwork(AccessLevel.OPERATE);
    return List.of(
        new WebRoute(WebMethod.POST, CHANGE, operate, this::change),
        new WebRoute(WebMethod.POST, AUTHORIZATION, authorize, this::authorize),
        new WebRoute(WebMethod.POST, LABELS, authorize, this::label),
        new WebRoute(WebMethod.POST, CREDENTIALS, operate, this::giveCredentials),
        new WebRoute(WebMethod.POST, BLOCK, authorize, this::block),
        new WebRoute(WebMethod.POST, DELETE, operate, this::remove));
  }

  private CompletableFuture<WebResponse> run(
      AuthorizedRequest exchange, List<Long> members, MemberOperation operation) {
    return batch.run(
        exchange,
        members,
        (controller, target, edit) ->
            operation.apply(
                controller,
                MemberResource.require(controller, target.networkId(), target.address()),
                edit));
  }

  private CompletableFuture<WebResponse> change(AuthorizedRequest exchange) {
    Fields fields = exchange.body();
    List<Long> members = MemberBatch.members(fields);
    MemberFields settings = MemberFields.read(fields.object("change"));
    if (settings.settings().containsKey("ipAssignments")) {
      fields.reject("change.addresses", "expected no addresses: no two members share one");
    }
    fields.done();
    return run(exchange, members, saving(settings::apply));
  }

  private CompletableFuture<WebResponse> authorize(AuthorizedRequest exchange) {
    Fields fields = exchange.body();
    List<Long> members = MemberBatch.members(fields);
    Map<String, @Nullable Object> settings = Json.object();
    settings.put("authorized", fields.bool("authorized"));
    fields.done();
    return run(exchange, members, saving(new MemberFields(settings, AnnotationFields.NONE)::apply));
  }

  /** Adds labels to members, and removes others; what they have beside those stays. */
  private CompletableFuture<WebResponse> label(AuthorizedRequest exchange) {
    Fields fields = exchange.body();
    List<Long> members = MemberBatch.members(fields);
    LabelChange change = LabelChange.read(fields);
    fields.done();
    return run(exchange, members, saving((member, nowMs) -> change.apply(member)));
  }

  /** Gives members tags and capabilities, and takes others; those that are not named stay. */
  private CompletableFuture<WebResponse> giveCredentials(AuthorizedRequest exchange) {
    Fields fields = exchange.body();
    List<Long> members = MemberBatch.members(fields);
    BulkCredentials change = BulkCredentials.read(fields);
    fields.done();
    return run(exchange, members, saving(change::apply));
  }

  /** Blocks members, or ends their blocks. */
  private CompletableFuture<WebResponse> block(AuthorizedRequest exchange) {
    Fields fields = exchange.body();
    List<Long> members = MemberBatch.members(fields);
    boolean blocks = fields.bool("blocked");
    fields.done();
    return run(
        exchange,
        members,
        (controller, member, edit) -> {
          long network = member.networkId();
          boolean isBlocked = controller.blocked(network, member.address()).isPresent();
          long ticket =
              blocks
                  ? StoredLimits.block(
                          controller, new MemberBatch.Target(network, member.address()), edit)
                      .ticket()
                  : controller.unblock(network, member.address(), edit).ticket();
          Map<String, @Nullable Object> row = MemberBatch.row(member.address(), 200);
          row.put("changed", isBlocked != blocks);
          if (isBlocked != blocks) {
            row.put("before", beforeBlock(isBlocked, member.authorized()));
          }
          return new ChangeResult<>(row, ticket);
        });
  }

  private static MemberOperation saving(BiFunction<MemberRecord, Long, MemberRecord> change) {
    return (controller, member, edit) -> {
      MemberRecord wanted = change.apply(member, edit.nowMs());
      MemberResource.requireAuthorizable(controller, wanted);
      ChangeResult<MemberRecord> saved = StoredLimits.put(controller, wanted, edit);
      Map<String, @Nullable Object> row = MemberBatch.row(member.address(), 200);
      row.put("revision", Revisions.of(saved.record()));
      boolean isChanged = saved.record().revision() != member.revision();
      row.put("changed", isChanged);
      if (isChanged) {
        row.put("before", MemberView.before(member, saved.record()));
      }
      return new ChangeResult<>(row, saved.ticket());
    };
  }

  /** Returns what a block or its end changes, as it was. */
  private static Map<String, @Nullable Object> beforeBlock(
      boolean isBlocked, boolean isAuthorized) {
    Map<String, @Nullable Object> before = Json.object();
    before.put("blocked", isBlocked);
    before.put("authorized", isAuthorized);
    return before;
  }

  /** Removes members to the bin. */
  private CompletableFuture<WebResponse> remove(AuthorizedRequest exchange) {
    Fields fields = exchange.body();
    List<Long> members = MemberBatch.members(fields);
    fields.done();
    return run(
        exchange,
        members,
        (controller, member, edit) ->
            controller
                .bin()
                .remove(member.networkId(), member.address(), edit)
                .map(
                    removed ->
                        new ChangeResult<>(
                            MemberBatch.row(member.address(), 204), removed.ticket()))
                .orElseThrow(() -> RequestProblem.notFound("member")));
  }
}
