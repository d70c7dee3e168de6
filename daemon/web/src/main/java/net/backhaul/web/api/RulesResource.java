// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import net.backhaul.controller.ChangeResult;
import net.backhaul.controller.Controller;
import net.backhaul.controller.MemberRecord;
import net.backhaul.controller.NetworkRecord;
import net.backhaul.json.Json;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.rules.CompiledRules;
import net.backhaul.rules.NetworkSource;
import net.backhaul.rules.RuleSet;
import net.backhaul.rules.RulesCompiler;
import net.backhaul.rules.RulesException;
import net.backhaul.rules.analysis.MemberCredentials;
import net.backhaul.sql.SourceHistory;
import net.backhaul.store.NetworkJson;
import net.backhaul.store.RuleMembers;
import net.backhaul.web.access.Access;
import net.backhaul.web.access.AccessLevel;
import net.backhaul.web.http.Fields;
import net.backhaul.web.http.Preconditions;
import net.backhaul.web.http.ProblemException;
import net.backhaul.web.http.RequestProblem;
import net.backhaul.web.http.RouteIds;
import net.backhaul.web.http.WebMethod;
import net.backhaul.web.http.WebResponse;
import net.backhaul.web.route.AuthorizedRequest;
import net.backhaul.web.route.WebRoute;
import org.jspecify.annotations.Nullable;

/** The rules of a network: their source, what it means, and the sources before it. */
final class RulesResource {
  static final String PATH = NetworkResource.ONE + "/rules";
  static final String HISTORY = PATH + "/history";

  /** Sources that are compiled at the same time; further requests are answered with 429. */
  static final int MAX_RUNNING = 4;

  private static final int RETRY_AFTER_S = 1;
  private static final int MAX_BYTES = 4 * NetworkSource.MAX_CHARS;

  private final WebHost host;
  private final SourceVersions versions;
  private final Executor thread;
  private final AtomicInteger running = new AtomicInteger();

  /**
   * Makes the resource.
   *
   * @param thread runs its work on the thread of the web API
   */
  RulesResource(WebHost host, SourceVersions versions, Executor thread) {
    this.host = host;
    this.versions = versions;
    this.thread = thread;
  }

  List<WebRoute> routes() {
    Access read = Access.inNetwork(AccessLevel.READ);
    Access operate = Access.inNetwork(AccessLevel.OPERATE);
    return List.of(
        new WebRoute(WebMethod.GET, PATH, read, this::get),
        new WebRoute(WebMethod.PATCH, PATH, operate, this::change),
        new WebRoute(WebMethod.POST, PATH + "/check", operate, this::check),
        new WebRoute(WebMethod.GET, HISTORY, read, this::list),
        new WebRoute(WebMethod.GET, HISTORY + "/{version}", read, this::version));
  }

  /** A network with its members. */
  private record Found(NetworkRecord network, List<MemberRecord> members, Set<Long> online) {
    RulesCheck.Target target() {
      List<MemberCredentials> all = RuleMembers.of(members);
      return new RulesCheck.Target(
          network.id(),
          NetworkJson.write(network),
          all,
          all.stream().filter(each -> online.contains(each.address())).toList());
    }
  }

  private static Found find(Controller controller, long id, long nowMs) {
    NetworkRecord network = network(controller, id);
    List<MemberRecord> members = controller.members(id);
    Set<Long> online = new HashSet<>();
    for (MemberRecord each : members) {
      if (MemberView.of(controller, each, nowMs).isOnline()) {
        online.add(each.address());
      }
    }
    return new Found(network, members, online);
  }

  private static NetworkRecord network(Controller controller, long id) {
    return controller
        .network(id)
        .orElseThrow(() -> RequestProblem.notFound("network " + NetworkIds.text(id)));
  }

  /** Compiles outside of the threads of the controller and of the API. */
  private <F, T> CompletableFuture<T> compiled(CompletableFuture<F> found, Function<F, T> work) {
    if (running.incrementAndGet() > MAX_RUNNING) {
      running.decrementAndGet();
      throw new ProblemException(
          RequestProblem.of(429, "too-many-checks", "other sources are being compiled; try again")
              .retryAfter(RETRY_AFTER_S));
    }
    return found
        .thenApplyAsync(work)
        .whenComplete((done, failure) -> running.decrementAndGet())
        .thenApplyAsync(done -> done, thread);
  }

  private CompletableFuture<WebResponse> get(AuthorizedRequest exchange) {
    long id = exchange.ids().network();
    return compiled(
        host.query((controller, nowMs) -> network(controller, id)), RulesResource::response);
  }

  private static WebResponse response(NetworkRecord network) {
    Map<String, @Nullable Object> json = NetworkJson.write(network);
    Map<String, @Nullable Object> out = Json.object();
    out.put("revision", Revisions.of(network));
    String source = "";
    CompiledRules compiled = null;
    String problem = "";
    try {
      source = NetworkSource.of(json);
      compiled = RulesCompiler.compile(source);
    } catch (IllegalArgumentException | RulesException e) {
      problem = String.valueOf(e.getMessage());
    }
    out.put("source", source);
    out.put("kept", source.equals(NetworkJson.rulesSource(network)));
    out.put("compiled", compiled == null ? null : compiled.json());
    out.put("problem", problem);
    return WebResponse.json(out).withRevision(Revisions.of(network));
  }

  private static String source(Fields fields) {
    return fields.secret("source", MAX_BYTES); // Any characters: the compiler rejects its own.
  }

  private CompletableFuture<RulesCheck> check(long id, String source) {
    return compiled(
        host.query((controller, nowMs) -> find(controller, id, nowMs)),
        found -> RulesCheck.of(source, found.target()));
  }

  private CompletableFuture<WebResponse> check(AuthorizedRequest exchange) {
    Fields fields = exchange.body();
    String source = source(fields);
    fields.done();
    return check(exchange.ids().network(), source)
        .thenApply(result -> WebResponse.json(result.object()));
  }

  /** Sets the rules if their tests pass and, unless it is forced, no member loses a flow. */
  private CompletableFuture<WebResponse> change(AuthorizedRequest exchange) {
    Fields fields = exchange.body();
    String source = source(fields);
    boolean isForced = fields.isSet("force") && fields.bool("force");
    fields.done();
    long id = exchange.ids().network();
    return check(id, source)
        .thenCompose(
            result -> {
              CompiledRules compiled = accepted(result, isForced);
              return host.change(
                  (controller, nowMs) -> {
                    NetworkRecord before = network(controller, id);
                    Preconditions.requireMatch(exchange.request(), Revisions.of(before));
                    ChangeResult<NetworkRecord> saved =
                        StoredLimits.put(
                            controller, edited(before, compiled, source), exchange.edit(nowMs));
                    return saved;
                  });
            })
        .thenCompose(
            saved -> compiled(CompletableFuture.completedFuture(saved), RulesResource::response));
  }

  private static CompiledRules accepted(RulesCheck result, boolean isForced) {
    CompiledRules compiled = result.compiled();
    if (!result.errors().isEmpty() || compiled == null) {
      throw new ProblemException(
          RequestProblem.invalid(
              result.errors().stream()
                  .map(each -> new RequestProblem.Field("source", each.text()))
                  .toList()));
    }
    if (!isForced && !result.lost().isEmpty()) {
      throw new ProblemException(
          RequestProblem.of(
              409,
              "flows-lost",
              "members that are online would lose flows, which a check lists; with \"force\": true"
                  + " the rules are set all the same"));
    }
    return compiled;
  }

  private static NetworkRecord edited(NetworkRecord before, CompiledRules compiled, String source) {
    Map<String, @Nullable Object> body = Json.object();
    body.putAll(Json.asObject(compiled.json().get("config")));
    body.put(NetworkSource.MEMBER, source);
    return NetworkJson.edit(before, body, new NetworkSource.Sent(source, RuleSet.of(compiled)));
  }

  // History.

  private CompletableFuture<WebResponse> list(AuthorizedRequest exchange) {
    return versions
        .list(NetworkIds.text(exchange.ids().network()))
        .thenApplyAsync(
            all -> {
              var objects = new ArrayList<@Nullable Object>();
              all.forEach(each -> objects.add(object(each)));
              Map<String, @Nullable Object> out = Json.object();
              out.put("versions", objects);
              return WebResponse.json(out);
            },
            thread);
  }

  private static Map<String, @Nullable Object> object(SourceHistory.SourceVersion version) {
    Map<String, @Nullable Object> out = Json.object();
    out.put("id", version.id());
    out.put("atMs", version.atMs());
    out.put("actor", version.actor());
    out.put("origin", version.origin());
    out.put("chars", version.chars());
    return out;
  }

  private CompletableFuture<WebResponse> version(AuthorizedRequest exchange) {
    return versions
        .source(NetworkIds.text(exchange.ids().network()), exchange.ids().get(RouteIds.VERSION))
        .thenApplyAsync(
            source -> {
              Map<String, @Nullable Object> out = Json.object();
              out.put(
                  "source",
                  source.orElseThrow(() -> RequestProblem.notFound("version of this number")));
              return WebResponse.json(out).withRevision(AccountView.FIXED_REVISION);
            },
            thread);
  }
}
