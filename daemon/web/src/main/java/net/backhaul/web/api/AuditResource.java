// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Predicate;
import net.backhaul.json.Json;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.sql.AuditEntry;
import net.backhaul.sql.AuditLog;
import net.backhaul.sql.AuditQuery;
import net.backhaul.web.access.Access;
import net.backhaul.web.access.AccessLevel;
import net.backhaul.web.access.Principal;
import net.backhaul.web.http.RequestProblem;
import net.backhaul.web.http.WebMethod;
import net.backhaul.web.http.WebResponse;
import net.backhaul.web.route.AuthorizedRequest;
import net.backhaul.web.route.WebRoute;
import org.jspecify.annotations.Nullable;

/** Who changed what, when, from where; as far as the caller may read the networks. */
final class AuditResource {
  static final String PATH = "/api/v1/audit";
  static final String CSV = PATH + "/csv";

  static final int DEFAULT_LIMIT = 100;
  static final int MAX_LIMIT = 1_000;

  /** Entries of one part of an export. */
  static final int MAX_CSV_LIMIT = 10_000;

  static final int MAX_ACTOR_CHARS = 255;

  private static final String[] PARAMETERS = {
    "network", "member", "actor", "since", "until", "before", "limit"
  };

  private static final String COLUMNS =
      "id,atMs,actor,origin,action,network,member,before,after\r\n";

  private final AuditReader log;
  private final Executor thread;

  /** Completes when the search before has been rendered. */
  private CompletableFuture<@Nullable Void> turn = CompletableFuture.completedFuture(null);

  /**
   * Makes the resource.
   *
   * @param thread runs its work on the thread of the web API
   */
  AuditResource(AuditReader log, Executor thread) {
    this.log = log;
    this.thread = thread;
  }

  List<WebRoute> routes() {
    Access read = Access.inSomeNetwork(AccessLevel.READ);
    return List.of(
        new WebRoute(WebMethod.GET, PATH, read, this::list).taking(PARAMETERS),
        new WebRoute(WebMethod.GET, CSV, read, this::export).taking(PARAMETERS));
  }

  private static AuditQuery query(AuthorizedRequest exchange, int defaultLimit, int maxLimit) {
    Map<String, String> query = exchange.request().query();
    return new AuditQuery(
        hexadecimal(query, "network", NetworkIds.DIGITS),
        hexadecimal(query, "member", Addresses.DIGITS),
        actor(query),
        number(query, "since", 0),
        number(query, "until", Long.MAX_VALUE),
        mayRead(exchange.caller()),
        number(query, "before", Long.MAX_VALUE),
        MemberSearch.number(query, "limit", defaultLimit, 1, maxLimit));
  }

  /** Entries of no network are of accounts, for administrators. */
  private static Predicate<String> mayRead(Principal caller) {
    return network ->
        network.isEmpty()
            ? caller.grant().permitsEverywhere(AccessLevel.ADMIN)
            : caller.may(AccessLevel.READ, NetworkIds.parse(network));
  }

  private static String actor(Map<String, String> query) {
    String actor = query.getOrDefault("actor", "");
    if (actor.length() > MAX_ACTOR_CHARS) {
      throw RequestProblem.field("actor", "expected at most " + MAX_ACTOR_CHARS + " characters");
    }
    return actor;
  }

  private static String hexadecimal(Map<String, String> query, String name, int digits) {
    String text = query.getOrDefault(name, "");
    if (text.isEmpty()) {
      return "";
    }
    try {
      if (text.length() == digits) {
        return digits == Addresses.DIGITS
            ? Addresses.text(Addresses.parse(text))
            : NetworkIds.text(NetworkIds.parse(text));
      }
    } catch (IllegalArgumentException e) {
      // Reported below.
    }
    throw RequestProblem.field(name, "expected " + digits + " hexadecimal digits");
  }

  private static long number(Map<String, String> query, String name, long absent) {
    String text = query.get(name);
    if (text == null) {
      return absent;
    }
    boolean isNumber =
        !text.isEmpty()
            && text.length() <= 15
            && text.chars().allMatch(each -> each >= '0' && each <= '9');
    if (!isNumber) {
      throw RequestProblem.field(name, "expected a number of up to 15 digits");
    }
    return Long.parseLong(text);
  }

  /** Searches and renders after the search before: a page of the log takes much memory. */
  private synchronized CompletableFuture<WebResponse> inTurn(
      AuditQuery query, Function<AuditLog.Page, WebResponse> render) {
    CompletableFuture<WebResponse> answer =
        turn.thenCompose(ready -> log.find(query)).thenApplyAsync(render, thread);
    turn = answer.handle((response, thrown) -> null);
    return answer;
  }

  private CompletableFuture<WebResponse> list(AuthorizedRequest exchange) {
    AuditQuery query = query(exchange, DEFAULT_LIMIT, MAX_LIMIT);
    return inTurn(
        query,
        page -> {
          var entries = new ArrayList<@Nullable Object>();
          page.rows().forEach(each -> entries.add(object(each)));
          Map<String, @Nullable Object> out = Json.object();
          out.put("entries", entries);
          out.put("next", page.nextId() == 0 ? null : page.nextId());
          return WebResponse.json(out);
        });
  }

  private static Map<String, @Nullable Object> object(AuditLog.Numbered row) {
    AuditEntry entry = row.entry();
    Map<String, @Nullable Object> out = Json.object();
    out.put("id", row.id());
    out.put("atMs", entry.atMs());
    out.put("actor", entry.actor());
    out.put("origin", entry.origin());
    out.put("action", entry.action());
    out.put("network", entry.networkId().isEmpty() ? null : entry.networkId());
    out.put("member", entry.address().isEmpty() ? null : entry.address());
    out.put("before", AuditedObject.shown(entry.before()));
    out.put("after", AuditedObject.shown(entry.after()));
    return out;
  }

  /** Exports entries for spreadsheets; the header {@code Next} names the start of the next part. */
  private CompletableFuture<WebResponse> export(AuthorizedRequest exchange) {
    AuditQuery query = query(exchange, MAX_CSV_LIMIT, MAX_CSV_LIMIT);
    return inTurn(
        query,
        page -> {
          var text = new StringBuilder(COLUMNS);
          page.rows().forEach(each -> append(text, each));
          WebResponse response =
              WebResponse.typed(200, "text/csv; charset=utf-8", text.toString())
                  .with("Content-Disposition", "attachment; filename=\"audit.csv\"");
          return page.nextId() == 0
              ? response
              : response.with("Next", Long.toString(page.nextId()));
        });
  }

  private static void append(StringBuilder text, AuditLog.Numbered row) {
    AuditEntry entry = row.entry();
    text.append(row.id()).append(',').append(entry.atMs());
    for (String cell :
        List.of(
            entry.actor(),
            entry.origin(),
            entry.action(),
            entry.networkId(),
            entry.address(),
            json(entry.before()),
            json(entry.after()))) {
      text.append(',').append(CsvCells.cell(cell));
    }
    text.append("\r\n");
  }

  private static String json(@Nullable String stored) {
    Object shown = AuditedObject.shown(stored);
    return shown == null ? "" : Json.write(shown);
  }
}
