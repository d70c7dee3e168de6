// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;

/** A daemon that expects certain requests in order and gives their recorded answers. */
final class RecordedDaemon implements AutoCloseable {
  static final String TOKEN = "k1x0t2o3k4e5n6k7x8t9o0k1";

  private final HttpServer server;
  private final Deque<Exchange> expected = new ArrayDeque<>();
  private final List<String> differences = new ArrayList<>();

  /** A request, {@code METHOD target}, and its answer. The body is null where none is sent. */
  record Exchange(String request, String body, int status, String answer) {}

  RecordedDaemon() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/", this::answer);
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  synchronized void expect(Exchange exchange) {
    expected.add(exchange);
  }

  /** Returns how the requests differ from the expected ones. */
  synchronized List<String> differences() {
    var all = new ArrayList<>(differences);
    expected.forEach(missing -> all.add("not requested: " + missing.request()));
    return all;
  }

  private synchronized void answer(HttpExchange http) throws IOException {
    try (http) {
      String body = new String(http.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
      String request = http.getRequestMethod() + " " + http.getRequestURI();
      Exchange exchange = expected.poll();
      if (exchange == null) {
        differences.add("unexpected: " + request);
        exchange = new Exchange(request, null, 404, "");
      }
      same("request", exchange.request(), request);
      same("body", Objects.requireNonNullElse(exchange.body(), ""), body);
      String type = exchange.body() == null ? null : "application/json";
      same("type", type, http.getRequestHeaders().getFirst("Content-Type"));
      boolean known = TOKEN.equals(http.getRequestHeaders().getFirst("X-ZT1-Auth"));
      same("authenticated", exchange.status() != 401, known);
      byte[] answer = exchange.answer().getBytes(StandardCharsets.UTF_8);
      http.sendResponseHeaders(exchange.status(), answer.length == 0 ? -1 : answer.length);
      http.getResponseBody().write(answer);
    }
  }

  private void same(String what, Object expectation, Object found) {
    if (!Objects.equals(expectation, found)) {
      differences.add(what + ": expected " + expectation + ", found " + found);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
