// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import net.backhaul.web.access.Access;
import net.backhaul.web.http.WebResponse;
import net.backhaul.web.route.WebRoute;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The OpenAPI document describes the routes of the code, all of them and no others. {@link
 * OpenApiBodiesTest} compares bodies and answers.
 */
class OpenApiTest {
  private final WebFixture web = new WebFixture();
  private JsonNode document;

  @BeforeEach
  void read() throws IOException {
    document = new ObjectMapper().readTree(GeneralApi.document());
  }

  private JsonNode operation(WebRoute route) {
    return document
        .path("paths")
        .path(route.path().toString())
        .path(route.method().name().toLowerCase(Locale.ROOT));
  }

  @Test
  void describesEveryRouteAndNoOther() {
    var described = new TreeSet<String>();
    document
        .path("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .properties()
                    .forEach(
                        method ->
                            described.add(
                                method.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey())));
    var routes = new TreeSet<String>();
    web.api.routes().forEach(route -> routes.add(route.toString()));

    assertEquals(routes, described);
  }

  @Test
  void describesWhoMayUseARoute() {
    for (WebRoute route : web.api.routes()) {
      assertEquals(
          "Requires " + route.access().text() + ".",
          operation(route).path("description").asText(),
          route::toString);
      boolean isPublic = route.access().scope() == Access.Scope.PUBLIC;
      assertEquals(isPublic, operation(route).has("security"), route::toString);
    }
  }

  @Test
  void describesTheIdsOfPaths() {
    for (WebRoute route : web.api.routes()) {
      var named = new ArrayList<String>();
      for (JsonNode parameter : operation(route).path("parameters")) {
        String reference = parameter.path("$ref").asText();
        if (!reference.isEmpty()) {
          named.add(reference.substring(reference.lastIndexOf('/') + 1));
        }
      }
      assertEquals(route.path().ids(), named, route::toString);
    }
  }

  @Test
  void refersToPartsThatExist() {
    List<JsonNode> references = document.findValues("$ref");
    assertTrue(references.size() > 20);
    for (JsonNode reference : references) {
      assertTrue(!document.at(reference.asText().substring(1)).isMissingNode(), reference::asText);
    }
  }

  @Test
  void isServed() {
    WebResponse response = web.admin().get(GeneralApi.OPENAPI);

    assertEquals(200, response.status());
    assertEquals(GeneralApi.document(), response.text());
  }
}
