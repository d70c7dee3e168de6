// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import net.backhaul.service.system.StartFailure;
import net.backhaul.testing.Vectors;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Replays {@code recovery.json}: starts of the reference on damaged or incomplete home directories
 * (04 section 8.5). Intended differences are listed with their reasons.
 */
class RecoveryRecordingsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SECRET = identity("secret");
  private static final String PUBLIC = identity("public");
  private static final String INVALID =
      "zerotier-one: fatal error: invalid identity loaded from disk. Please remove identity.public"
          + " and identity.secret from <home> and try again\n";

  /** Intended differences, by case and observed property: our value and the reason. */
  private static final Map<String, Map<String, Difference>> DIFFERENCES =
      Map.of(
          "identity.public missing",
          Map.of(
              "identity.public",
              new Difference(
                  "4b56a1b9b0", "written again: users and scripts read the address from it")),
          "identity.secret holds only the public part",
          Map.of(
              "exit",
              new Difference("1", "the reference crashes; an identity without its key is invalid"),
              "log",
              new Difference(INVALID, "the same"),
              "planet",
              new Difference("false", "nothing is written before the identity is valid")),
          "damaged network, peer, moon, planet and controller files",
          Map.of(
              "damaged",
              new Difference(
                  "[moons.d/000000deadbeef00.moon.damaged,"
                      + " networks.d/8056c2e21c000001.conf.damaged,"
                      + " planet.damaged]",
                  "a damaged file is moved aside; the reference ignores or overwrites it")),
          "authtoken.secret with blanks and newline",
          Map.of(
              "cli",
              new Difference(
                  "200", "the reference's client sends the blanks; daemon and client trim here")));

  @TempDir Path directory;

  @TestFactory
  Stream<DynamicTest> startsAsRecorded() {
    var cases = new ArrayList<DynamicTest>();
    int number = 0;
    for (JsonNode recorded : Vectors.file("service/recovery.json").required("cases")) {
      String description = recorded.required("description").asText();
      Path home = directory.resolve("home" + number++);
      cases.add(DynamicTest.dynamicTest(description, () -> replay(description, recorded, home)));
    }
    assertEquals(9, cases.size());
    return cases.stream();
  }

  private static void replay(String description, JsonNode recorded, Path home) throws Exception {
    prepare(description, home);

    Map<String, String> observed = observe(home);

    Map<String, String> expected = expected(recorded);
    Map<String, Difference> differences =
        new TreeMap<>(DIFFERENCES.getOrDefault(description, Map.of()));
    for (var entry : differences.entrySet()) {
      String ours = entry.getValue().ours();
      assertTrue(
          !ours.equals(expected.get(entry.getKey())),
          () -> entry.getKey() + " does not differ: remove its difference");
      expected.put(entry.getKey(), ours);
    }
    assertEquals(expected, observed);
  }

  /** The recorded properties that any run reproduces. */
  private static Map<String, String> expected(JsonNode recorded) {
    var expected = new TreeMap<String, String>();
    boolean runs = recorded.required("exit").isNull();
    expected.put("exit", runs ? "runs" : recorded.required("exit").asText());
    expected.put("log", recorded.required("log").asText());
    expected.put(
        "planet",
        String.valueOf(recorded.required("files_after").toString().contains("\"planet\"")));
    if (runs) {
      String info = recorded.required("address").asText();
      boolean rejected = info.startsWith("401");
      expected.put("cli", rejected ? "401" : "200");
      expected.put("networks", networkRows(recorded.required("networks")).toString());
      expected.put("controller networks", recorded.required("controller_networks").asText());
      expected.put("identity", rejected ? PUBLIC.substring(0, 10) : address(info.substring(9, 19)));
      expected.put("damaged", "[]");
    }
    JsonNode identity = recorded.required("identity.public_after");
    expected.put("identity.public", identity.isNull() ? "missing" : address(identity.asText()));
    return expected;
  }

  private static Map<String, String> observe(Path home) throws Exception {
    var observed = new TreeMap<String, String>();
    try (DaemonInTest daemon = DaemonInTest.start(home)) {
      observed.put("exit", "runs");
      observed.put("log", "Starting Control Plane...\nStarting V6 Control Plane...\n");
      observed.put("cli", String.valueOf(get(daemon, "/status").status()));
      JsonNode status = JSON.readTree(get(daemon, "/status").body());
      observed.put("identity", address(status.required("address").asText()));
      var networks = new ArrayList<String>();
      for (JsonNode network : JSON.readTree(get(daemon, "/network").body())) {
        networks.add(
            network.required("id").asText()
                + " "
                + network.required("mac").asText()
                + " "
                + network.required("status").asText());
      }
      observed.put("networks", networks.toString());
      observed.put("controller networks", get(daemon, "/controller/network").body());
    } catch (StartFailure failure) {
      observed.put("exit", String.valueOf(failure.exitCode()));
      observed.put(
          "log", "zerotier-one: " + failure.getMessage().replace(home.toString(), "<home>") + "\n");
    }
    observed.put("planet", String.valueOf(Files.exists(home.resolve("planet"))));
    Path identity = home.resolve("identity.public");
    observed.put(
        "identity.public",
        Files.exists(identity) ? address(Files.readString(identity).substring(0, 10)) : "missing");
    if (observed.get("exit").equals("runs")) {
      observed.put("damaged", damaged(home).toString());
    }
    return observed;
  }

  /** Sends a request with the trimmed token, as the client does. */
  private static RawHttp.Answer get(DaemonInTest daemon, String target) throws IOException {
    String token = daemon.token().strip();
    return daemon
        .http()
        .send("GET " + target + " HTTP/1.1\r\nX-ZT1-Auth: " + token + "\r\n\r\n", true);
  }

  private static void prepare(String description, Path home) throws IOException {
    Files.createDirectories(home);
    Path secret = Files.writeString(home.resolve("identity.secret"), SECRET);
    Path publicFile = Files.writeString(home.resolve("identity.public"), PUBLIC);
    switch (description) {
      case "identity.secret is garbage" -> Files.writeString(secret, "garbage");
      case "identity.secret is empty" -> Files.writeString(secret, "");
      case "identity.secret holds only the public part" -> Files.writeString(secret, PUBLIC);
      case "identity.public missing" -> Files.delete(publicFile);
      case "identity.public of another node" ->
          Files.writeString(
              publicFile,
              Vectors.text(Vectors.file("service/identities.json").required("a"), "public"));
      case "identity.secret with trailing newline" -> Files.writeString(secret, SECRET + "\n");
      case "identity.secret with a wrong key digit" ->
          Files.writeString(
              secret, SECRET.substring(0, 269) + (SECRET.charAt(269) == '0' ? '1' : '0'));
      case "damaged network, peer, moon, planet and controller files" -> damageAll(home);
      case "authtoken.secret with blanks and newline" ->
          Files.writeString(home.resolve("authtoken.secret"), "  my own token \n");
      default -> throw new AssertionError("a new case: " + description);
    }
  }

  private static void damageAll(Path home) throws IOException {
    write(home, "planet", "planet");
    write(home, "networks.d/0000000000000000.conf", "");
    write(home, "networks.d/8056c2e21c000001.conf", "v=garbage\nnwid=x\n");
    write(home, "networks.d/8056c2e21c000002.conf", "");
    write(home, "networks.d/short.conf", "");
    write(home, "networks.d/zzzzzzzzzzzzzzzz.conf", "");
    write(home, "moons.d/000000deadbeef00.moon", "moon");
    String networks = "controller.d/network/";
    write(home, networks + "4b56a1b9b0000001.json", "{garbage");
    write(home, networks + "4b56a1b9b0000002.json", network("4b56a1b9b0000002"));
    write(home, networks + "4b56a1b9b0000002/member/0123456788.json", "{garbage");
    write(
        home,
        networks + "4b56a1b9b0000002/member/0123456789.json",
        """
        {"id": "0123456789", "address": "0123456789", "nwid": "4b56a1b9b0000002",
         "authorized": true, "objtype": "member"}
        """);
    write(home, networks + "4b56a1b9b0000003.json", network("4b56a1b9b0000004"));
  }

  private static String network(String id) {
    return "{\"id\": \"%s\", \"nwid\": \"%s\", \"objtype\": \"network\"}".formatted(id, id);
  }

  private static void write(Path home, String name, String content) throws IOException {
    Path file = home.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  private static List<String> networkRows(JsonNode lines) {
    var rows = new ArrayList<String>();
    for (JsonNode line : lines) {
      String[] words = line.asText().split(" +");
      rows.add(words[2] + " " + words[3] + " " + words[4]);
    }
    return rows;
  }

  private static TreeSet<String> damaged(Path home) throws IOException {
    try (Stream<Path> files = Files.walk(home)) {
      var found = new TreeSet<String>();
      files
          .map(file -> home.relativize(file).toString())
          .filter(name -> name.endsWith(".damaged"))
          .forEach(found::add);
      return found;
    }
  }

  /** The address of an identity; of a new one only that it is new. */
  private static String address(String address) {
    return address.equals(PUBLIC.substring(0, 10)) ? address : "new";
  }

  private static String identity(String part) {
    return Vectors.text(Vectors.file("service/identities.json").required("c"), part);
  }

  /** What this implementation does instead, and why. */
  private record Difference(String ours, String reason) {}
}
