// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.codec.http.HttpVersion;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import net.backhaul.web.api.WebApiOfTest;
import net.backhaul.web.http.WebLimits;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Connections of the web API, with simulated time. */
class WebConnectionTest {
  private static final InetSocketAddress CLIENT =
      new InetSocketAddress(InetAddress.ofLiteral("192.0.2.7"), 5_000);

  private final EmbeddedChannel channel = open();

  private static EmbeddedChannel open() {
    var context = new WebListenerContext(WebApiOfTest.create(), false, false);
    var channel =
        new EmbeddedChannel(new HttpServerCodec(), new WebConnection(context)) {
          @Override
          protected SocketAddress remoteAddress0() {
            return CLIENT;
          }
        };
    channel.freezeTime();
    return channel;
  }

  private void receive(String text) {
    channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.UTF_8));
    channel.runPendingTasks();
  }

  private void advance(long millis) {
    channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
    channel.runScheduledPendingTasks();
  }

  private String sent() {
    channel.runPendingTasks();
    var text = new StringBuilder();
    for (ByteBuf next = channel.readOutbound(); next != null; next = channel.readOutbound()) {
      text.append(next.toString(StandardCharsets.UTF_8));
      next.release();
    }
    return text.toString();
  }

  /** One byte now and one byte then does not keep a connection open. */
  @Test
  void closesSlowRequests() {
    String request = "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ";
    for (int i = 0; i < request.length() && channel.isOpen(); i++) {
      receive(request.substring(i, i + 1));
      advance(WebLimits.REQUEST_TIMEOUT_MS / 10);
      assertEquals(i < 9, channel.isOpen(), "after byte " + i);
    }
    assertFalse(channel.isOpen());
  }

  @Test
  void closesIdleConnections() {
    receive("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assertTrue(sent().startsWith("HTTP/1.1 200 OK\r\n"));
    advance(WebLimits.REQUEST_TIMEOUT_MS - 1);
    assertTrue(channel.isOpen());
    advance(1);
    assertFalse(channel.isOpen());
  }

  @Test
  void answersRequestsInOrder() {
    for (int i = 0; i < 3; i++) {
      receive("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
      assertTrue(sent().startsWith("HTTP/1.1 200 OK\r\n"));
    }
    receive("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    assertTrue(sent().contains("\r\nConnection: close\r\n"));
    advance(WebLimits.LINGER_MS);
    assertFalse(channel.isOpen());
  }

  @Test
  void closesAfterRejectedBody() {
    receive("POST /api/v1/session HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999\r\n\r\n");
    assertTrue(sent().startsWith("HTTP/1.1 413 "));
    receive("x".repeat(50_000));
    assertEquals("", sent());
    advance(WebLimits.LINGER_MS);
    assertFalse(channel.isOpen());
  }

  @Test
  void sendsSecurityHeaders() {
    receive("GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n");
    String response = sent();

    for (String header :
        new String[] {
          "Content-Security-Policy: default-src 'none'; script-src 'self'",
          "X-Content-Type-Options: nosniff",
          "X-Frame-Options: DENY",
          "Referrer-Policy: no-referrer",
          "Cache-Control: no-store"
        }) {
      assertTrue(response.contains("\r\n" + header), response);
    }
    assertFalse(response.contains("unsafe"), response);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "127.0.0.1 | true  | 203.0.113.9            | 203.0.113.9",
        "127.0.0.1 | true  | 198.51.100.1, 10.0.0.1 | 10.0.0.1",
        "127.0.0.1 | true  | no address             | 127.0.0.1",
        "127.0.0.1 | false | 203.0.113.9            | 127.0.0.1",
        "192.0.2.1 | true  | 203.0.113.9            | 192.0.2.1"
      })
  void believesReverseProxiesOnThisHostAlone(
      String from, boolean hasProxy, String header, String client) {
    HttpRequest head = new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/");
    head.headers().add("X-Forwarded-For", "10.9.9.9"); // What the client sent itself.
    head.headers().add("X-Forwarded-For", header);

    assertEquals(
        InetAddress.ofLiteral(client),
        RequestReader.client(head, InetAddress.ofLiteral(from), hasProxy));
  }
}
