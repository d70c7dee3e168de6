// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import net.backhaul.crypto.AesGmacSiv;
import net.backhaul.service.http.HttpLimits;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** Resident memory of a daemon process before and after a burst; 20 s on an idle host. */
@EnabledOnOs(OS.LINUX)
class MemoryProcessTest {
  private static final long START_WITHIN_S = 60;
  private static final long RETURN_WITHIN_S = 60;
  private static final double TOLERANCE = 1.15;
  private static final int SLOW_CONNECTIONS = 500;
  private static final String NETWORK = "/controller/network/0123456789000001";

  @TempDir Path home;
  private Process daemon;
  private RawHttp http;
  private String token;

  @BeforeEach
  void startDaemonWithOptionsOfItsLauncher() throws Exception {
    Files.writeString(
        home.resolve("local.conf"),
        """
        {"settings": {"allowSecondaryPort": false, "portMappingEnabled": false,
                      "allowTcpFallbackRelay": false, "bind": ["127.0.0.1"]}}
        """);
    var command = new ArrayList<String>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    String launcher = Files.readString(Tree.TOP.resolve("scripts/zerotier-one"));
    Pattern.compile("-X[a-zA-Z0-9:+=-]+")
        .matcher(launcher)
        .results()
        .forEach(option -> command.add(option.group()));
    assertTrue(command.contains("-XX:+UseSerialGC"), command::toString);
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--add-opens=" + AesGmacSiv.OPENS);
    command.add("-Dlogback.configurationFile=none");
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(List.of("-U", "-p0", home.toString()));
    var builder = new ProcessBuilder(command);
    builder.environment().put("MALLOC_ARENA_MAX", "1");
    builder.environment().remove("JOURNAL_STREAM");
    builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
    daemon = builder.start();
    awaitAnswers();
  }

  @AfterEach
  void endDaemon() throws InterruptedException {
    daemon.destroyForcibly().waitFor();
  }

  private void awaitAnswers() throws Exception {
    Path portFile = home.resolve("zerotier-one.port");
    long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_WITHIN_S);
    while (daemon.isAlive() && System.nanoTime() < endNanos) {
      try {
        int port = Integer.parseInt(Files.readString(portFile));
        http = new RawHttp(InetAddress.getByName("127.0.0.1"), port);
        http.send("GET /health HTTP/1.1\r\n\r\n", true);
        token = Files.readString(home.resolve("authtoken.secret"));
        return;
      } catch (IOException notYet) {
        TimeUnit.MILLISECONDS.sleep(50);
      }
    }
    throw new AssertionError("the daemon does not answer");
  }

  private int post(String target, String body) throws IOException {
    String request =
        "POST %s HTTP/1.1\r\nX-ZT1-Auth: %s\r\nContent-Length: %d\r\n\r\n%s"
            .formatted(target, token, body.length(), body);
    return http.send(request, true).status();
  }

  /** Returns VmRSS in KiB. */
  private long residentKib() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/" + daemon.pid() + "/status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new AssertionError("no VmRSS");
  }

  @Test
  void returnsMemoryAfterBurstOfRequests() throws Exception {
    for (int i = 0; i < 100; i++) {
      assertEquals(200, post(NETWORK, "{\"name\":\"n" + i + "\"}"));
    }
    long beforeKib = residentKib();

    burst();
    long burstKib = residentKib();
    long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(RETURN_WITHIN_S);
    long afterKib = burstKib;
    while (afterKib > beforeKib * TOLERANCE && System.nanoTime() < endNanos) {
      TimeUnit.MILLISECONDS.sleep(500);
      afterKib = residentKib();
    }

    String sizes = "%d KiB, then %d, then %d".formatted(beforeKib, burstKib, afterKib);
    assertTrue(burstKib > beforeKib * TOLERANCE, "the burst must be felt: " + sizes);
    assertTrue(afterKib <= beforeKib * TOLERANCE, sizes);
    assertEquals(200, post(NETWORK, "{}"));
  }

  private void burst() throws IOException {
    for (int i = 0; i < 5; i++) {
      assertEquals(413, post(NETWORK, "x".repeat(9_000_000)));
    }
    String rules = "{\"type\":\"ACTION_ACCEPT\"},".repeat(150_000);
    String body = "{\"rules\":[" + rules.substring(0, rules.length() - 1) + "]}";
    assertTrue(body.length() <= HttpLimits.MAX_BODY_BYTES);
    for (int i = 0; i < 3; i++) {
      assertEquals(200, post(NETWORK, body));
    }
    assertEquals(400, post(NETWORK, "[".repeat(2_000_000)));
    assertEquals(200, post(NETWORK, "{\"rules\":[]}"));

    List<Socket> slow = new ArrayList<>();
    byte[] head = "POST /x HTTP/1.1\r\nX: ".getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < SLOW_CONNECTIONS; i++) {
      var socket = new Socket(http.host(), http.port());
      slow.add(socket);
      try {
        socket.getOutputStream().write(head);
      } catch (IOException overTheLimit) {
        // Closed by the server.
      }
    }
    for (Socket each : slow) {
      each.close();
    }
  }
}
