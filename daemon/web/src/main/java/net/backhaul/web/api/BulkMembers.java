// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import net.backhaul.controller.ChangeResult;
import net.backhaul.controller.Controller;
import net.backhaul.controller.Edit;
import net.backhaul.controller.MemberRecord;
import net.backhaul.json.Json;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.web.access.Access;
import net.backhaul.web.access.AccessLevel;
import net.backhaul.web.http.Fields;
import net.backhaul.web.http.ProblemException;
import net.backhaul.web.http.RequestProblem;
import net.backhaul.web.http.WebMethod;
import net.backhaul.web.http.WebResponse;
import net.backhaul.web.route.AuthorizedRequest;
import net.backhaul.web.route.WebRoute;
import org.jspecify.annotations.Nullable;

/**
 * One operation on many members: each succeeds or fails by itself, and the response has a result
 * for each. The thread of the controller does other work between parts of the list.
 */
final class BulkMembers {
  static final String CHANGE = MemberResource.PATH + "/bulk/change";
  static final String AUTHORIZATION = MemberResource.PATH + "/bulk/authorization";
  static final String BLOCK = MemberResource.PATH + "/bulk/block";
  static final String DELETE = MemberResource.PATH + "/bulk/delete";

  /** The maximum number of members of a request. */
  static final int MAX_MEMBERS = 25_000;

  /** The number of members that are changed at once. */
  private static final int PART = 100;

  private final WebHost host;
  private final Executor thread;

  /** Changes one member, on the thread of the controller; returns the ticket of the change. */
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
    this.host = host;
    this.thread = thread;
  }

  List<WebRoute> routes() {
    return List.of(
        new WebRoute(WebMethod.POST, CHANGE, Access.inNetwork(AccessLevel.OPERATE), this::change),
        new WebRoute(
            WebMethod.POST,
            AUTHORIZATION,
            Access.inNetwork(AccessLevel.AUTHORIZE),
            this::authorize),
        new WebRoute(WebMethod.POST, BLOCK, Access.inNetwork(AccessLevel.AUTHORIZE), this::block),
        new WebRoute(WebMethod.POST, DELETE, Access.inNetwork(AccessLevel.OPERATE), this::delete));
  }

  private CompletableFuture<WebResponse> change(AuthorizedRequest exchange) {
    Fields fields = exchange.body();
    List<Long> members = members(fields);
    MemberFields settings = MemberFields.read(fields.object("change"));
    if (settings.settings().containsKey("ipAssignments")) {
      fields.reject("change.addresses", "expected no addresses: no two members share one");
    }
    fields.done();
    return run(exchange, members, changing(settings));
  }

  private CompletableFuture<WebResponse> authorize(AuthorizedRequest exchange) {
    Fields fields = exchange.body();
    List<Long> members = members(fields);
    Map<String, @Nullable Object> settings = Json.object();
    settings.put("authorized", fields.bool("authorized"));
    fields.done();
    return run(exchange, members, changing(new MemberFields(settings, AnnotationFields.NONE)));
  }

  /** Blocks members, or ends their blocks. */
  private CompletableFuture<WebResponse> block(AuthorizedRequest exchange) {
    Fields fields = exchange.body();
    List<Long> members = members(fields);
    boolean blocks = fields.bool("blocked");
    fields.done();
    return run(
        exchange,
        members,
        (controller, member, edit) -> {
          long network = member.networkId();
          long ticket =
              blocks
                  ? controller.block(network, member.address(), edit).ticket()
                  : controller.unblock(network, member.address(), edit).ticket();
          return new ChangeResult<>(row(member.address(), 200), ticket);
        });
  }

  private static MemberOperation changing(MemberFields settings) {
    return (controller, member, edit) -> {
      ChangeResult<MemberRecord> saved = controller.put(settings.apply(member, edit.nowMs()), edit);
      Map<String, @Nullable Object> row = row(member.address(), 200);
      row.put("revision", saved.record().revision());
      return new ChangeResult<>(row, saved.ticket());
    };
  }

  private CompletableFuture<WebResponse> delete(AuthorizedRequest exchange) {
    Fields fields = exchange.body();
    List<Long> members = members(fields);
    fields.done();
    return run(
        exchange,
        members,
        (controller, member, edit) ->
            controller
                .deleteMember(member.networkId(), member.address(), edit)
                .map(deleted -> new ChangeResult<>(row(member.address(), 204), deleted.ticket()))
                .orElseThrow(() -> RequestProblem.notFound("member")));
  }

  private static List<Long> members(Fields fields) {
    var members = new LinkedHashSet<Long>();
    List<String> texts = fields.texts("members", MAX_MEMBERS);
    for (int i = 0; i < texts.size(); i++) {
      try {
        if (texts.get(i).length() == Addresses.DIGITS) {
          members.add(Addresses.parse(texts.get(i)));
          continue;
        }
      } catch (IllegalArgumentException e) {
        // Reported below.
      }
      fields.reject("members[" + i + "]", "expected an address of 10 hexadecimal digits");
    }
    return List.copyOf(members);
  }

  private CompletableFuture<WebResponse> run(
      AuthorizedRequest exchange, List<Long> members, MemberOperation operation) {
    long networkId = exchange.ids().network();
    CompletableFuture<List<@Nullable Object>> results =
        host.query(
            (controller, nowMs) -> {
              MemberResource.requireNetwork(controller, networkId);
              return new ArrayList<@Nullable Object>();
            });
    for (int start = 0; start < members.size(); start += PART) {
      List<Long> part = members.subList(start, Math.min(start + PART, members.size()));
      results =
          results.thenCompose(
              before ->
                  host.change(
                          (controller, nowMs) -> {
                            var rows = new ArrayList<@Nullable Object>();
                            long ticket = 0;
                            for (long address : part) {
                              var row =
                                  apply(
                                      controller,
                                      new Target(networkId, address),
                                      exchange.edit(nowMs),
                                      operation);
                              rows.add(row.record());
                              ticket = Math.max(ticket, row.ticket());
                            }
                            return new ChangeResult<>(rows, ticket);
                          })
                      .thenApply(
                          rows -> {
                            before.addAll(rows);
                            return before;
                          }));
    }
    return results.thenApplyAsync(
        rows -> {
          Map<String, @Nullable Object> out = Json.object();
          out.put("results", rows);
          return WebResponse.json(out);
        },
        thread);
  }

  private record Target(long networkId, long address) {}

  private static ChangeResult<Map<String, @Nullable Object>> apply(
      Controller controller, Target target, Edit edit, MemberOperation operation) {
    try {
      return operation.apply(
          controller, MemberResource.require(controller, target.networkId, target.address), edit);
    } catch (ProblemException e) {
      Map<String, @Nullable Object> row = row(target.address, e.problem().status());
      row.put("problem", e.problem().object());
      return new ChangeResult<>(row, 0);
    }
  }

  private static Map<String, @Nullable Object> row(long address, int status) {
    Map<String, @Nullable Object> row = Json.object();
    row.put("id", Addresses.text(address));
    row.put("status", status);
    return row;
  }
}
