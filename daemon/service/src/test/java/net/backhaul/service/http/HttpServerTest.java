// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.socket.SocketProtocolFamily;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.service.RawHttp;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HttpServerTest {
  private static final String TOKEN = "open sesame";
  private static final String ASK = "GET /echo HTTP/1.1\r\nX-ZT1-Auth: " + TOKEN + "\r\n\r\n";

  private final ConcurrentLinkedQueue<Request> seen = new ConcurrentLinkedQueue<>();
  private volatile List<IpPrefix> managers = List.of();
  private HttpServer server;
  private RawHttp http;

  @BeforeEach
  void start() throws IOException {
    Resource echo =
        request -> {
          seen.add(request);
          return CompletableFuture.completedFuture(Response.json("{\"n\":" + seen.size() + "}"));
        };
    Resource broken =
        request -> {
          throw new IllegalArgumentException("say \"please\"\n");
        };
    server =
        new HttpServer(
            new AccessControl(TOKEN, "metrics only", () -> managers),
            new Router().add("/echo", echo).add("/broken", broken));
    assertTrue(server.listen(SocketProtocolFamily.INET, 0));
    http = new RawHttp(InetAddress.getByName("127.0.0.1"), server.ports().getFirst());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void aConnectionAnswersFiveRequestsInOrderAndEnds() throws IOException {
    try (var socket = new Socket(http.host(), http.port())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(ASK.repeat(7).getBytes(StandardCharsets.US_ASCII));
      for (int i = 1; i <= 5; i++) {
        RawHttp.Answer answer = RawHttp.read(socket.getInputStream(), true);
        assertEquals("{\"n\":" + i + "}", answer.body());
        assertEquals(i == 5, "close".equals(answer.headers().get("Connection")));
      }
      assertEquals(-1, socket.getInputStream().read());
    }
    assertEquals(5, seen.size());
  }

  @Test
  void aBodyThatIsTooLongIsRefusedBeforeItIsRead() throws IOException {
    String head =
        "POST /echo HTTP/1.1\r\nX-ZT1-Auth: %s\r\nContent-Length: %d\r\n\r\n"
            .formatted(TOKEN, HttpServer.MAX_BODY_BYTES + 1);

    RawHttp.Answer answer = http.send(head + "x", false);

    assertEquals(413, answer.status());
    assertTrue(seen.isEmpty());
  }

  @Test
  void whatFailsIsTellingWhyInGoodJson() throws IOException {
    RawHttp.Answer answer = http.send(ASK.replace("/echo", "/broken"), true);

    assertEquals(500, answer.status());
    assertEquals("{\"error\": 500, \"description\": \"say \\\"please\\\"\\u000a\"}", answer.body());
  }

  @Test
  void theTokenOfTheMetricsOpensNothingElse() throws IOException {
    assertEquals(401, http.send(ASK.replace(TOKEN, "metrics only"), true).status());
    assertEquals(
        404,
        http.send(ASK.replace(TOKEN, "metrics only").replace("echo", "metrics"), true).status());
  }

  @Test
  void hostsThatMayNotManageSeeNothingButTheMetrics() {
    var access = new AccessControl(TOKEN, "m", () -> managers);
    var stranger = net.backhaul.protocol.address.Endpoints.parseIp("192.0.2.7");

    assertFalse(access.admits(stranger, "/status", java.util.Map.of("auth", TOKEN), n -> null));
    assertFalse(access.admits(stranger, "/health", java.util.Map.of(), n -> null));
    assertTrue(access.admits(stranger, "/metrics", java.util.Map.of("auth", "m"), n -> null));

    managers = List.of(IpPrefix.parse("192.0.2.0/24"));
    assertTrue(access.admits(stranger, "/status", java.util.Map.of("auth", TOKEN), n -> null));
    assertTrue(access.admits(stranger, "/health", java.util.Map.of(), n -> null));
  }

  @Test
  void moreConnectionsThanThereIsRoomForAreClosedAndRoomComesBack() throws IOException {
    List<Socket> open = new ArrayList<>();
    for (int i = 0; i < HttpServer.MAX_CONNECTIONS; i++) {
      open.add(new Socket(http.host(), http.port()));
    }
    try (var oneMore = new Socket(http.host(), http.port())) {
      oneMore.setSoTimeout(10_000);
      assertEquals(-1, oneMore.getInputStream().read());
    }
    for (Socket each : open) {
      each.close();
    }

    int status = 0;
    for (int i = 0; i < 1_000 && status != 200; i++) {
      try {
        status = http.send(ASK, true).status();
      } catch (IOException stillFull) {
        Thread.yield();
      }
    }
    assertEquals(200, status);
  }

  @Test
  void noBytesCanHurt() throws IOException {
    for (long seed = 0; seed < 300; seed++) {
      var random = new Random(seed);
      byte[] bytes = ASK.repeat(2).getBytes(StandardCharsets.US_ASCII);
      for (int i = random.nextInt(8); i >= 0; i--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      try (var socket = new Socket(http.host(), http.port())) {
        socket.getOutputStream().write(bytes);
        socket.shutdownOutput();
        socket.getInputStream().readAllBytes();
      } catch (IOException reset) {
        // The server has closed before it has read everything.
      }
    }

    assertEquals(200, http.send(ASK, true).status());
  }
}
