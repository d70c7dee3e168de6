// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.access;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.backhaul.web.http.ProblemException;
import net.backhaul.web.http.RequestProblem;
import net.backhaul.web.http.RouteIds;
import net.backhaul.web.http.WebRequest;
import org.jspecify.annotations.Nullable;

/** Decides which requests are accepted; the router calls it for each, handlers never do. */
public final class Authorizer {
  /** The header in which a page repeats the CSRF token of its session. */
  public static final String CSRF_HEADER = "x-csrf-token";

  private static final String BEARER = "bearer ";

  private final CallerLookup credentials;
  private final HostNames hosts;
  private final SessionCookie cookie;
  private final SecretGuesses guesses = new SecretGuesses();

  public Authorizer(CallerLookup credentials, HostNames hosts, SessionCookie cookie) {
    this.credentials = credentials;
    this.hosts = hosts;
    this.cookie = cookie;
  }

  /**
   * Rejects a request that names another host than this one.
   *
   * @throws ProblemException with status 421
   */
  public void requireKnownHost(WebRequest request) {
    String host = request.header("host");
    if (host == null || !hosts.accepts(host)) {
      throw rejected(
          421,
          "unknown-host",
          "Host: expected an IP address or one of %s; zerotier-cli web enable --url adds a name"
              .formatted(hosts.sorted()));
    }
  }

  /**
   * Returns the caller of a request that may use a route; {@link Principal#NOBODY} on a public one.
   *
   * @throws ProblemException with status 401 or 403 for any other
   */
  public Principal authorize(WebRequest request, Access access, RouteIds ids, long nowMs) {
    if (request.method().isUnsafe()) {
      requireSameSite(request);
    }
    if (access.scope() == Access.Scope.PUBLIC) {
      return Principal.NOBODY;
    }
    Principal caller = identify(request, nowMs);
    if (caller.credential() == Principal.CallerKind.SESSION && request.method().isUnsafe()) {
      requireCsrfToken(request);
    }
    if (!access.permits(caller, ids)) {
      throw rejected(403, "forbidden", "this requires " + access.text());
    }
    return caller;
  }

  /** Rejects what a browser sends from another site; other programs send neither header. */
  private static void requireSameSite(WebRequest request) {
    String site = request.header("sec-fetch-site");
    if (site != null && !site.equals("same-origin")) {
      throw rejected(403, "cross-site", "Sec-Fetch-Site: expected same-origin, found another site");
    }
    String origin = request.header("origin");
    if (origin != null) {
      String scheme = request.client().isSecure() ? "https://" : "http://";
      if (!origin.equalsIgnoreCase(scheme + request.header("host"))) {
        throw rejected(403, "cross-site", "Origin: expected this server, found another one");
      }
    }
  }

  private Principal identify(WebRequest request, long nowMs) {
    String authorization = request.header("authorization");
    if (authorization != null) {
      boolean isBearer = authorization.regionMatches(true, 0, BEARER, 0, BEARER.length());
      return (isBearer
              ? token(authorization.substring(BEARER.length()).strip(), request, nowMs)
              : Optional.<Principal>empty())
          .orElseThrow(
              () ->
                  unauthenticated("the token is unknown, has expired or was revoked; create one"));
    }
    String secret = sessionSecret(request);
    if (secret == null) {
      throw unauthenticated("expected a session or Authorization: Bearer <token>, found neither");
    }
    return credentials
        .session(secret, nowMs)
        .orElseThrow(() -> unauthenticated("the session has ended; log in again"));
  }

  private Optional<Principal> token(String secret, WebRequest request, long nowMs) {
    InetAddress from = request.client().address();
    guesses.requireNoWait(secret, from, nowMs);
    Optional<Principal> caller = credentials.token(secret, nowMs);
    if (caller.isPresent()) {
      guesses.succeeded(secret, from);
    } else {
      guesses.failed(from, nowMs);
    }
    return caller;
  }

  /**
   * Returns whether headers have a valid session or token.
   *
   * @param headers by name in lower case
   */
  public boolean isKnown(Map<String, String> headers, InetAddress from, long nowMs) {
    String authorization = headers.get("authorization");
    if (authorization != null) {
      if (authorization.length() <= BEARER.length()) {
        return false;
      }
      String token = authorization.substring(BEARER.length()).strip();
      return guesses.waitMs(token, from, nowMs) == 0 && credentials.token(token, nowMs).isPresent();
    }
    String secret = WebRequest.cookies(headers.get("cookie")).get(cookie.name());
    return secret != null && credentials.session(secret, nowMs).isPresent();
  }

  /** Returns the secret of the session in a request; null without one. */
  public @Nullable String sessionSecret(WebRequest request) {
    return request.cookies().get(cookie.name());
  }

  private void requireCsrfToken(WebRequest request) {
    String secret = sessionSecret(request);
    String token = request.header(CSRF_HEADER);
    if (secret == null || token == null || !Secrets.equal(token, Secrets.csrfToken(secret))) {
      throw rejected(
          403,
          "csrf-token",
          "X-CSRF-Token: expected the csrfToken of GET /api/v1/session, found "
              + (token == null ? "none" : "another one"));
    }
  }

  private static ProblemException unauthenticated(String detail) {
    return new ProblemException(
        new RequestProblem(
            401, "log-in-required", detail, List.of(), Map.of("WWW-Authenticate", "Bearer")));
  }

  private static ProblemException rejected(int status, String code, String detail) {
    return new ProblemException(RequestProblem.of(status, code, detail));
  }
}
