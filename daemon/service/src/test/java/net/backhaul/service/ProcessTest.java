// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import net.backhaul.crypto.AesGmacSiv;
import net.backhaul.protocol.Version;
import net.backhaul.testing.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The daemon as a process: exit codes, messages, signals (04 sections 1.2 and 8.2). */
class ProcessTest {
  @TempDir Path directory;
  private final List<Process> started = new ArrayList<>();

  @AfterEach
  void endWhatStillRuns() {
    started.forEach(Process::destroyForcibly);
  }

  @Test
  void printsTheVersionOfTheReferenceFirstAndOurOwnSecond() throws Exception {
    Process program = start("-v");

    assertEquals("1.14.1\nBackhaul " + Version.backhaul() + "\n", out(program));
    assertEquals(0, exitCode(program));
  }

  @Test
  void showsHelpWithCodeOneForInvalidPort() throws Exception {
    Process program = start("-p70000");

    assertTrue(out(program).contains("Usage: zerotier-one [-switches] [home directory]"));
    assertEquals(
        "zerotier-one: invalid port in -p70000; expected -p<port> with a number from 0 to 65535\n",
        err(program));
    assertEquals(1, exitCode(program));
  }

  @Test
  void namesAnUnknownOptionOnStandardErrorBesideTheHelp() throws Exception {
    Process program = start("--bogus");

    assertTrue(out(program).contains("Usage: zerotier-one [-switches] [home directory]"));
    assertEquals(
        "zerotier-one: unknown option --bogus; the options are -h -v -U -p<port> -d -i -q\n",
        err(program));
    assertEquals(0, exitCode(program));
  }

  @Test
  void containsIdentityTool() throws Exception {
    Process program = start("-i", "generate");

    assertEquals(270, out(program).length());
    assertEquals(0, exitCode(program));
  }

  @Test
  void reportsOccupiedPort() throws Exception {
    prepare();
    try (var taken = new ServerSocket()) {
      taken.bind(new InetSocketAddress("0.0.0.0", 0));
      int port = taken.getLocalPort();

      Process program = start("-U", "-p" + port, home().toString());

      assertEquals(
          "zerotier-one: fatal error: cannot bind to local control interface port " + port + "\n",
          err(program));
      assertEquals(1, exitCode(program));
      assertFalse(Files.exists(home().resolve("zerotier-one.pid")));
    }
  }

  @Test
  void rejectsOldControllerDatabase() throws Exception {
    prepare();
    Files.createFile(home().resolve("controller.db"));

    Process program = start("-U", home().toString());

    assertEquals(
        "zerotier-one: FATAL: an old controller.db exists in "
            + home()
            + " -- see instructions in controller/README.md for how to migrate!\n",
        err(program));
    assertEquals(1, exitCode(program));
  }

  @Test
  void reportsHomeThatCannotBeCreated() throws Exception {
    Path file = Files.createFile(directory.resolve("file"));

    Process program = start("-U", file.resolve("home").toString());

    String message = err(program);
    assertTrue(message.startsWith("zerotier-one: fatal error: home directory "), message);
    assertEquals(1, message.lines().count());
    assertEquals(1, exitCode(program));
  }

  @Test
  void endsCleanlyOnTermAndIgnoresOtherSignals() throws Exception {
    prepare();
    Process daemon = start("-U", "-p0", home().toString());
    RawHttp http = awaitAnswers(daemon);
    long pid = Long.parseLong(Files.readString(home().resolve("zerotier-one.pid")));
    assertEquals(daemon.pid(), pid);

    for (String signal : List.of("HUP", "USR1", "PIPE", "IO")) {
      assertEquals(0, new ProcessBuilder("kill", "-" + signal, "" + pid).start().waitFor());
    }
    assertEquals(200, http.send("GET /health HTTP/1.1\r\n\r\n", true).status());
    daemon.toHandle().destroy(); // SIGTERM

    assertEquals(0, exitCode(daemon));
    assertEquals(
        List.of(
            "Starting Control Plane...",
            "Starting V6 Control Plane...",
            "Control Plane Stopped",
            "V6 Control Plane Stopped"),
        err(daemon).lines().filter(line -> !line.contains(" INFO: ")).toList());
    assertFalse(Files.exists(home().resolve("zerotier-one.pid")));
    assertTrue(Files.isDirectory(home().resolve("peers.d")), "peers are saved");
  }

  @Test
  void restartsAfterKill() throws Exception {
    prepare();
    Process first = start("-U", "-p0", home().toString());
    awaitAnswers(first);
    String identity = Files.readString(home().resolve("identity.secret"));
    first.destroyForcibly().waitFor();
    Files.delete(home().resolve("zerotier-one.port"));

    Process second = start("-U", "-p0", home().toString());
    RawHttp http = awaitAnswers(second);

    assertEquals(200, http.send("GET /health HTTP/1.1\r\n\r\n", true).status());
    assertEquals(identity, Files.readString(home().resolve("identity.secret")));
  }

  @Test
  void logsOnceWhyIntrinsicsAreNotAccessible() throws Exception {
    prepare();
    Process daemon = start(List.of(), "-U", "-p0", home().toString());
    awaitAnswers(daemon);
    daemon.toHandle().destroy();

    assertEquals(0, exitCode(daemon));
    String printed = err(daemon);
    assertEquals(2, printed.split("--add-opens " + AesGmacSiv.OPENS, -1).length, printed);
    assertTrue(
        printed.contains("because Java does not open com.sun.crypto.provider; start it from"),
        printed);
  }

  @Test
  void logsVersionNodePortsAndHomeAtTheStart() throws Exception {
    prepare();
    Process daemon = start("-U", "-p0", home().toString());
    awaitAnswers(daemon);
    daemon.toHandle().destroy();

    String first = err(daemon).lines().findFirst().orElseThrow();
    String node = Files.readString(home().resolve("identity.public")).substring(0, 10);
    String port = Files.readString(home().resolve("zerotier-one.port"));
    assertTrue(
        first.matches(
            "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z INFO: Backhaul "
                + Version.backhaul()
                + " \\(protocol of"
                + " ZeroTier 1\\.14\\.1\\), node "
                + node
                + ", UDP ports \\["
                + port
                + "\\], API port "
                + port
                + ", home "
                + home()),
        first);
  }

  @Test
  void writesPriorityInPlaceOfTimeForJournald() throws Exception {
    prepare();
    Path log = Files.createFile(directory.resolve("log"));
    Map<String, Object> file = Files.readAttributes(log, "unix:dev,ino");
    Process daemon =
        start(
            process ->
                process
                    .redirectError(log.toFile())
                    .environment()
                    .put("JOURNAL_STREAM", file.get("dev") + ":" + file.get("ino")),
            "-U",
            "-p0",
            home().toString());
    awaitAnswers(daemon);
    daemon.toHandle().destroy();

    assertEquals(0, exitCode(daemon));
    assertTrue(Files.readString(log).startsWith("<6>INFO: Backhaul "), Files.readString(log));
  }

  @Test
  void bindsManuallySpecifiedPortsAndWarnsInTheWordsOfTheReference() throws Exception {
    Files.createDirectories(home());
    Files.writeString(
        home().resolve("local.conf"),
        "{\"settings\": {\"bind\": [\"127.0.0.1\"], \"allowTcpFallbackRelay\": false,"
            + " \"secondaryPort\": 20000,"
            + " \"tertiaryPort\": 21000}}");
    Process daemon = start("-U", "-p0", home().toString());
    RawHttp http = awaitAnswers(daemon);
    String request =
        "GET /status HTTP/1.1\r\nX-ZT1-Auth: %s\r\n\r\n"
            .formatted(Files.readString(home().resolve("authtoken.secret")));
    Await.until(() -> status(http, request).contains("127.0.0.1/21000"));
    assertTrue(status(http, request).contains("127.0.0.1/20000"));
    daemon.toHandle().destroy();

    String printed = err(daemon);
    assertEquals(
        "WARNING: using manually-specified secondary and/or tertiary ports. This can cause NAT"
            + " issues.",
        printed.lines().findFirst().orElseThrow());
    assertTrue(printed.contains(", 20000, 21000], API port"), printed);
  }

  private static String status(RawHttp http, String request) {
    try {
      return http.send(request, true).body();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path home() {
    return directory.resolve("home");
  }

  private void prepare() throws IOException {
    Files.createDirectories(home());
    Files.writeString(home().resolve("local.conf"), DaemonInTest.SETTINGS_WITHOUT_PORT);
  }

  private Process start(String... words) throws IOException {
    return start(List.of("--add-opens=" + AesGmacSiv.OPENS), words);
  }

  private Process start(Consumer<ProcessBuilder> options, String... words) throws IOException {
    return start(List.of("--add-opens=" + AesGmacSiv.OPENS), options, words);
  }

  private Process start(List<String> options, String... words) throws IOException {
    return start(options, process -> {}, words);
  }

  private Process start(List<String> options, Consumer<ProcessBuilder> settings, String... words)
      throws IOException {
    var builder = new ProcessBuilder(DaemonProcess.command(options, List.of(words)));
    builder.environment().remove("JOURNAL_STREAM");
    settings.accept(builder);
    Process process = builder.start();
    started.add(process);
    return process;
  }

  private RawHttp awaitAnswers(Process daemon) throws Exception {
    return DaemonProcess.awaitAnswer(daemon::isAlive, home());
  }

  private static int exitCode(Process process) throws InterruptedException {
    assertTrue(process.waitFor(DaemonProcess.WAIT_S, TimeUnit.SECONDS), "it does not end");
    return process.exitValue();
  }

  private static String out(Process process) throws IOException {
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }

  private static String err(Process process) throws IOException {
    return new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
  }
}
