// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.net.URI;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import net.backhaul.controller.Edit;
import net.backhaul.json.Json;
import net.backhaul.sql.AuditEntry;
import net.backhaul.web.access.Access;
import net.backhaul.web.access.AccessLevel;
import net.backhaul.web.access.Secrets;
import net.backhaul.web.hook.WebhookEvent;
import net.backhaul.web.hook.WebhookSettings;
import net.backhaul.web.hook.WebhookTargets;
import net.backhaul.web.hook.Webhooks;
import net.backhaul.web.http.Fields;
import net.backhaul.web.http.Preconditions;
import net.backhaul.web.http.ProblemException;
import net.backhaul.web.http.RequestProblem;
import net.backhaul.web.http.WebMethod;
import net.backhaul.web.http.WebResponse;
import net.backhaul.web.route.AuthorizedRequest;
import net.backhaul.web.route.WebRoute;
import org.jspecify.annotations.Nullable;

/** The one webhook of the controller. */
final class WebhookResource {
  static final String PATH = "/api/v1/webhook";
  static final String TEST = PATH + "/test";

  private final Webhooks webhooks;
  private final Executor thread;
  private final SecureRandom random;

  /**
   * Makes the resource.
   *
   * @param thread runs its work on the thread of the web API
   */
  WebhookResource(Webhooks webhooks, Executor thread, SecureRandom random) {
    this.webhooks = webhooks;
    this.thread = thread;
    this.random = random;
  }

  List<WebRoute> routes() {
    Access admin = Access.inAllNetworks(AccessLevel.ADMIN);
    return List.of(
        new WebRoute(WebMethod.GET, PATH, admin, this::get),
        new WebRoute(WebMethod.PATCH, PATH, admin, this::change),
        new WebRoute(WebMethod.DELETE, PATH, admin, this::remove),
        new WebRoute(WebMethod.POST, TEST, admin, this::test));
  }

  private CompletableFuture<WebResponse> get(AuthorizedRequest exchange) {
    WebhookSettings settings = webhooks.settings();
    return CompletableFuture.completedFuture(
        WebResponse.json(object(settings)).withRevision(settings.revision()));
  }

  private Map<String, @Nullable Object> object(WebhookSettings settings) {
    Webhooks.Status status = webhooks.status();
    Map<String, @Nullable Object> out = shown(settings);
    out.put("revision", Long.toString(settings.revision()));
    out.put("pending", status.pending());
    out.put("lastSentMs", status.lastSentMs());
    out.put("lastError", status.lastError());
    return out;
  }

  /** Returns the settings without the secret. */
  private static Map<String, @Nullable Object> shown(WebhookSettings settings) {
    Map<String, @Nullable Object> out = Json.object();
    out.put("url", settings.url());
    out.put(
        "events",
        new ArrayList<@Nullable Object>(
            settings.events().stream().map(WebhookEvent::text).sorted().toList()));
    return out;
  }

  /** Changes the URL or the events; another URL or {@code newSecret} makes a secret, shown once. */
  private CompletableFuture<WebResponse> change(AuthorizedRequest exchange) {
    WebhookSettings before = webhooks.settings();
    Fields fields = exchange.body();
    String url = fields.has("url") ? url(fields) : before.url();
    Set<WebhookEvent> events = fields.has("events") ? events(fields) : before.events();
    boolean isWanted = fields.has("newSecret") && fields.bool("newSecret");
    boolean makes = isWanted || !url.equals(before.url());
    if (url.isEmpty() && !fields.has("url")) {
      fields.reject("url", "expected a URL; there is no webhook yet");
    }
    fields.done();
    Preconditions.requireMatch(exchange.request(), before.revision());
    String secret = makes ? "bhw_" + Secrets.create(random) : before.secret();
    var after = new WebhookSettings(url, secret, events, before.revision() + 1);
    return requireOpen(fields.has("url") ? url : "")
        .thenComposeAsync(checked -> save(exchange, before, after), thread)
        .thenApplyAsync(
            saved -> {
              Map<String, @Nullable Object> out = object(saved);
              if (makes) {
                out.put("secret", secret);
              }
              return WebResponse.json(out).withRevision(saved.revision());
            },
            thread);
  }

  /** Rejects a URL that names what webhooks do not go to; an empty one is accepted. */
  private CompletableFuture<Boolean> requireOpen(String url) {
    return url.isEmpty()
        ? CompletableFuture.completedFuture(true)
        : webhooks
            .ownNetworks()
            .thenApply(
                own -> {
                  if (WebhookTargets.isClosed(URI.create(url), own)) {
                    throw RequestProblem.field(
                        "url",
                        "expected a host of the internet: nothing is sent to loopback, private"
                            + " networks and those of this host and controller");
                  }
                  return true;
                });
  }

  private static String url(Fields fields) {
    String text = fields.text("url", WebhookTargets.MAX_URL_BYTES);
    try {
      URI url = WebhookTargets.parse(text);
      return url.toASCIIString();
    } catch (IllegalArgumentException e) {
      fields.reject("url", String.valueOf(e.getMessage()));
      return "";
    }
  }

  private static Set<WebhookEvent> events(Fields fields) {
    Set<WebhookEvent> events = EnumSet.noneOf(WebhookEvent.class);
    List<String> names = fields.texts("events", WebhookEvent.values().length);
    for (int i = 0; i < names.size(); i++) {
      int index = i;
      WebhookEvent found =
          EnumSet.complementOf(EnumSet.of(WebhookEvent.TEST)).stream()
              .filter(each -> each.text().equals(names.get(index)))
              .findFirst()
              .orElse(null);
      if (found == null) {
        fields.reject("events[" + i + "]", "expected waiting, device-down, storage or backup");
      } else {
        events.add(found);
      }
    }
    return events;
  }

  private CompletableFuture<WebhookSettings> save(
      AuthorizedRequest exchange, WebhookSettings before, WebhookSettings after) {
    Edit edit = exchange.edit(exchange.nowMs());
    return webhooks.change(
        before,
        after,
        new AuditEntry(
            edit.nowMs(),
            edit.actor(),
            edit.origin(),
            "webhook",
            "",
            "",
            Json.write(shown(before)),
            Json.write(shown(after))));
  }

  private CompletableFuture<WebResponse> remove(AuthorizedRequest exchange) {
    WebhookSettings before = webhooks.settings();
    Preconditions.requireMatch(exchange.request(), before.revision());
    return save(exchange, before, new WebhookSettings("", "", Set.of(), before.revision() + 1))
        .thenApplyAsync(saved -> WebResponse.empty(), thread);
  }

  /** Sends a delivery now; answers whether it was accepted. */
  private CompletableFuture<WebResponse> test(AuthorizedRequest exchange) {
    Fields fields = exchange.body();
    fields.done();
    if (webhooks.settings().url().isEmpty()) {
      throw new ProblemException(
          RequestProblem.of(409, "no-webhook", "there is no webhook; set its URL first"));
    }
    return webhooks
        .test()
        .thenApplyAsync(
            error -> {
              Map<String, @Nullable Object> out = Json.object();
              out.put("accepted", error.isEmpty());
              out.put("error", error);
              return WebResponse.json(out);
            },
            thread);
  }
}
