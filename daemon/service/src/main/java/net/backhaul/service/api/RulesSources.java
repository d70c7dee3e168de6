// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiFunction;
import net.backhaul.controller.MemberRecord;
import net.backhaul.controller.NetworkRecord;
import net.backhaul.json.Json;
import net.backhaul.rules.NetworkSource;
import net.backhaul.rules.RulesCompiler;
import net.backhaul.rules.RulesException;
import net.backhaul.rules.analysis.FlowEvaluator;
import net.backhaul.rules.analysis.KnownMembers;
import net.backhaul.rules.analysis.RuleModel;
import net.backhaul.rules.analysis.RuleTests;
import net.backhaul.service.ControllerHost;
import net.backhaul.service.http.Response;
import net.backhaul.store.NetworkJson;
import net.backhaul.store.RuleMembers;
import org.jspecify.annotations.Nullable;

/**
 * Compiles sources of rules that requests state, and runs their tests, outside of the node loop and
 * of the server's threads.
 */
final class RulesSources {
  private static final int BAD_REQUEST = 400;

  private final ControllerHost controller;

  RulesSources(ControllerHost controller) {
    this.controller = controller;
  }

  /** A network with its members; none where it does not exist yet. */
  private record Found(Optional<NetworkRecord> network, List<MemberRecord> members) {}

  /**
   * Continues with the source in a body; a request that would keep a source whose tests fail is
   * rejected.
   *
   * @param id of the network; empty for a new one
   */
  CompletableFuture<Response> withSource(
      JsonBody wanted,
      OptionalLong id,
      BiFunction<JsonBody, NetworkSource.Sent, CompletableFuture<Response>> change) {
    boolean hasSource =
        wanted.object().get(NetworkSource.MEMBER) instanceof String text && !text.isEmpty();
    if (!hasSource) {
      return change.apply(wanted, NetworkSource.Sent.NONE);
    }
    CompletableFuture<Found> found =
        id.isEmpty()
            ? CompletableFuture.completedFuture(new Found(Optional.empty(), List.of()))
            : controller.query(
                all ->
                    new Found(
                        all.network(id.getAsLong()),
                        all.network(id.getAsLong()).isEmpty()
                            ? List.of()
                            : all.members(id.getAsLong())));
    return found.thenComposeAsync(
        before -> {
          NetworkSource.Sent source = NetworkSource.Sent.read(wanted.object());
          String failure = failure(wanted, before, source);
          return failure == null
              ? change.apply(wanted, source)
              : CompletableFuture.completedFuture(rejected(failure));
        });
  }

  private static Response rejected(String failure) {
    Map<String, @Nullable Object> error = Json.object();
    error.put("error", (long) BAD_REQUEST);
    error.put("description", failure);
    return Response.json(BAD_REQUEST, Json.write(error));
  }

  /** Returns the tests that fail of a source that the change would keep; null for none. */
  private static @Nullable String failure(
      JsonBody wanted, Found before, NetworkSource.Sent source) {
    NetworkRecord network = before.network().orElseGet(() -> NetworkJson.create(0, 0));
    NetworkRecord after = NetworkJson.edit(network, wanted.object(), source);
    boolean keeps = source.text().equals(NetworkJson.write(after).get(NetworkSource.MEMBER));
    boolean isKept = source.text().equals(NetworkJson.write(network).get(NetworkSource.MEMBER));
    if (!keeps || isKept || source.rules() == null) {
      return null;
    }
    try {
      RuleModel model = RuleModel.of(source.text(), RulesCompiler.compile(source.text()));
      var members = new KnownMembers(model, RuleMembers.of(before.members()));
      boolean isNew = before.network().isEmpty();
      RuleTests.Results results =
          RuleTests.run(members, new FlowEvaluator(model, network.id()), !isNew);
      return results.failures().isEmpty()
          ? null
          : RuleTests.text(model, results.failures().getFirst());
    } catch (RulesException e) {
      return e.show(source.text());
    }
  }
}
