// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import net.backhaul.testing.Await;
import net.backhaul.testing.NetworkNamespace;
import net.backhaul.testing.Vectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Replays {@code process.json}: rights, users, daemonising, second instance and missing devices of
 * the reference's process (04 sections 1.2, 6.1.9 and 8). {@link ProcessDifference} lists the
 * intended differences.
 *
 * <p>Each process runs in a network namespace with nothing but loopback, so that the recorded port
 * is free and no root is reached.
 */
class ProcessRecordingsTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonNode RECORDING = Vectors.file("service/process.json");
  private static final String RECORDED_HOME = "/zt/zt-u";
  private static final String NETWORK = "8056c2e21c000001";

  /** An ordinary user may be unable to read Java's class path, which belongs to root. */
  private static final List<String> MAY_READ_CLASSES =
      List.of("--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search");

  @TempDir Path directory;
  private final List<ProcessHandle> started = new ArrayList<>();
  private Path home = Path.of("");

  @AfterEach
  void endWhatStillRuns() throws IOException {
    Path pidFile = home.resolve("zerotier-one.pid");
    if (Files.exists(pidFile) && Files.size(pidFile) > 0) {
      // One in the background may not be among the started ones yet.
      ProcessHandle.of(Long.parseLong(Files.readString(pidFile))).ifPresent(started::add);
    }
    for (ProcessHandle process : started) {
      process.destroyForcibly();
      process.onExit().join();
    }
    started.clear();
    Files.deleteIfExists(pidFile);
  }

  @TestFactory
  Stream<DynamicTest> runsAsRecorded() throws Exception {
    NetworkNamespace.assumePossible();
    var cases = new ArrayList<DynamicTest>();
    for (JsonNode recorded : RECORDING.required("cases")) {
      cases.add(test(recorded.required("description").asText(), recorded));
    }
    assertEquals(8, cases.size());
    cases.add(test("PORT_ERROR", RECORDING));
    return cases.stream();
  }

  private DynamicTest test(String description, JsonNode recorded) {
    return DynamicTest.dynamicTest(
        description,
        () -> {
          try (ExecutorService thread = NetworkNamespace.thread()) {
            thread.submit(() -> replay(description, recorded)).get(120, TimeUnit.SECONDS);
          } finally {
            endWhatStillRuns();
          }
        });
  }

  private boolean replay(String description, JsonNode recorded) throws Exception {
    String here = Files.readSymbolicLink(Path.of("/proc/thread-self")).toString();
    assertEquals("", NetworkNamespace.ip(here, "link", "set", "lo", "up"));
    var readable = PosixFilePermissions.fromString("rwxr-xr-x");
    Files.setPosixFilePermissions(directory, readable);
    Path parent = Files.createTempDirectory(directory, "zt");
    Files.setPosixFilePermissions(parent, readable);
    home = Files.createDirectory(parent.resolve("zt-u"));
    Files.setPosixFilePermissions(home, readable);
    Files.writeString(home.resolve("local.conf"), DaemonInTest.SETTINGS_WITHOUT_PORT);
    Map<String, String> expected = ProcessProperties.expected(recorded);

    Map<String, String> observed = observe(description, recorded);

    var differences = ProcessDifference.BY_CASE.getOrDefault(description, Map.of());
    for (var entry : differences.entrySet()) {
      assertNotEquals(
          expected.get(entry.getKey()),
          entry.getValue().ours(),
          () -> entry.getKey() + " does not differ: remove its difference");
      expected.put(entry.getKey(), entry.getValue().ours());
    }
    assertEquals(ProcessProperties.lines(expected), ProcessProperties.lines(observed));
    return true;
  }

  private Map<String, String> observe(String description, JsonNode recorded) throws Exception {
    return switch (description) {
      case "not root, no -U",
          "not root, -U, home not writable",
          "home directory cannot be created" ->
          observeEnd(recorded);
      case "not root, -U, own home: runs as a controller; joining gives no device" ->
          observeOrdinaryUser(recorded);
      case "-d: parent returns at once" -> observeBackground();
      case "second instance on the same home and port" -> observeSecondInstance(recorded);
      case "started as root without -U while a user \"zerotier-one\" (uid 990 gid 990) exists" ->
          observeServiceUser(recorded);
      case "started as root without -U, no user \"zerotier-one\" on the system: stays root" ->
          observeRoot(recorded);
      case "PORT_ERROR" -> observeMissingDevice();
      default -> throw new AssertionError("a new case: " + description);
    };
  }

  /** Runs the recorded command to its end. */
  private Map<String, String> observeEnd(JsonNode recorded) throws Exception {
    Process process = start(recordedCommand(recorded.required("cmd")));
    var observed = new TreeMap<String, String>();
    observed.put("stdout", shown(process.getInputStream().readAllBytes()));
    observed.put("stderr", shown(process.getErrorStream().readAllBytes()));
    observed.put("exit", exitCode(process));
    return observed;
  }

  private Map<String, String> observeOrdinaryUser(JsonNode recorded) throws Exception {
    Files.setAttribute(home, "unix:uid", 65_534);
    Files.setAttribute(home, "unix:gid", 65_534);
    Process process =
        start(recordedCommand(RECORDING.required("cases").required(1).required("cmd")));
    RawHttp http = DaemonProcess.awaitAnswer(process::isAlive, home);
    var observed = new TreeMap<String, String>();
    for (String name : List.of("join", "networks", "controller")) {
      observed.put(name, answer(http, recorded.required(name).required("request")));
    }
    process.toHandle().destroy();
    observed.put("exit", exitCode(process));
    observed.put("log", shown(process.getErrorStream().readAllBytes()));
    return observed;
  }

  private Map<String, String> observeBackground() throws Exception {
    Path log = directory.resolve("daemon.log");
    var command = new ArrayList<String>();
    Path out = directory.resolve("parent_output");
    String script = "exec 3>" + out + "; \"$@\" </dev/null 3>&-; echo rc=$? >&3";
    command.addAll(List.of("sh", "-c", script, "sh"));
    command.addAll(DaemonProcess.command(List.of("-U", "-d", home.toString())));
    Process shell =
        new ProcessBuilder(command)
            .directory(new File("/tmp"))
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    started.add(shell.toHandle());
    assertEquals("0", exitCode(shell));
    var observed = new TreeMap<String, String>();
    observed.put("parent_output", Files.readString(out));
    DaemonProcess.awaitAnswer(() -> true, home);
    long pid = Long.parseLong(Files.readString(home.resolve("zerotier-one.pid")));
    started.add(ProcessHandle.of(pid).orElseThrow());

    String[] stat =
        Files.readString(Path.of("/proc/" + pid + "/stat")).replaceAll(".*\\) ", "").split(" ");
    long parent = Long.parseLong(stat[1]);
    boolean orphan = parent != shell.pid() && parent != ProcessHandle.current().pid();
    observed.put("daemon_ppid_is_1_or_reaper", orphan ? "1" : "" + parent);
    observed.put("daemon_pgrp_equals_pid", String.valueOf(stat[2].equals("" + pid)));
    observed.put("daemon_session_equals_pid", String.valueOf(stat[3].equals("" + pid)));
    observed.put("cwd", Files.readSymbolicLink(Path.of("/proc/" + pid + "/cwd")).toString());
    var files = JSON.createObjectNode();
    for (String number : List.of("0", "1", "2")) {
      Path file = Files.readSymbolicLink(Path.of("/proc/" + pid + "/fd/" + number));
      files.put(number, file.toString().replace(log.toString(), "/zt/daemon.log"));
    }
    observed.put("fds", files.toString());
    observed.put("log", shown(Files.readAllBytes(log)));
    return observed;
  }

  private Map<String, String> observeSecondInstance(JsonNode recorded) throws Exception {
    Process first = start(DaemonProcess.command(List.of("-U", home.toString())));
    DaemonProcess.awaitAnswer(first::isAlive, home);

    Map<String, String> observed = observeEnd(recorded);

    assertTrue(first.isAlive());
    Path pidFile = home.resolve("zerotier-one.pid");
    observed.put("pid_file_after", String.valueOf(Files.exists(pidFile)));
    return observed;
  }

  private Map<String, String> observeServiceUser(JsonNode recorded) throws Exception {
    Path users = directory.resolve("passwd");
    Path groups = directory.resolve("group");
    Files.writeString(users, "root:x:0:0::/:/bin/sh\nzerotier-one:x:990:990::/:/bin/sh\n");
    Files.writeString(groups, "root:x:0:\nzerotier-one:x:990:\n");
    Process daemon =
        startAfter(
            "mount --bind %s /etc/passwd && mount --bind %s /etc/group".formatted(users, groups),
            home.toString());
    RawHttp http = DaemonProcess.awaitAnswer(daemon::isAlive, home);
    send(http, "POST", "/network/" + NETWORK, "{}");
    var observed = new TreeMap<String, String>();
    observed.put("networks_after_join", networks(http).toString());
    observed.put(
        "proc_status", ProcessProperties.status(daemon.pid(), recorded.required("proc_status")));
    observed.put("home_uid", Files.getAttribute(home, "unix:uid").toString());
    Await.until(() -> Files.exists(home.resolve("metrics.prom")));
    observed.put(
        "home_files_uid_mode",
        ProcessProperties.files(home, recorded.required("home_files_uid_mode")));
    observed.put("log", untilStopped(daemon));
    return observed;
  }

  private Map<String, String> observeRoot(JsonNode recorded) throws Exception {
    Process daemon = start(DaemonProcess.command(List.of(home.toString())));
    DaemonProcess.awaitAnswer(daemon::isAlive, home);
    var observed = new TreeMap<String, String>();
    observed.put(
        "proc_status", ProcessProperties.status(daemon.pid(), recorded.required("proc_status")));
    observed.put("log", untilStopped(daemon));
    return observed;
  }

  private Map<String, String> observeMissingDevice() throws Exception {
    Process daemon = startAfter("mount -t tmpfs none /dev/net", "-U", home.toString());
    RawHttp http = DaemonProcess.awaitAnswer(daemon::isAlive, home);
    send(http, "POST", "/network/" + NETWORK, "{}");
    send(http, "GET", "/network", "");
    return new TreeMap<>(Map.of("port_error_log", untilStopped(daemon)));
  }

  /** Starts the daemon in a mount namespace of its own, once its mounts are made. */
  private Process startAfter(String mounts, String... words) throws IOException {
    var command = new ArrayList<String>();
    command.addAll(List.of("unshare", "--mount", "sh", "-c", mounts + " && exec \"$@\"", "sh"));
    command.addAll(DaemonProcess.command(List.of(words)));
    return start(command);
  }

  private Process start(List<String> command) throws IOException {
    var builder = new ProcessBuilder(command);
    builder.environment().remove("JOURNAL_STREAM");
    Process process = builder.start();
    started.add(process.toHandle());
    return process;
  }

  private List<String> recordedCommand(JsonNode recorded) {
    var words = new ArrayList<String>();
    var options = new ArrayList<String>();
    boolean program = false;
    for (JsonNode word : recorded) {
      if (word.asText().equals("zerotier-one")) {
        program = true;
      } else {
        (program ? words : options).add(word.asText().replace(RECORDED_HOME, home.toString()));
      }
    }
    if (!options.isEmpty()) {
      options.addAll(MAY_READ_CLASSES);
    }
    options.addAll(DaemonProcess.command(words));
    return options;
  }

  private String answer(RawHttp http, JsonNode request) throws IOException {
    String body = request.path("body").asText();
    RawHttp.Answer answer =
        send(http, request.required("method").asText(), request.required("target").asText(), body);
    var response = JSON.createObjectNode();
    response.put("status", answer.status());
    response.put("content_type", answer.headers().get("Content-Type"));
    response.put("body", ProcessProperties.briefly(answer.body()));
    var exchange = JSON.createObjectNode();
    exchange.set("request", request);
    exchange.set("response", response);
    return ProcessProperties.text(exchange);
  }

  private RawHttp.Answer send(RawHttp http, String method, String target, String body)
      throws IOException {
    String token = Files.readString(home.resolve("authtoken.secret"));
    return http.send(
        "%s %s HTTP/1.1\r\nX-ZT1-Auth: %s\r\nContent-Length: %d\r\n\r\n%s"
            .formatted(method, target, token, body.length(), body),
        true);
  }

  private JsonNode networks(RawHttp http) throws IOException {
    var rows = JSON.createArrayNode();
    for (JsonNode network : JSON.readTree(send(http, "GET", "/network", "").body())) {
      var row = rows.addArray();
      for (String field : List.of("id", "status", "portDeviceName")) {
        row.add(network.required(field).asText());
      }
    }
    return rows;
  }

  private static String exitCode(Process process) throws InterruptedException {
    assertTrue(process.waitFor(DaemonProcess.WAIT_S, TimeUnit.SECONDS), "it does not end");
    return String.valueOf(process.exitValue());
  }

  /** Output as recorded: without lines of level INFO, and with the recorded home. */
  private String shown(byte[] output) {
    var shown = new StringBuilder();
    for (String line : new String(output, StandardCharsets.UTF_8).split("(?<=\n)")) {
      if (!line.contains(" INFO: ")) {
        shown.append(
            line.replaceFirst("^\\d{4}-\\S+Z ", "")
                .replace(String.valueOf(home.getParent()), "/zt"));
      }
    }
    return shown.toString();
  }

  /** Ends a daemon and returns what it had printed before. */
  private String untilStopped(Process daemon) throws Exception {
    daemon.toHandle().destroy();
    assertEquals("0", exitCode(daemon));
    String log = shown(daemon.getErrorStream().readAllBytes());
    return log.substring(0, log.indexOf("Control Plane Stopped\n"));
  }
}
