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
import net.backhaul.json.Json;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.web.http.Fields;
import net.backhaul.web.http.ProblemException;
import net.backhaul.web.http.WebResponse;
import net.backhaul.web.route.AuthorizedRequest;
import org.jspecify.annotations.Nullable;

/**
 * Runs one operation on many addresses of a network: each succeeds or fails by itself, and the
 * response has a result for each. The thread of the controller does other work between parts of the
 * list.
 */
final class MemberBatch {
  /** The maximum number of addresses of a request. */
  static final int MAX_MEMBERS = 25_000;

  /** The number of addresses that are changed at once. */
  private static final int PART = 100;

  private final WebHost host;
  private final Executor thread;

  /** An address of a network. */
  record Target(long networkId, long address) {}

  /** Changes one member, on the thread of the controller; returns the ticket of the change. */
  @FunctionalInterface
  interface BatchOperation {
    ChangeResult<Map<String, @Nullable Object>> apply(
        Controller controller, Target target, Edit edit);
  }

  MemberBatch(WebHost host, Executor thread) {
    this.host = host;
    this.thread = thread;
  }

  /** Reads the addresses of a request. */
  static List<Long> members(Fields fields) {
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

  /** Runs an operation on members, and answers with its results. */
  CompletableFuture<WebResponse> run(
      AuthorizedRequest exchange, List<Long> members, BatchOperation operation) {
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

  private static ChangeResult<Map<String, @Nullable Object>> apply(
      Controller controller, Target target, Edit edit, BatchOperation operation) {
    try {
      return operation.apply(controller, target, edit);
    } catch (ProblemException e) {
      Map<String, @Nullable Object> row = row(target.address, e.problem().status());
      row.put("problem", e.problem().object());
      return new ChangeResult<>(row, 0);
    }
  }

  /** Returns the result for one address. */
  static Map<String, @Nullable Object> row(long address, int status) {
    Map<String, @Nullable Object> row = Json.object();
    row.put("id", Addresses.text(address));
    row.put("status", status);
    return row;
  }
}
