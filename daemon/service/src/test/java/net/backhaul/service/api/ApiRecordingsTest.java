// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import net.backhaul.service.DaemonInTest;
import net.backhaul.service.RawHttp;
import net.backhaul.testing.Vectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Replays the recorded requests on a daemon with the identity, moon and network of the recorded
 * one. Answers are compared byte for byte where they depend neither on the time nor on other nodes,
 * else member by member.
 */
class ApiRecordingsTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Members that depend on the time, the host or other nodes: only their types are compared. */
  private static final Set<String> VOLATILE =
      Set.of(
          "clock",
          "online",
          "lastSend",
          "lastReceive",
          "latency",
          "localSocket",
          "paths",
          "listeningOn",
          "surfaceAddresses",
          "homeDir",
          "primaryPort",
          "bind",
          "version",
          "versionMajor",
          "versionMinor",
          "versionRev",
          "multicastSubscriptions",
          "portDeviceName",
          "name",
          "netconfRevision",
          "status",
          "type",
          "description");

  @TempDir static Path home;
  private static DaemonInTest daemon;

  record Step(String scenario, JsonNode step) {
    @Override
    public String toString() {
      return "%s %d: %s %s"
          .formatted(
              scenario,
              step.get("n").asInt(),
              step.get("request").get("method").asText(),
              step.get("request").get("target").asText());
    }
  }

  @BeforeAll
  static void startRecordedNode() throws Exception {
    JsonNode files = Vectors.file("service/files.json");
    String network = "0b594715410000a1.conf";
    String moon = "0000000b59471541.moon";
    Files.createDirectories(home.resolve("networks.d"));
    Files.createDirectories(home.resolve("moons.d"));
    Files.writeString(
        home.resolve("identity.secret"),
        Vectors.file("service/identities.json").at("/a/secret").asText());
    Files.write(
        home.resolve("networks.d").resolve(network),
        hex(files.get("networks.d").get(network).get("hex")));
    Files.write(
        home.resolve("moons.d").resolve(moon), hex(files.get("moons.d").get(moon).get("hex")));
    daemon = DaemonInTest.start(home);
  }

  @AfterAll
  static void stop() {
    daemon.close();
  }

  static Stream<Step> steps() throws IOException {
    List<Step> all = new ArrayList<>();
    for (JsonNode scenario : Vectors.file("service/api.json").get("scenarios")) {
      String id = scenario.get("id").asText();
      scenario.get("steps").forEach(step -> all.add(new Step(id, step)));
    }
    return all.stream().filter(ApiRecordingsTest::isReplayable);
  }

  /** Excludes a defect of the reference: 04 section 4.4 requires that IPv6 works as well. */
  private static boolean isReplayable(Step step) {
    String target = step.step().get("request").get("target").asText();
    boolean deletesOnV6 = step.scenario().equals("api-moon-v6") && target.startsWith("/moon/");
    return !deletesOnV6;
  }

  @ParameterizedTest
  @MethodSource("steps")
  void answersAsRecorded(Step step) throws IOException {
    JsonNode request = step.step().get("request");
    JsonNode recorded = step.step().get("response");
    RawHttp http = daemon.http(step.scenario().endsWith("-v6") ? "::1" : "127.0.0.1");
    boolean hasBody = !request.get("method").asText().equals("HEAD");
    boolean continues = recorded.get("status").asInt() == 100;

    RawHttp.Answer answer = http.send(text(request, step.step().path("note").asText()), hasBody);

    assertEquals(recorded.get("status").asInt(), answer.status(), answer::body);
    if (continues) {
      return;
    }
    assertEquals(
        recorded.path("content_type").asText(""),
        answer.headers().getOrDefault("Content-Type", ""));
    for (JsonNode header : recorded.path("other_headers")) {
      String name = header.get(0).asText();
      assertTrue(answer.headers().containsKey(name), () -> "header " + name);
      if (!name.equals("Content-Range")) {
        assertEquals(header.get(1).asText(), answer.headers().get(name));
      }
    }
    compare(recorded.get("body").asText(), answer.body());
  }

  private static String text(JsonNode request, String note) throws IOException {
    String target = request.get("target").asText().replace("<authtoken>", token());
    target = target.replace("<metricstoken>", metricsToken());
    if (target.contains("repeated 4500 times")) {
      target = "/a".repeat(4500);
    }
    String version = note.startsWith("HTTP/") ? note : "HTTP/1.1";
    var text = new StringBuilder();
    text.append(request.get("method").asText()).append(' ').append(target).append(' ');
    text.append(version).append("\r\n");
    if (request.path("auth_header").asBoolean(true)) {
      text.append("X-ZT1-Auth: ").append(token()).append("\r\n");
    }
    for (JsonNode header : request.path("headers")) {
      text.append(header.get(0).asText()).append(": ");
      text.append(
          header
              .get(1)
              .asText()
              .replace("<authtoken>", token())
              .replace("<metricstoken>", metricsToken()));
      text.append("\r\n");
    }
    String body = request.path("body").asText("");
    if (request.has("body")) {
      text.append("Content-Length: ").append(body.length()).append("\r\n");
    }
    return text.append("\r\n").append(body).toString();
  }

  private static void compare(String recorded, String ours) throws IOException {
    if (recorded.equals(ours)) {
      return;
    }
    if (recorded.startsWith("# HELP")) {
      assertEquals(recorded, ours.substring(0, recorded.length()));
      return;
    }
    if (recorded.equals("{\"cl")) {
      assertEquals(4, ours.length());
      return;
    }
    JsonNode expected = JSON.readTree(withoutCallback(recorded));
    JsonNode found = JSON.readTree(withoutCallback(ours));
    assertTrue(expected.isContainerNode() && found.isContainerNode(), () -> ours);
    compare("", expected, found);
    if (!recorded.startsWith("{\n")) {
      assertEquals(JSON.writeValueAsString(found), withoutCallback(ours), "blanks or escapes");
    }
  }

  private static String withoutCallback(String body) {
    return body.endsWith(");") ? body.substring(body.indexOf('(') + 1, body.length() - 2) : body;
  }

  private static void compare(String where, JsonNode expected, JsonNode found) {
    assertEquals(expected.getNodeType(), found.getNodeType(), where);
    String name = where.substring(where.lastIndexOf('.') + 1);
    if (VOLATILE.contains(name)) {
      return;
    }
    if (expected.isObject()) {
      assertEquals(names(expected), names(found), where);
      List<String> order = new ArrayList<>();
      found.fieldNames().forEachRemaining(order::add);
      if (!order.contains("databaseReady")) {
        assertEquals(List.copyOf(new TreeSet<>(order)), order, "sorted keys");
      }
      for (String key : names(expected)) {
        compare(where + "." + key, expected.get(key), found.get(key));
      }
    } else if (expected.isArray()) {
      if (!expected.isEmpty() && !where.isEmpty()) {
        assertEquals(expected.size(), found.size(), where);
      }
      for (int i = 0; i < Math.min(found.size(), where.isEmpty() ? 1 : found.size()); i++) {
        compare(where + "." + i, expected.get(i), found.get(i));
      }
    } else {
      assertEquals(expected, found, where);
    }
  }

  private static TreeSet<String> names(JsonNode object) {
    var names = new TreeSet<String>();
    object.fieldNames().forEachRemaining(names::add);
    names.remove("bind"); // We are bound to loopback, the recorded node was not.
    names.remove("problems"); // Ours reports that the host has no resolver for the name servers.
    return names;
  }

  private static String token() throws IOException {
    return Files.readString(home.resolve("authtoken.secret"));
  }

  private static String metricsToken() throws IOException {
    return Files.readString(home.resolve("metricstoken.secret"));
  }

  private static byte[] hex(JsonNode digits) {
    return HexFormat.of().parseHex(digits.asText());
  }
}
