// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import static net.backhaul.web.api.WebFixture.NET;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.sql.AuditLog;
import net.backhaul.web.http.WebMethod;
import net.backhaul.web.http.WebResponse;
import net.backhaul.web.route.WebRoute;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The parameters in the query of every route of the API. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class QueryParametersTest {
  private static final Map<String, String> IDS =
      Map.of(
          "network", NetworkIds.text(NET),
          "member", "0123456789",
          "user", "1",
          "session", "1",
          "token", "1",
          "version", "1");

  private final WebFixture web = new WebFixture();
  private final WebFixture.Client admin = web.admin();

  List<WebRoute> routesOfTheApi() {
    return web.api.routes().stream()
        .filter(each -> each.path().toString().startsWith("/api/"))
        .toList();
  }

  private static String path(WebRoute route) {
    String path = route.path().toString();
    for (String id : route.path().ids()) {
      path = path.replace("{" + id + "}", IDS.get(id));
    }
    return path;
  }

  @ParameterizedTest
  @MethodSource("routesOfTheApi")
  void rejectsAndNamesUnknownOnes(WebRoute route) {
    String body = route.method() == WebMethod.GET ? null : "{}";
    int changes = web.recordChanges.size() + web.accountChanges.size();
    WebResponse response = admin.send(route.method(), path(route) + "?offse=0&nam=x", body);
    assertEquals(422, response.status(), response::text);
    assertEquals(List.of("nam", "offse"), WebFixture.fields(response));
    assertEquals(changes, web.recordChanges.size() + web.accountChanges.size());
    for (String known : route.parameters()) {
      assertTrue(response.text().contains(known), response::text);
    }
  }

  @ParameterizedTest
  @MethodSource("routesOfTheApi")
  void areThoseOfTheDocument(WebRoute route) throws IOException {
    JsonNode parameters =
        new ObjectMapper()
            .readTree(GeneralApi.document())
            .path("paths")
            .path(route.path().toString())
            .path(route.method().name().toLowerCase(Locale.ROOT))
            .path("parameters");
    var described = new TreeSet<String>();
    for (JsonNode each : parameters) {
      if (each.path("in").asText().equals("query")) {
        described.add(each.path("name").asText());
      }
    }
    assertEquals(described, new TreeSet<>(route.parameters()), route::toString);
  }

  /** A parameter that no code reads would be accepted and ignored. */
  @ParameterizedTest
  @MethodSource("routesOfTheApi")
  void areRead(WebRoute route) {
    for (String name : route.parameters()) {
      String invalid = name.equals("actor") ? "x".repeat(1_000) : "online:maybe";
      WebResponse response = admin.get(path(route) + "?" + name + "=" + invalid);
      assertEquals(List.of(name), WebFixture.fields(response), response::text);
    }
  }

  @Test
  void areThoseOfTheLocalApi() {
    Executor thread = Runnable::run;
    var local =
        new LocalController(
            web,
            query -> CompletableFuture.completedFuture(new AuditLog.Page(List.of(), 0)),
            web,
            Optional::empty,
            thread);
    String members = "/networks/" + NetworkIds.text(NET) + "/members";
    byte[] none = new byte[0];
    assertEquals(
        200, local.answer(WebMethod.GET, members, Map.of("limit", "1"), none).join().status());
    WebResponse rejected = local.answer(WebMethod.GET, members, Map.of("limi", "1"), none).join();
    assertEquals(List.of("limi"), WebFixture.fields(rejected));
  }
}
