// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import net.backhaul.controller.JoinToken;
import net.backhaul.controller.NetworkRecord;
import net.backhaul.json.Json;
import net.backhaul.protocol.Version;
import net.backhaul.protocol.world.World;
import net.backhaul.web.access.Access;
import net.backhaul.web.access.SecretGuesses;
import net.backhaul.web.http.FileBody;
import net.backhaul.web.http.ProblemException;
import net.backhaul.web.http.RequestProblem;
import net.backhaul.web.http.RouteIds;
import net.backhaul.web.http.WebLimits;
import net.backhaul.web.http.WebMethod;
import net.backhaul.web.http.WebRequest;
import net.backhaul.web.http.WebResponse;
import net.backhaul.web.join.JoinPackage;
import net.backhaul.web.join.JoinPackages;
import net.backhaul.web.join.JoinScript;
import net.backhaul.web.join.JoinSite;
import net.backhaul.web.join.ShellText;
import net.backhaul.web.route.AuthorizedRequest;
import net.backhaul.web.route.WebRoute;
import org.jspecify.annotations.Nullable;

/**
 * Serves {@code /join/<token>}: the script by which a host installs Backhaul and joins, and the
 * packages for it. The token in the path is the permission; fetching does not use it up.
 */
final class JoinScriptResource {
  static final String SCRIPT = "/join/{" + RouteIds.SECRET + "}";
  static final String PACKAGE = SCRIPT + "/packages/{" + RouteIds.ASSET + "}";

  /** The longest lifetime of a token that URLs may have: histories and proxies keep these. */
  static final long MAX_LIFETIME_MS = TimeUnit.DAYS.toMillis(1);

  private static final String TEXT = "text/plain; charset=utf-8";

  private final WebHost host;
  private final JoinSite site;
  private final Executor thread;
  private final JoinPackages packages;
  private final SecretGuesses guesses = new SecretGuesses();
  private final AtomicInteger downloads = new AtomicInteger();

  private record Found(JoinScript.Grant grant, String networkName) {}

  /**
   * Makes the routes.
   *
   * @param thread runs work on the thread of the web API
   */
  JoinScriptResource(WebHost host, JoinSite site, Executor thread) {
    this.host = host;
    this.site = site;
    this.thread = thread;
    packages = new JoinPackages(host.packages(), Version.backhaul());
  }

  /** Returns the routes. */
  List<WebRoute> routes() {
    return List.of(
        new WebRoute(WebMethod.GET, SCRIPT, Access.PUBLIC, this::script),
        new WebRoute(WebMethod.GET, PACKAGE, Access.PUBLIC, this::file));
  }

  /**
   * Returns the line for the shell of a host that a new token is shown with, and why it does not
   * work where it does not: {@code lifetime}, {@code https}, {@code loopback}, {@code package}.
   *
   * @param request that made the token
   */
  Map<String, @Nullable Object> line(WebRequest request, JoinToken token, String secret) {
    String origin = site.origin(request);
    String problem = null;
    if (lifetimeMs(token) > MAX_LIFETIME_MS) {
      problem = "lifetime";
    } else if (!site.isConfidential(request)) {
      problem = "https";
    } else if (JoinSite.isLoopback(origin)) {
      problem = "loopback";
    } else if (packages.isEmpty()) {
      problem = "package";
    }
    Map<String, @Nullable Object> out = Json.object();
    boolean isServed = problem == null || !List.of("lifetime", "https").contains(problem);
    out.put("line", isServed ? line(origin, secret) : null);
    out.put("problem", problem);
    return out;
  }

  private String line(String origin, String secret) {
    String pinned = site.pin().isEmpty() ? "" : "k --pinnedpubkey " + ShellText.word(site.pin());
    return "curl -fsS" + pinned + " " + ShellText.word(origin + "/join/" + secret) + " | sudo sh";
  }

  private static long lifetimeMs(JoinToken token) {
    return token.expiresMs() - token.createdMs();
  }

  private CompletableFuture<WebResponse> script(AuthorizedRequest exchange) {
    String origin = site.origin(exchange.request());
    return find(exchange)
        .thenCombineAsync(host.planet(), (found, planet) -> script(exchange, origin, found, planet))
        .thenApplyAsync(script -> WebResponse.typed(200, TEXT, script.text()), thread);
  }

  private JoinScript script(AuthorizedRequest exchange, String origin, Found found, World planet) {
    return new JoinScript(
        origin,
        site.pin(),
        exchange.ids().secret(),
        found.grant,
        found.networkName,
        planet,
        packages.list());
  }

  private CompletableFuture<WebResponse> file(AuthorizedRequest exchange) {
    return find(exchange)
        .thenApplyAsync(found -> packages.find(exchange.ids().get(RouteIds.ASSET)))
        .thenApplyAsync(
            file -> {
              if (file == null) {
                throw RequestProblem.notFound("such package any more; run the line again");
              }
              return WebResponse.download(open(file));
            },
            thread);
  }

  private FileBody open(JoinPackage file) {
    if (downloads.incrementAndGet() > WebLimits.MAX_DOWNLOADS) {
      downloads.decrementAndGet();
      throw new ProblemException(
          RequestProblem.of(503, "busy", "too many hosts download at once; try again soon")
              .retryAfter(30));
    }
    try {
      return new FileBody(
          FileChannel.open(file.file(), StandardOpenOption.READ),
          file.bytes(),
          downloads::decrementAndGet);
    } catch (IOException e) {
      downloads.decrementAndGet();
      throw new UncheckedIOException(e);
    }
  }

  /** Finds the token of a request, also one that is used up: the host may be a member by it. */
  private CompletableFuture<Found> find(AuthorizedRequest exchange) {
    WebRequest request = exchange.request();
    if (!site.isConfidential(request)) {
      throw new ProblemException(
          RequestProblem.of(
              403,
              "https-required",
              "expected https, found http: others could read the token and replace the script"));
    }
    InetAddress from = request.client().address();
    String secret = exchange.ids().secret();
    guesses.requireNoWait(secret, from, exchange.nowMs());
    String hash = JoinToken.hash(secret);
    return host.query(
            (controller, nowMs) ->
                controller
                    .joinToken(hash)
                    .filter(token -> nowMs < token.expiresMs())
                    .filter(token -> lifetimeMs(token) <= MAX_LIFETIME_MS)
                    .map(
                        token ->
                            new Found(
                                new JoinScript.Grant(token, token.isUsable(nowMs)),
                                controller
                                    .network(token.networkId())
                                    .map(NetworkRecord::name)
                                    .orElse(""))))
        .thenApplyAsync(
            found -> {
              if (found.isEmpty()) {
                guesses.failed(from, exchange.nowMs());
              }
              return found.orElseThrow(
                  () ->
                      RequestProblem.notFound(
                          "such join token for a URL: it has expired, was revoked, or is valid for"
                              + " more than a day"));
            },
            thread);
  }
}
