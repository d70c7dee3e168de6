// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import net.backhaul.testing.Vectors;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Repeats every recorded run of the reference's client: the output and exit code are the same.
 *
 * <p>cli-api.json holds the requests of each run. One run differs on purpose: see {@link
 * #DELIBERATE}.
 */
class CliRecordingsTest {
  /** Runs in which the specification allows an improvement, with our output. */
  private static final Map<String, String> DELIBERATE =
      Map.of(
          // A newline after the token is not part of it.
          "cli-136", "200 info 4b56a1b9b0 1.14.1 OFFLINE\n");

  private static final JsonNode RECORDINGS = Vectors.file("service/cli.json");
  private static final JsonNode API = Vectors.file("service/cli-api.json");

  @TempDir Path zt;

  static Stream<String> ids() {
    return StreamSupport.stream(RECORDINGS.required("cases").spliterator(), false)
        .map(recording -> recording.required("id").asText());
  }

  @ParameterizedTest
  @MethodSource("ids")
  void matchesTheRecordedRun(String id) throws IOException {
    JsonNode recording = recording(id);
    assumeFalse(
        id.equals("cli-023") && Files.exists(Path.of("/var/lib/zerotier-one/zerotier-one.port")),
        "a node is installed on this host");
    try (var daemon = new RecordedDaemon()) {
      boolean running = !recording.required("state").asText().contains("daemon absent");
      running &= !recording.required("state").asText().contains("no daemon");
      int port = running ? daemon.port() : closedPort();
      createHomes(id, port);
      for (JsonNode exchange : API.required("exchanges").path(id)) {
        daemon.expect(
            new RecordedDaemon.Exchange(
                exchange.required("request").asText(),
                exchange.has("body") ? exchange.get("body").asText() : null,
                id.equals("cli-136") ? 200 : exchange.required("status").asInt(),
                id.equals("cli-136") ? statusOf("cli-135") : exchange.required("answer").asText()));
      }
      Path directory = Files.createDirectories(zt.resolve("cwd"));
      var terminal =
          new CapturedTerminal(
              recording.required("argv").get(0).asText(),
              environment(recording),
              directory,
              API.required("wallMs").asLong());

      int code = Cli.run(arguments(recording, port), terminal.terminal());

      assertEquals(expectedOut(recording), toRecordedPath(terminal.out()));
      assertBeginsWith(text(recording.required("stderr")), toRecordedPath(terminal.err()));
      assertEquals(DELIBERATE.containsKey(id) ? 0 : recording.required("exit_code").asInt(), code);
      assertEquals(List.of(), daemon.differences());
      if (recording.has("file_zerotier_dump.txt")) {
        assertEquals(
            untilInterfaces(recording.get("file_zerotier_dump.txt").asText()),
            untilInterfaces(Files.readString(directory.resolve("zerotier_dump.txt"))));
      }
    }
  }

  /** Our client may add a hint, one line that begins with its name. */
  private static void assertBeginsWith(String recorded, String err) {
    String pattern = Pattern.quote(recorded) + "(zerotier-(cli|one): [^\n]+\n)?";
    assertTrue(err.matches("(?s)" + pattern), "expected " + recorded + ", found " + err);
  }

  private static JsonNode recording(String id) {
    for (JsonNode recording : RECORDINGS.required("cases")) {
      if (recording.required("id").asText().equals(id)) {
        return recording;
      }
    }
    throw new IllegalArgumentException(id);
  }

  private static String statusOf(String id) {
    return API.required("exchanges").required(id).get(0).required("answer").asText();
  }

  /** Creates the home directories of the recordings. */
  private void createHomes(String id, int port) throws IOException {
    for (String home : List.of("zt-a", "zt-c", "zt-p")) {
      home(home, Integer.toString(port), RecordedDaemon.TOKEN);
    }
    home("h1", Integer.toString(port), null);
    home("h2", id.equals("cli-025") ? "70000" : Integer.toString(port), RecordedDaemon.TOKEN);
    home("h3", Integer.toString(port), id.equals("cli-136") ? RecordedDaemon.TOKEN + "\n" : null);
    Path user = Files.createDirectories(zt.resolve("user"));
    Files.writeString(user.resolve(".zeroTierOneAuthToken"), RecordedDaemon.TOKEN);
    JsonNode dump = recording(id).path("file_zerotier_dump.txt");
    if (dump.isTextual()) {
      String text = dump.asText();
      int start = text.indexOf("local.conf\n----------\n") + "local.conf\n----------\n".length();
      Files.writeString(
          zt.resolve("zt-c/local.conf"),
          text.substring(start, text.indexOf("\n\nNetwork Interfaces")));
    }
  }

  private void home(String name, String port, String token) throws IOException {
    Path home = Files.createDirectories(zt.resolve(name));
    Files.writeString(home.resolve("zerotier-one.port"), port);
    if (token != null) {
      Files.writeString(home.resolve("authtoken.secret"), token);
    }
  }

  private Map<String, String> environment(JsonNode recording) {
    var environment = new HashMap<String, String>();
    environment.put("HOME", zt.resolve("no-such-user").toString());
    for (Map.Entry<String, JsonNode> variable : recording.path("env").properties()) {
      environment.put(variable.getKey(), toLocalPath(variable.getValue()));
    }
    return environment;
  }

  private String[] arguments(JsonNode recording, int port) {
    return StreamSupport.stream(recording.required("argv").spliterator(), false)
        .skip(1)
        .map(this::toLocalPath)
        .map(arg -> arg.equals("-p9993") ? "-p" + port : arg)
        .map(arg -> arg.equals("-T<authtoken>") ? "-T" + RecordedDaemon.TOKEN : arg)
        .map(arg -> arg.equals("-H10.44.0.4") ? "-H127.0.0.1" : arg)
        .map(arg -> recording.required("id").asText().equals("cli-133") ? withWrongToken(arg) : arg)
        .toArray(String[]::new);
  }

  /** The daemon rejects a host that may not manage it as it does a wrong token. */
  private static String withWrongToken(String arg) {
    return arg.equals("info") ? "-Twrongtoken" : arg.equals("-H127.0.0.1") ? "info" : arg;
  }

  private String expectedOut(JsonNode recording) {
    String deliberate = DELIBERATE.get(recording.required("id").asText());
    return deliberate == null ? text(recording.required("stdout")) : deliberate;
  }

  private static String text(JsonNode stream) {
    return stream.asText().equals("@HELP_1") ? Help.cli() : stream.asText();
  }

  private String toLocalPath(JsonNode text) {
    return text.asText().replace("/zt/", zt + "/");
  }

  private String toRecordedPath(String text) {
    return text.replace(zt + "/", "/zt/");
  }

  private static String untilInterfaces(String dump) {
    return dump.substring(0, dump.indexOf("Interface "));
  }

  private static int closedPort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
