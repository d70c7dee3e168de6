// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import static net.backhaul.web.api.WebFixture.NET;
import static net.backhaul.web.api.WebFixture.OTHER_NET;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.web.access.Access;
import net.backhaul.web.access.AccessLevel;
import net.backhaul.web.account.WebSession;
import net.backhaul.web.http.WebMethod;
import net.backhaul.web.http.WebResponse;
import net.backhaul.web.route.WebRoute;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every route, with every kind of caller. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccessTest {
  private static final Map<String, String> IDS =
      Map.of(
          "network", NetworkIds.text(NET),
          "member", "0123456789",
          "user", "1",
          "session", "1",
          "token", "1",
          "version", "1",
          "asset", "0123456789abcdef",
          "secret", "bhj_" + "A".repeat(43));
  private static final String READ = "\"permission\":\"read\",\"networks\":null";
  private static final String OPERATE_OTHER =
      "\"permission\":\"operate\",\"networks\":[\"" + NetworkIds.text(OTHER_NET) + "\"]";

  private WebFixture web;
  private WebFixture.Client admin;
  private WebFixture.Client reader;
  private WebFixture.Client operatorOfOther;
  private WebFixture.Client adminToken;
  private WebFixture.Client readToken;
  private WebFixture.Client expiredToken;
  private WebFixture.Client expiredSession;

  @BeforeAll
  void createCallers() {
    web = new WebFixture();
    WebFixture.Client first = web.admin();
    expiredSession = web.user(first, "idle", READ);
    expiredToken = web.token(first, "\"permission\":\"admin\"", 60);
    web.nowMs += WebSession.IDLE_MS;
    admin = web.client().logIn("admin", WebFixture.PASSWORD);
    reader = web.user(admin, "reader", READ);
    operatorOfOther = web.user(admin, "operator", OPERATE_OTHER);
    adminToken = web.token(admin, "\"permission\":\"admin\"", 3600);
    readToken = web.token(admin, READ, 3600);
  }

  List<WebRoute> routes() {
    return web.api.routes();
  }

  List<WebRoute> closedRoutes() {
    return routes().stream().filter(each -> each.access().scope() != Access.Scope.PUBLIC).toList();
  }

  /** All but logging out, which ends the sessions of the other cases; it has a test of its own. */
  List<WebRoute> lastingRoutes() {
    return closedRoutes().stream().filter(each -> !isLogOut(each)).toList();
  }

  private static boolean isLogOut(WebRoute route) {
    return route.method() == WebMethod.DELETE && route.path().toString().equals(SessionApi.PATH);
  }

  List<WebRoute> unsafeRoutes() {
    return routes().stream().filter(each -> each.method().isUnsafe()).toList();
  }

  private static String path(WebRoute route) {
    String path = route.path().toString();
    for (String id : route.path().ids()) {
      path = path.replace("{" + id + "}", IDS.get(id));
    }
    return path;
  }

  /** Sends a request that no handler can execute: its body has a field without use. */
  private WebResponse send(WebFixture.Client client, WebRoute route) {
    String body =
        route.method() == WebMethod.POST || route.method() == WebMethod.PATCH ? "{\"no\":0}" : null;
    // Nothing is deleted: no record has this revision.
    client.headers.put("if-match", "\"999\"");
    return client.send(route.method(), path(route), body);
  }

  private static void assertAccepted(WebResponse response, WebRoute route) {
    int status = response.status();
    assertTrue(status != 401 && status != 403 && status < 500, route + ": " + response.text());
  }

  @ParameterizedTest
  @MethodSource("closedRoutes")
  void requiresLogIn(WebRoute route) {
    // Each route from another source, since guesses of one are slowed down.
    String source = "198.51.100." + closedRoutes().indexOf(route);
    WebFixture.Client guesser = web.client().withToken("bh_unknown").from(source);
    assertEquals(401, send(web.client(), route).status(), route::toString);
    assertEquals(401, send(guesser, route).status(), route::toString);
    assertEquals(401, send(expiredToken.from(source), route).status(), route::toString);
    assertEquals(401, send(expiredSession, route).status(), route::toString);
  }

  @ParameterizedTest
  @MethodSource("lastingRoutes")
  void requiresPermission(WebRoute route) {
    Access access = route.access();
    boolean forAnyCaller =
        access.scope() == Access.Scope.ANY_CALLER || access.scope() == Access.Scope.OWN_SESSION;
    boolean reads = access.permission() == AccessLevel.READ;

    boolean readerMay = forAnyCaller || reads;
    assertEquals(!readerMay, send(reader, route).status() == 403, route::toString);
    boolean otherMay = forAnyCaller || access.scope() == Access.Scope.SOME_NETWORK;
    assertEquals(!otherMay, send(operatorOfOther, route).status() == 403, route::toString);
    boolean readTokenMay = reads && access.scope() != Access.Scope.OWN_SESSION;
    assertEquals(!readTokenMay, send(readToken, route).status() == 403, route::toString);
  }

  @ParameterizedTest
  @MethodSource("lastingRoutes")
  void acceptsTheRightCaller(WebRoute route) {
    assertAccepted(send(admin, route), route);
    if (route.access().scope() != Access.Scope.OWN_SESSION) {
      assertAccepted(send(adminToken, route), route);
    } else {
      assertEquals(403, send(adminToken, route).status(), route::toString);
    }
  }

  @Test
  void endsTheSessionThatLogsOut() {
    WebFixture.Client leaving = web.client().logIn("admin", WebFixture.PASSWORD);

    assertEquals(204, leaving.delete(SessionApi.PATH).status());
    assertEquals(401, leaving.get(SessionApi.PATH).status());
    assertEquals(403, adminToken.delete(SessionApi.PATH).status());
  }

  @ParameterizedTest
  @MethodSource("unsafeRoutes")
  void rejectsOtherSites(WebRoute route) {
    for (String[] header :
        List.of(
            new String[] {"origin", "https://example.org"},
            new String[] {"origin", "null"},
            new String[] {"origin", "http://127.0.0.1:9995"},
            new String[] {"sec-fetch-site", "cross-site"},
            new String[] {"sec-fetch-site", "same-site"},
            new String[] {"sec-fetch-site", "none"})) {
      admin.headers.put(header[0], header[1]);
      assertEquals(403, send(admin, route).status(), () -> route + " " + String.join(": ", header));
      admin.headers.remove(header[0]);
    }
  }

  @ParameterizedTest
  @MethodSource("unsafeRoutes")
  void requiresCsrfTokenOfSessions(WebRoute route) {
    if (route.access().scope() == Access.Scope.PUBLIC) {
      return;
    }
    admin.sendsCsrfToken = false;
    try {
      assertEquals(403, send(admin, route).status(), route::toString);
      admin.headers.put("x-csrf-token", "another");
      assertEquals(403, send(admin, route).status(), route::toString);
    } finally {
      admin.headers.remove("x-csrf-token");
      admin.sendsCsrfToken = true;
    }
  }

  @ParameterizedTest
  @MethodSource("routes")
  void rejectsUnknownHosts(WebRoute route) {
    WebFixture.Client client = web.client().withToken("bh_unknown");
    for (String host : List.of("rebound.example.org", "localhost.example.org", "", "127.0.0.1.x")) {
      client.headers.put("host", host);
      assertEquals(421, send(client, route).status(), () -> route + " " + host);
    }
  }

  @Test
  void getChangesNothing() {
    int records = web.recordChanges.size();
    int accounts = web.accountChanges.size();
    admin.from("127.0.0.1"); // Other hosts need TLS for some routes.
    for (WebRoute route : routes()) {
      if (route.method() == WebMethod.GET) {
        assertAccepted(send(admin, route), route);
      }
    }
    assertEquals(records, web.recordChanges.size());
    assertEquals(accounts, web.accountChanges.size());
  }

  /** A redirect that an attacker chooses would lend its link the name of this server. */
  @Test
  void redirectsNobody() {
    admin.from("127.0.0.1");
    String target = "?next=https://example.org&url=//example.org&redirect=/\\\\example.org";
    for (WebRoute route : routes()) {
      if (route.method() == WebMethod.GET) {
        WebResponse response = admin.get(path(route) + target);
        assertTrue(response.status() < 300 || response.status() >= 400, route::toString);
        assertFalse(response.headers().containsKey("Location"), route::toString);
        assertFalse(response.text().contains("example.org"), route::toString);
      }
    }
  }

  @Test
  void answersWithoutCrossOriginHeaders() {
    admin.headers.put("origin", "https://example.org");
    WebResponse response = admin.get(NetworkResource.PATH);
    admin.headers.remove("origin");

    assertFalse(
        response.headers().keySet().stream().anyMatch(each -> each.startsWith("Access-Control-")));
  }

  /** A new public route is added to the list by a person who has considered it. */
  @Test
  void listsPublicRoutes() throws IOException {
    var found = new ArrayList<String>();
    for (WebRoute route : routes()) {
      if (route.access().scope() == Access.Scope.PUBLIC) {
        found.add(route.toString());
      }
    }
    try (InputStream in =
        WebRoute.class.getResourceAsStream("/net/backhaul/web/public-routes.txt")) {
      assertNotNull(in);
      String listed = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(Set.copyOf(listed.lines().toList()), Set.copyOf(found));
    }
  }
}
