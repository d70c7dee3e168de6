// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.netty.channel.socket.SocketProtocolFamily;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;
import net.backhaul.controller.Annotations;
import net.backhaul.controller.Edit;
import net.backhaul.controller.StoredRecords;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.service.ControllerHost;
import net.backhaul.service.NodeLoop;
import net.backhaul.service.http.AccessControl;
import net.backhaul.service.http.HttpServer;
import net.backhaul.service.http.Router;
import net.backhaul.sql.AuditLog;
import net.backhaul.sql.Database;
import net.backhaul.sql.DatabaseFile;
import net.backhaul.store.ControllerDirectory;
import net.backhaul.store.SqlRecordStore;
import net.backhaul.testing.Vectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replays recorded requests to a controller, over HTTP and with files. */
class ControllerApiTest {
  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final String TOKEN = "token";
  private static final String NEW_ID = "0b59471541[0-9a-f]{6}";

  /** Members whose values differ from run to run. */
  private static final List<String> VOLATILE =
      List.of("creationTime", "lastAuthorizedTime", "lastDeauthorizedTime", "clock");

  @TempDir Path directory;
  private Database database;
  private NodeLoop loop;
  private ControllerHost controller;
  private HttpServer http;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Map<String, JsonNode> lastShown = new HashMap<>();
  private final Map<String, String> newIds = new HashMap<>();

  @BeforeEach
  void start() throws IOException {
    loop = new NodeLoop();
    Identity self =
        Identity.parse(
            Vectors.file("service/identities.json").required("r").required("secret").asText());
    database = new Database(DatabaseFile.of(directory.resolve("backhaul.db")));
    var files =
        new ControllerDirectory(ControllerDirectory.Location.of(directory.resolve("controller.d")));
    controller =
        new ControllerHost(loop, SqlRecordStore.open(database, files), self, new Random(1));
    var api = new ControllerApi(controller, self.address());
    http =
        new HttpServer(
            new AccessControl(TOKEN, "metrics", List::of),
            new Router().add("/controller", api).add("/unstable/controller", api));
    assertTrue(http.listen(SocketProtocolFamily.INET, 0));
  }

  @AfterEach
  void stop() {
    http.close();
    controller.close();
    database.close();
    loop.close();
  }

  @Test
  void answersRecordedRequests() throws Exception {
    int seen = 0;
    for (JsonNode scenario :
        Vectors.file("service/controller-requests.json").required("scenarios")) {
      for (JsonNode step : scenario.required("steps")) {
        String what = scenario.required("id").asText() + " " + step.required("n");
        check(what, step.required("request"), step.required("response"));
        seen++;
      }
    }
    assertTrue(seen > 200, "requests: " + seen);
  }

  private void check(String what, JsonNode request, JsonNode expected) throws Exception {
    HttpResponse<String> answer = send(request);
    String target = request.required("target").asText();

    assertEquals(expected.required("status").asInt(), answer.statusCode(), what);
    assertEquals(
        expected.path("content_type").asText(""),
        answer.headers().firstValue("Content-Type").orElse(""),
        what);
    if (answer.statusCode() == 500) {
      JsonNode error = MAPPER.readTree(answer.body());
      assertEquals(500, error.required("error").asInt(), what);
      assertTrue(answer.body().startsWith("{\"error\": 500, \"description\": \""), what);
      return;
    }
    if (expected.has("body") && !expected.required("body").asText().startsWith("{\"")) {
      assertEquals(
          withoutClock(expected.required("body").asText()), withoutClock(answer.body()), what);
      return;
    }
    JsonNode wanted = expected(target, expected);
    JsonNode shown = MAPPER.readTree(answer.body());
    recordNewId(wanted, shown);
    assertEquals(withoutVolatile(wanted), withoutVolatile(shown), what);
    assertKeysAreSorted(what, shown);
    lastShown.put(target, wanted);
  }

  /** Returns the whole answer where only the difference to the one before was recorded. */
  private JsonNode expected(String target, JsonNode response) throws IOException {
    if (response.has("body")) {
      return MAPPER.readTree(response.required("body").asText());
    }
    ObjectNode whole = lastShown.get(target).deepCopy();
    response
        .path("body_set")
        .properties()
        .forEach(each -> whole.set(each.getKey(), each.getValue()));
    response.path("body_unset").forEach(each -> whole.remove(each.asText()));
    return whole;
  }

  /** Maps a recorded random id to the one of this run. */
  private void recordNewId(JsonNode wanted, JsonNode shown) {
    String then = wanted.path("id").asText();
    String now = shown.path("id").asText();
    if (!then.equals(now) && now.matches(NEW_ID)) {
      newIds.put(then, now);
      ((ObjectNode) wanted).put("id", now).put("nwid", now);
    }
  }

  private HttpResponse<String> send(JsonNode request) throws Exception {
    String target = request.required("target").asText().replace("<authtoken>", TOKEN);
    var builder =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + http.ports().getFirst() + target));
    if (request.path("auth_header").asBoolean(true)) {
      builder.header("X-ZT1-Auth", TOKEN);
    }
    request
        .path("headers")
        .forEach(header -> builder.header(header.get(0).asText(), header.get(1).asText()));
    String method = request.required("method").asText();
    var body =
        request.has("body")
            ? HttpRequest.BodyPublishers.ofString(request.required("body").asText())
            : HttpRequest.BodyPublishers.noBody();
    return client.send(builder.method(method, body).build(), HttpResponse.BodyHandlers.ofString());
  }

  private String withoutClock(String body) {
    String text = body.replaceAll("\"clock\": [0-9]+", "\"clock\": 0");
    for (Map.Entry<String, String> each : newIds.entrySet()) {
      text = text.replace(each.getKey(), each.getValue());
    }
    return Pattern.compile("^\\[\"").matcher(text).find()
        ? List.of(text.replaceAll("[\\[\\]\"]", "").split(",")).stream()
            .sorted()
            .toList()
            .toString()
        : text;
  }

  private static JsonNode withoutVolatile(JsonNode object) {
    JsonNode copy = object.deepCopy();
    if (copy instanceof ObjectNode fields) {
      VOLATILE.stream()
          .filter(fields::has)
          .forEach(name -> fields.put(name, fields.get(name).asLong() == 0 ? 0 : 1));
    }
    if (copy.path("data").isArray()) {
      var sorted = new java.util.TreeMap<String, JsonNode>();
      copy.path("data")
          .forEach(each -> sorted.put(each.path("id").asText(), withoutVolatile(each)));
      ((ObjectNode) copy).set("data", MAPPER.valueToTree(sorted));
    }
    return copy;
  }

  private static void assertKeysAreSorted(String what, JsonNode object) {
    List<String> names = object.properties().stream().map(Map.Entry::getKey).toList();
    assertEquals(names.stream().sorted().toList(), names, what);
  }

  /** Reads the database as another process does: what is committed. */
  private StoredRecords stored() throws IOException {
    return Database.read(DatabaseFile.of(directory.resolve("backhaul.db")), SqlRecordStore::read);
  }

  @Test
  void savesBeforeAnswering() throws Exception {
    String nwid = "0b59471541000001";
    for (int i = 0; i < 20; i++) {
      String name = "{\"name\":\"n" + i + "\"}";
      send(request("POST", "/controller/network/" + nwid, name));
      assertEquals("n" + i, stored().networks().getFirst().name());
    }
    send(request("POST", "/controller/network/" + nwid + "/member/0123456789", "{}"));
    assertEquals(1, stored().members().size());
    send(request("DELETE", "/controller/network/" + nwid + "/member/0123456789", null));
    assertEquals(List.of(), stored().members());
    send(request("DELETE", "/controller/network/" + nwid, null));
    assertEquals(StoredRecords.NONE, stored());
    List<String> actions =
        database.submit(session -> AuditLog.before(session, Long.MAX_VALUE, 3)).join().stream()
            .map(row -> row.entry().actor() + " " + row.entry().action())
            .toList();
    String actor = "authtoken.secret ";
    assertEquals(List.of(actor + "delete", actor + "delete", actor + "create"), actions);
  }

  @Test
  void neitherShowsNorChangesAnnotations() throws Exception {
    String path = "/controller/network/0b59471541000001";
    var annotations = new Annotations("kept", List.of("x"));
    send(request("POST", path, "{}"));
    send(request("POST", path + "/member/0123456789", "{}"));
    controller
        .change(
            all ->
                all.put(
                    all.network(0x0b59471541000001L).orElseThrow().withAnnotations(annotations),
                    Edit.of("alice", "", 1)))
        .join();
    controller
        .change(
            all ->
                all.put(
                    all.member(0x0b59471541000001L, 0x0123456789L)
                        .orElseThrow()
                        .withAnnotations(annotations),
                    Edit.of("alice", "", 1)))
        .join();

    for (String each : List.of(path, path + "/member/0123456789")) {
      String answer = send(request("POST", each, "{\"name\":\"n\",\"notes\":\"\"}")).body();
      assertFalse(answer.contains("kept"), answer);
      assertFalse(send(request("GET", each, null)).body().contains("kept"), each);
    }
    assertEquals(annotations, stored().networks().getFirst().annotations());
    assertEquals(annotations, stored().members().getFirst().annotations());
    assertEquals("n", stored().networks().getFirst().name());
  }

  @Test
  void reportsChangeThatCannotBeSaved() throws Exception {
    String path = "/controller/network/0b59471541000001";
    assertEquals(200, send(request("POST", path, "{}")).statusCode());
    Path file = directory.resolve("backhaul.db");
    Files.move(file, directory.resolve("elsewhere"));

    HttpResponse<String> rejected = send(request("POST", path, "{\"name\":\"x\"}"));

    assertEquals(500, rejected.statusCode());
    assertTrue(rejected.body().contains("cannot save networks"), rejected.body());
    assertEquals(200, send(request("GET", path, null)).statusCode());
    Files.move(directory.resolve("elsewhere"), file);
    assertEquals(200, send(request("POST", path, "{\"name\":\"y\"}")).statusCode());
    assertEquals("y", stored().networks().getFirst().name());
    assertEquals(3, stored().networks().getFirst().revision());
  }

  private String ignored(String target, String body) throws Exception {
    HttpResponse<String> answer = send(request("POST", target, body));
    assertEquals(200, answer.statusCode(), answer.body());
    return answer.headers().firstValue(IgnoredInput.HEADER).orElse("");
  }

  @Test
  void namesIgnoredInputInHeader() throws Exception {
    String network = "/controller/network/0b59471541000001";

    assertEquals("", ignored(network, "{\"name\":\"x\"}"));
    assertEquals("routes", ignored(network, "{\"routes\":\"x\"}"));
    String route = "{\"routes\":[{\"target\":\"10.9.0.0/16\",\"via\":\"10.0.0.1\",\"metric\":%d}]}";
    assertEquals("", ignored(network, route.formatted(70)));
    assertEquals("routes[0]", ignored(network, route.formatted(65_536)));
    assertEquals("body", ignored(network, "[]"));
    assertEquals("nwid", ignored("/controller/network/0123456789000001", "{}"));
    assertEquals("nosuch", ignored(network + "/member/0123456789", "{\"nosuch\":1}"));
    assertEquals("mtu", ignored("/controller/network", "{\"mtu\":1}"));
  }

  @Test
  void rejectsDeeplyNestedJson() throws Exception {
    String network = "/controller/network/0b59471541000001";
    for (String level : List.of("[", "{\"a\":")) {
      String body = level.repeat(700_000);
      HttpResponse<String> answer = send(request("POST", network, body));
      assertEquals(400, answer.statusCode());
      assertTrue(answer.body().contains("at most 500 levels"), answer.body());
    }
    String brackets = "{\"name\":\"" + "[".repeat(1_000) + "\\\"[\"}";
    assertEquals("", ignored(network, brackets));
  }

  /** As the reference's parser does: half a character cannot be stored and would become "?". */
  @Test
  void rejectsHalfSurrogatePairsAndChangesNothing() throws Exception {
    String network = "/controller/network/0b59471541000001";
    send(request("POST", network, "{\"name\":\"before\"}"));
    String before = withoutClock(send(request("GET", network, null)).body());
    for (String body : List.of("{\"name\":\"a\\ud800b\"}", "{\"\\udc00\":1,\"name\":\"x\"}")) {
      HttpResponse<String> answer = send(request("POST", network, body));

      assertEquals(500, answer.statusCode());
      assertTrue(answer.body().contains("[json.exception.parse_error.101]"), answer.body());
    }
    assertEquals(before, withoutClock(send(request("GET", network, null)).body()));
  }

  private static JsonNode request(String method, String target, String body) {
    ObjectNode request = MAPPER.createObjectNode().put("method", method).put("target", target);
    return body == null ? request : request.put("body", body);
  }
}
