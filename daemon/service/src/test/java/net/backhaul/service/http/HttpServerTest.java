// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.http;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.socket.SocketProtocolFamily;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.service.RawHttp;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** A server on loopback, and clients that send arbitrary bytes. */
class HttpServerTest {
  private static final String TOKEN = "open sesame";
  private static final String AUTH = "X-ZT1-Auth: " + TOKEN + "\r\n";
  private static final String GET = "GET /echo HTTP/1.1\r\n" + AUTH + "\r\n";
  private static final int LARGE_BYTES = 10 << 16;
  private static final int CHUNK_BYTES = 16 * 1024;
  private static final int STREAM_BYTES = 64 * 1024 * 1024;

  /** More than what the kernel holds for both ends of a connection on loopback. */
  private static final int SOCKET_BUFFER_BYTES = 16 * 1024 * 1024;

  private final ConcurrentLinkedQueue<Request> seen = new ConcurrentLinkedQueue<>();
  private final AtomicLong streamedBytes = new AtomicLong();
  private final CompletableFuture<Void> streamClosed = new CompletableFuture<>();
  private volatile List<IpPrefix> managers = List.of();
  private HttpServer server;
  private RawHttp http;

  /** Streams {@link #STREAM_BYTES}, each byte the low byte of its chunk's number. */
  private final class CountingSource implements BodySource {
    @Override
    public CompletableFuture<Optional<ByteBuffer>> next() {
      long before = streamedBytes.getAndAdd(CHUNK_BYTES);
      if (before >= STREAM_BYTES) {
        return CompletableFuture.completedFuture(Optional.empty());
      }
      byte[] chunk = new byte[CHUNK_BYTES];
      java.util.Arrays.fill(chunk, (byte) (before / CHUNK_BYTES));
      return CompletableFuture.completedFuture(Optional.of(ByteBuffer.wrap(chunk)));
    }

    @Override
    public void close() {
      streamClosed.complete(null);
    }
  }

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
    Resource large =
        request ->
            CompletableFuture.completedFuture(
                Response.text(200, "0123456789".repeat(LARGE_BYTES / 10)));
    Resource stream =
        request ->
            CompletableFuture.completedFuture(
                Response.streamed("application/octet-stream", new CountingSource()));
    server =
        new HttpServer(
            new AccessControl(TOKEN, "metrics only", () -> managers),
            new Router()
                .add("/echo", echo)
                .add("/broken", broken)
                .add("/large", large)
                .add("/stream", stream));
    assertTrue(server.listen(SocketProtocolFamily.INET, 0));
    http = new RawHttp(InetAddress.getByName("127.0.0.1"), server.ports().getFirst());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private Socket connect() throws IOException {
    var socket = new Socket(http.host(), http.port());
    socket.setSoTimeout(60_000);
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
  }

  private static void assertAnswersInOrder(Socket socket, int from, int to) throws IOException {
    for (int i = from; i <= to; i++) {
      RawHttp.Answer answer = RawHttp.read(socket.getInputStream(), true);
      assertEquals(200, answer.status());
      assertEquals("{\"n\":" + i + "}", answer.body());
    }
  }

  @Test
  void answersPipelinedRequestsInOrderAndKeepsTheConnection() throws IOException {
    try (Socket socket = connect()) {
      send(socket, GET.repeat(200));
      assertAnswersInOrder(socket, 1, 200);
      send(socket, GET);
      RawHttp.Answer answer = RawHttp.read(socket.getInputStream(), true);
      assertEquals("{\"n\":201}", answer.body());
      assertEquals("timeout=5, max=5", answer.headers().get("Keep-Alive"));
      assertNull(answer.headers().get("Connection"));
    }
  }

  @Test
  void answersAllPipelinedRequestsAfterHalfClose() throws IOException {
    try (Socket socket = connect()) {
      send(socket, GET.repeat(200));
      socket.shutdownOutput();
      assertAnswersInOrder(socket, 1, 200);
      assertEquals(-1, socket.getInputStream().read());
    }
  }

  /** Repeated, since only a server that is faster than its client fills the send buffer. */
  @RepeatedTest(10)
  void answersMorePipelinedRequestsThanItHoldsAfterHalfClose() throws Exception {
    int large = 2 * SOCKET_BUFFER_BYTES / LARGE_BYTES; // Their answers occupy the connection.
    int small = HttpLimits.MAX_PIPELINED_REQUESTS + 300;
    String head = "GET /%s?auth=open%%20sesame HTTP/1.1\r\n\r\n";
    try (Socket socket = connect()) {
      send(socket, head.formatted("large").repeat(large) + head.formatted("echo").repeat(small));
      socket.shutdownOutput();
      for (int i = 0; i < large; i++) {
        assertEquals(
            LARGE_BYTES,
            RawHttp.read(socket.getInputStream(), true).body().length(),
            "answer " + i);
      }
      assertAnswersInOrder(socket, 1, small);
      assertEquals(-1, socket.getInputStream().read());
    }
  }

  @Test
  void answersAllPipelinedRequestsBeforeConnectionClose() throws IOException {
    try (Socket socket = connect()) {
      String last = GET.replace("\r\n\r\n", "\r\nConnection: close\r\n\r\n");
      send(socket, GET.repeat(199) + last + GET.repeat(50));
      assertAnswersInOrder(socket, 1, 199);
      RawHttp.Answer answer = RawHttp.read(socket.getInputStream(), true);
      assertEquals("{\"n\":200}", answer.body());
      assertEquals("close", answer.headers().get("Connection"));
      assertEquals(-1, socket.getInputStream().read());
    }
    assertEquals(200, seen.size(), "requests after the last one are not handled");
  }

  @Test
  void passesMethodTargetHeadersCookiesAndBody() throws IOException {
    http.send(
        "PUT /echo/a%20b?x=1&x=2 HTTP/1.1\r\n"
            + AUTH
            + "Cookie: theme=dark; session=abc\r\naccept: a\r\nAccept: b\r\n"
            + "Content-Length: 3\r\n\r\n\u007f{}",
        true);

    Request request = seen.remove();
    assertEquals(Request.Method.POST, request.method());
    assertEquals("/echo/a%20b?x=1&x=2", request.target().text());
    assertEquals("/echo/a b", request.path());
    assertEquals(Map.of("x", "1"), request.target().query());
    assertEquals(List.of("a", "b"), request.headers().all("ACCEPT"));
    assertEquals(Map.of("theme", "dark", "session", "abc"), request.cookies());
    assertEquals("\u007f{}", UTF_8.decode(request.body()).toString());
  }

  @Test
  void rejectsTooLongBodyBeforeReadingIt() throws IOException {
    String head =
        "POST /echo HTTP/1.1\r\n%sContent-Length: %d\r\n\r\n"
            .formatted(AUTH, HttpLimits.MAX_BODY_BYTES + 1);

    RawHttp.Answer answer = http.send(head + "x", true);

    assertEquals(413, answer.status());
    assertEquals("close", answer.headers().get("Connection"));
    assertTrue(seen.isEmpty());
  }

  @Test
  void letsClientReadTheRejectionOfBodyItIsStillSending() throws IOException {
    int length = 9_000_000;
    try (Socket socket = connect()) {
      send(socket, "POST /echo HTTP/1.1\r\n" + AUTH + "Content-Length: " + length + "\r\n\r\n");
      socket.getOutputStream().write(new byte[length]);
      assertEquals(413, RawHttp.read(socket.getInputStream(), true).status());
      assertEquals(-1, socket.getInputStream().read());
    }
  }

  @Test
  void rejectsTooLongChunkedBody() throws IOException {
    String chunk = "10000\r\n" + "x".repeat(0x10000) + "\r\n";
    try (Socket socket = connect()) {
      send(socket, "POST /echo HTTP/1.1\r\n" + AUTH + "Transfer-Encoding: chunked\r\n\r\n");
      for (int sent = 0; sent <= HttpLimits.MAX_BODY_BYTES; sent += 0x10000) {
        send(socket, chunk);
      }
      assertEquals(413, RawHttp.read(socket.getInputStream(), true).status());
    }
    assertTrue(seen.isEmpty());
  }

  @Test
  void acceptsBodyOfMaximumLength() throws IOException {
    String body = "x".repeat(HttpLimits.MAX_BODY_BYTES);
    String head = "POST /echo HTTP/1.1\r\n" + AUTH + "Content-Length: " + body.length();

    assertEquals(200, http.send(head + "\r\n\r\n" + body, true).status());
    assertEquals(body, UTF_8.decode(seen.remove().body()).toString());
  }

  @Test
  void continuesOnlyWhereTheBodyIsWanted() throws IOException {
    String head = "POST /echo HTTP/1.1\r\n%sExpect: 100-continue\r\nContent-Length: %d\r\n\r\n";
    try (Socket socket = connect()) {
      send(socket, head.formatted(AUTH, 2));
      assertEquals(100, RawHttp.read(socket.getInputStream(), false).status());
      send(socket, "{}");
      assertEquals(200, RawHttp.read(socket.getInputStream(), true).status());
      send(socket, head.formatted(AUTH, HttpLimits.MAX_BODY_BYTES + 1));
      assertEquals(413, RawHttp.read(socket.getInputStream(), true).status());
    }
    try (Socket socket = connect()) {
      send(socket, head.formatted("", 2));
      assertEquals(401, RawHttp.read(socket.getInputStream(), true).status());
    }
  }

  @Test
  void discardsTheBodyOfUnauthorizedRequest() throws IOException {
    String post = "POST /echo HTTP/1.1\r\nContent-Length: %d\r\n\r\n%s";
    try (Socket socket = connect()) {
      send(socket, post.formatted(1_000, "x".repeat(1_000)) + GET);
      assertEquals(401, RawHttp.read(socket.getInputStream(), true).status());
      assertAnswersInOrder(socket, 1, 1);
      send(socket, post.formatted(HttpLimits.MAX_DISCARDED_BODY_BYTES + 1, "x"));
      assertEquals(401, RawHttp.read(socket.getInputStream(), true).status());
      assertEquals(-1, socket.getInputStream().read());
    }
  }

  @Test
  void rejectsOversizedAndMalformedHeads() throws IOException {
    String longTarget = "GET /" + "a".repeat(HttpLimits.MAX_REQUEST_LINE_BYTES) + " HTTP/1.1\r\n";
    String longHeader = "X: " + "a".repeat(HttpLimits.MAX_HEADER_BYTES) + "\r\n\r\n";

    assertEquals(414, http.send(longTarget + AUTH + "\r\n", true).status());
    assertEquals(431, http.send("GET /echo HTTP/1.1\r\n" + longHeader, true).status());
    assertEquals(400, http.send("GET /echo HTTP/9.9\r\n\r\n", true).status());
    assertEquals(400, http.send("\u0001\u0002\r\n\r\n", true).status());
    assertEquals(400, http.send("GET /echo HTTP/1.1\r\nbad header\r\n\r\n", true).status());
    assertEquals(
        400,
        http.send(
                "POST /echo HTTP/1.1\r\n" + AUTH + "Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
                true)
            .status());
  }

  @Test
  void answersFailuresWithEscapedReason() throws IOException {
    RawHttp.Answer answer = http.send(GET.replace("/echo", "/broken"), true);

    assertEquals(500, answer.status());
    assertEquals("{\"error\": 500, \"description\": \"say \\\"please\\\"\\n\"}", answer.body());
  }

  @Test
  void acceptsMetricsTokenForMetricsOnly() throws IOException {
    assertEquals(401, http.send(GET.replace(TOKEN, "metrics only"), true).status());
    assertEquals(
        404,
        http.send(GET.replace(TOKEN, "metrics only").replace("echo", "metrics"), true).status());
  }

  @Test
  void takesPercentSignsWithoutDigitsAsTheyAre() {
    var target = RequestTarget.parse("/a%zz%20b%?x=%4&%=1&y=%20");

    assertEquals("/a%zz b%", target.path());
    assertEquals(Map.of("x", "%4", "%", "1", "y", " "), target.query());
  }

  @Test
  void permitsOnlyMetricsFromOtherHosts() {
    var access = new AccessControl(TOKEN, "m", () -> managers);
    var other = Endpoints.parseIp("192.0.2.7");
    var status = RequestTarget.parse("/status?auth=open%20sesame");
    var health = RequestTarget.parse("/health");

    assertFalse(access.permits(other, status, Headers.EMPTY));
    assertFalse(access.permits(other, health, Headers.EMPTY));
    assertTrue(access.permits(other, RequestTarget.parse("/metrics?auth=m"), Headers.EMPTY));

    managers = List.of(IpPrefix.parse("192.0.2.0/24"));
    assertTrue(access.permits(other, status, Headers.EMPTY));
    assertTrue(access.permits(other, health, Headers.EMPTY));
  }

  @Test
  void sendsLargeAnswersWholeAndInParts() throws IOException {
    String request = GET.replace("/echo", "/large");

    assertEquals("0123456789".repeat(LARGE_BYTES / 10), http.send(request, true).body());
    RawHttp.Answer part =
        http.send(request.replace("\r\n\r\n", "\r\nRange: bytes=100000-299999\r\n\r\n"), true);
    assertEquals(206, part.status());
    assertEquals("0123456789".repeat(20_000), part.body());
    assertEquals("bytes 100000-299999/655360", part.headers().get("Content-Range"));
    RawHttp.Answer head = http.send(request.replace("GET", "HEAD"), false);
    assertEquals("655360", head.headers().get("Content-Length"));
  }

  @Test
  void streamsToSlowReaderWithBoundedMemory() throws Exception {
    try (Socket socket = connect()) {
      send(socket, GET.replace("/echo", "/stream") + GET);
      RawHttp.Answer head = RawHttp.read(socket.getInputStream(), false);
      assertEquals("chunked", head.headers().get("Transfer-Encoding"));

      assertThrows(TimeoutException.class, () -> streamClosed.get(500, TimeUnit.MILLISECONDS));
      long before = streamedBytes.get();
      assertTrue(before <= SOCKET_BUFFER_BYTES + HttpLimits.SEND_BUFFER_BYTES, "sent: " + before);

      assertEquals(STREAM_BYTES, readChunked(socket.getInputStream()));
      streamClosed.get(60, TimeUnit.SECONDS);
      assertAnswersInOrder(socket, 1, 1);
    }
  }

  /** Reads chunks to the last and checks each byte; returns how many there were. */
  private static long readChunked(InputStream in) throws IOException {
    long bytes = 0;
    while (true) {
      int length = Integer.parseInt(RawHttp.line(in), 16);
      byte[] chunk = in.readNBytes(length);
      assertEquals("", RawHttp.line(in));
      if (length == 0) {
        return bytes;
      }
      for (byte each : chunk) {
        assertEquals((byte) (bytes++ / CHUNK_BYTES), each);
      }
    }
  }

  @Test
  void closesTheSourceOfLostConnection() throws Exception {
    try (Socket socket = connect()) {
      send(socket, GET.replace("/echo", "/stream"));
      RawHttp.read(socket.getInputStream(), false);
      socket.setSoLinger(true, 0);
    }

    streamClosed.get(60, TimeUnit.SECONDS);
    assertTrue(streamedBytes.get() < STREAM_BYTES);
  }

  @Test
  void endsStreamToHttp10ClientByClosing() throws Exception {
    try (Socket socket = connect()) {
      send(socket, GET.replace("/echo", "/stream").replace("HTTP/1.1", "HTTP/1.0"));
      RawHttp.Answer head = RawHttp.read(socket.getInputStream(), false);
      assertNull(head.headers().get("Transfer-Encoding"));
      assertEquals("close", head.headers().get("Connection"));
      long bytes = socket.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
      assertEquals(STREAM_BYTES, bytes);
    }
  }

  @Test
  void evictsIdleConnectionsForNewOnes() throws IOException {
    List<Socket> open = new ArrayList<>();
    for (int i = 0; i < HttpLimits.MAX_CONNECTIONS; i++) {
      open.add(connect());
    }

    assertEquals(200, http.send(GET, true).status());
    assertEquals(-1, open.getFirst().getInputStream().read(), "the longest wait");
    Socket second = open.get(1);
    send(second, GET);
    assertEquals(200, RawHttp.read(second.getInputStream(), true).status());
    for (Socket each : open) {
      each.close();
    }
  }

  @Test
  void evictsConnectionsThatSendTheBodyOfRejectedRequest() throws IOException {
    String rejected = "POST /echo HTTP/1.1\r\nContent-Length: 2\r\n\r\n{";
    List<Socket> open = new ArrayList<>();
    for (int i = 0; i < HttpLimits.MAX_CONNECTIONS; i++) {
      Socket socket = connect();
      open.add(socket);
      send(socket, GET + rejected);
      assertEquals(200, RawHttp.read(socket.getInputStream(), true).status());
    }

    assertEquals(200, http.send(GET, true).status());
    for (Socket each : open) {
      each.close();
    }
  }

  @Test
  void rejectsConnectionsWhileAllOthersSendRequests() throws IOException {
    String unfinished = "POST /echo HTTP/1.1\r\n" + AUTH + "Expect: 100-continue\r\n";
    List<Socket> open = new ArrayList<>();
    for (int i = 0; i < HttpLimits.MAX_CONNECTIONS; i++) {
      Socket socket = connect();
      open.add(socket);
      send(socket, unfinished + "Content-Length: 2\r\n\r\n{");
      assertEquals(100, RawHttp.read(socket.getInputStream(), false).status());
    }
    try (Socket oneMore = connect()) {
      assertEquals(-1, oneMore.getInputStream().read());
    }

    send(open.getFirst(), "}");
    assertEquals(200, RawHttp.read(open.getFirst().getInputStream(), true).status());
    assertEquals(200, http.send(GET, true).status());
    for (Socket each : open) {
      each.close();
    }
  }

  @Test
  void survivesCorruptedRequests() throws IOException {
    for (long seed = 0; seed < 300; seed++) {
      var random = new Random(seed);
      byte[] bytes = GET.repeat(2).getBytes(StandardCharsets.US_ASCII);
      for (int i = random.nextInt(8); i >= 0; i--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      try (Socket socket = connect()) {
        socket.getOutputStream().write(bytes);
        socket.shutdownOutput();
        socket.getInputStream().readAllBytes();
      } catch (IOException reset) {
        // The server has closed before it has read everything.
      }
    }

    assertEquals(200, http.send(GET, true).status());
  }
}
