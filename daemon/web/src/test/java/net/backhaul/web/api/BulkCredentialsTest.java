// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import static net.backhaul.web.api.WebFixture.MEMBER_PATH;
import static net.backhaul.web.api.WebFixture.NET;
import static net.backhaul.web.api.WebFixture.NETWORK_PATH;
import static net.backhaul.web.api.WebFixture.fields;
import static net.backhaul.web.api.WebFixture.object;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import net.backhaul.json.Json;
import net.backhaul.rules.NetworkSource;
import net.backhaul.rules.RulesCompiler;
import net.backhaul.store.NetworkJson;
import net.backhaul.web.http.WebResponse;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Labels, tags and capabilities of many members, and the names that tags and capabilities have. */
class BulkCredentialsTest {
  private static final String BULK = NETWORK_PATH + "/members/bulk/";
  private static final String SECOND = NETWORK_PATH + "/members/0123456701";
  private static final String MEMBERS =
      "\"members\":[\"0123456789\",\"0123456701\",\"0000000001\"]";
  private static final String SOURCE =
      """
      tag department
        id 1000
        default 100
        enum 100 sales
        enum 200 engineering
        flag 0 remote
      ;
      cap superuser
        id 2000
        accept;
      ;
      accept;
      """;

  private final WebFixture web = new WebFixture();
  private final WebFixture.Client admin = web.admin();

  BulkCredentialsTest() {
    admin.post(NETWORK_PATH + "/members", "{\"id\":\"0123456701\"}");
  }

  private WebResponse bulk(String what, String rest) {
    return admin.post(BULK + what, "{" + MEMBERS + "," + rest + "}");
  }

  private Object field(String path, String name) {
    return object(admin.get(path)).get(name);
  }

  private static String statuses(WebResponse response) {
    assertEquals(200, response.status(), response::text);
    return ((List<?>) object(response).get("results"))
        .stream()
            .map(each -> String.valueOf(Json.asObject(each).get("status")))
            .collect(Collectors.joining(" "));
  }

  @Test
  void addsAndRemovesLabelsAndLeavesOthers() {
    admin.patch(MEMBER_PATH, "{\"labels\":[\"db\",\"old\"],\"notes\":\"n\"}");

    assertEquals(
        "200 200 404", statuses(bulk("labels", "\"add\":[\"new\",\"db\"],\"remove\":[\"old\"]")));
    assertEquals(List.of("db", "new"), field(MEMBER_PATH, "labels"));
    assertEquals(List.of("new", "db"), field(SECOND, "labels"));
    assertEquals("n", field(MEMBER_PATH, "notes"));
    assertEquals("200 200 404", statuses(bulk("labels", "\"remove\":[\"new\"]")));
    assertEquals(List.of("db"), field(MEMBER_PATH, "labels"));
  }

  private static String changes(WebResponse response) {
    return ((List<?>) object(response).get("results"))
        .stream()
            .map(each -> String.valueOf(Json.asObject(each).get("changed")))
            .collect(Collectors.joining(" "));
  }

  @Test
  void tellsWhoHasChanged() {
    admin.patch(MEMBER_PATH, "{\"labels\":[\"db\"],\"authorized\":true}");

    assertEquals("false true null", changes(bulk("labels", "\"add\":[\"db\"]")));
    assertEquals("false false null", changes(bulk("labels", "\"add\":[\"db\"]")));
    admin.post(BULK + "block", "{\"members\":[\"0123456701\"],\"blocked\":true}");
    assertEquals("true false null", changes(bulk("block", "\"blocked\":true")));
    assertEquals("true true null", changes(bulk("block", "\"blocked\":false")));
    assertEquals("false false null", changes(bulk("block", "\"blocked\":false")));
  }

  private static String befores(WebResponse response) {
    return ((List<?>) object(response).get("results"))
        .stream()
            .map(each -> Json.write(Json.asObject(each).get("before")))
            .collect(Collectors.joining(" "));
  }

  /**
   * Others may have changed a member since the caller read it; who undoes needs the real values.
   */
  @Test
  void tellsWhatItHasChanged() {
    admin.patch(MEMBER_PATH, "{\"labels\":[\"db\"],\"tags\":{\"1\":7},\"authorized\":true}");

    assertEquals("null {\"labels\":[]} null", befores(bulk("labels", "\"add\":[\"db\"]")));
    assertEquals(
        "{\"tags\":{\"1\":7}} {\"tags\":{}} null",
        befores(bulk("credentials", "\"tags\":{\"1\":8}")));
    assertEquals(
        "{\"authorized\":true,\"blocked\":false} {\"authorized\":true,\"blocked\":false} null",
        befores(bulk("block", "\"blocked\":true")));
    assertEquals("null null null", befores(bulk("block", "\"blocked\":true")));
    assertEquals(
        "{\"authorized\":false,\"blocked\":true} {\"authorized\":false,\"blocked\":true} null",
        befores(bulk("block", "\"blocked\":false")));
    assertEquals(
        "{\"authorized\":false} {\"authorized\":false} null",
        befores(bulk("authorization", "\"authorized\":true")));
  }

  @Test
  void tellsWhoWouldHaveTooManyLabels() {
    String many =
        IntStream.range(0, 32).mapToObj(i -> "\"l" + i + "\"").collect(Collectors.joining(","));
    admin.patch(MEMBER_PATH, "{\"labels\":[" + many + "]}");
    assertEquals("422 200 404", statuses(bulk("labels", "\"add\":[\"one more\"]")));
    assertEquals(32, ((List<?>) field(MEMBER_PATH, "labels")).size());
  }

  @Test
  void setsAndTakesTagsAndCapabilitiesAndLeavesOthers() {
    admin.patch(MEMBER_PATH, "{\"tags\":{\"1\":1,\"2\":2},\"capabilities\":[5,7]}");

    assertEquals(
        "200 200 404",
        statuses(
            bulk(
                "credentials",
                "\"tags\":{\"1\":null,\"4294967295\":4294967295},"
                    + "\"capabilities\":{\"5\":false,\"6\":true}")));
    assertEquals(Map.of("2", 2L, "4294967295", 4294967295L), field(MEMBER_PATH, "tags"));
    assertEquals(List.of(6L, 7L), field(MEMBER_PATH, "capabilities"));
    assertEquals(Map.of("4294967295", 4294967295L), field(SECOND, "tags"));
    assertEquals(List.of(6L), field(SECOND, "capabilities"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          labels      | "add":"x"                    | add
          labels      | "add":[""]                   | add[0]
          labels      | "remove":["a\\u202eb"]       | remove[0]
          credentials | "tags":{"x":1}               | tags.x
          credentials | "tags":{"1":-1}              | tags.1
          credentials | "tags":{"4294967296":1}      | tags.4294967296
          credentials | "tags":[]                    | tags
          credentials | "capabilities":{"1":1}       | capabilities.1
          credentials | "capabilities":{"-1":true}   | capabilities.-1
          credentials | "more":1                     | more
          """)
  void namesTheInvalidField(String what, String rest, String field) {
    assertEquals(List.of(field), fields(bulk(what, rest)));
  }

  @Test
  void limitsTagsOfARequest() {
    String many =
        IntStream.range(0, 129).mapToObj(i -> "\"" + i + "\":1").collect(Collectors.joining(","));
    assertEquals(List.of("tags"), fields(bulk("credentials", "\"tags\":{" + many + "}")));
  }

  private void setRules(String source) throws Exception {
    Map<String, @Nullable Object> body = Json.object();
    Map<String, @Nullable Object> compiled = RulesCompiler.compile(source).json();
    Json.asObject(compiled.get("config")).forEach(body::put);
    body.put(NetworkSource.MEMBER, source);
    web.controller.put(
        NetworkJson.edit(web.controller.network(NET).orElseThrow(), body), web.nowMs);
  }

  @Test
  void namesTagsAndCapabilities() throws Exception {
    String path = NETWORK_PATH + "/definitions";
    assertEquals(Map.of("tags", List.of(), "capabilities", List.of()), object(admin.get(path)));
    setRules(SOURCE);

    Map<String, @Nullable Object> found = object(admin.get(path));
    Map<String, @Nullable Object> tag = Json.asObject(((List<?>) found.get("tags")).getFirst());
    assertEquals(1000L, tag.get("id"));
    assertEquals("department", tag.get("name"));
    assertEquals(100L, tag.get("default"));
    assertEquals(Map.of("sales", 100L, "engineering", 200L), tag.get("enums"));
    assertEquals(Map.of("remote", 1L), tag.get("flags"));
    Map<String, @Nullable Object> capability =
        Json.asObject(((List<?>) found.get("capabilities")).getFirst());
    assertEquals("superuser", capability.get("name"));
    assertEquals(2000L, capability.get("id"));

    setRules(SOURCE.replace("department", "team"));
    assertTrue(admin.get(path).text().contains("\"team\""));
    assertEquals(404, admin.get("/api/v1/networks/ffffffffffffffff/definitions").status());
  }

  /** The recorded API may have set rules without a source. */
  @Test
  void namesTagsWithoutASource() {
    web.controller.put(
        NetworkJson.edit(
            web.controller.network(NET).orElseThrow(),
            Json.asObject(
                Json.parse(
                    "{\"tags\":[{\"id\":4294967295,\"default\":null}],"
                        + "\"capabilities\":[{\"id\":7,\"default\":true,\"rules\":[]}]}"))),
        web.nowMs);
    Map<String, @Nullable Object> found = object(admin.get(NETWORK_PATH + "/definitions"));
    assertEquals(4294967295L, Json.asObject(((List<?>) found.get("tags")).getFirst()).get("id"));
    assertEquals(7L, Json.asObject(((List<?>) found.get("capabilities")).getFirst()).get("id"));
  }
}
