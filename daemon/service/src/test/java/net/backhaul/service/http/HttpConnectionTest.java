// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** One connection without a socket, with its own time. */
class HttpConnectionTest {
  private static final String POST = "POST /x?auth=t HTTP/1.1\r\nContent-Length: 1000\r\n\r\n";

  private final BodyBudget budget = new BodyBudget(1_500);
  private final ConnectionTable connections = new ConnectionTable(budget);
  private final CompletableFuture<Response> answer = new CompletableFuture<>();
  private final EmbeddedChannel first = connection();
  private final EmbeddedChannel second = connection();

  private EmbeddedChannel connection() {
    var channel =
        new EmbeddedChannel(
            new HttpServerCodec(),
            new HttpConnection(
                new AccessControl("t", "m", List::of),
                request -> answer,
                connections,
                InetAddress.getLoopbackAddress()));
    channel.freezeTime();
    return channel;
  }

  @AfterEach
  void close() {
    first.finishAndReleaseAll();
    second.finishAndReleaseAll();
    assertEquals(0, budget.reservedBytes(), "a closed connection holds no body");
  }

  private static void receive(EmbeddedChannel channel, String text) {
    channel.writeInbound(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
    channel.runPendingTasks();
  }

  private static void advance(EmbeddedChannel channel, long millis) {
    channel.advanceTimeBy(millis, TimeUnit.MILLISECONDS);
    channel.runScheduledPendingTasks();
    channel.runPendingTasks();
  }

  private static String sent(EmbeddedChannel channel) {
    var text = new StringBuilder();
    for (io.netty.buffer.ByteBuf next = channel.readOutbound();
        next != null;
        next = channel.readOutbound()) {
      text.append(next.toString(StandardCharsets.US_ASCII));
      next.release();
    }
    return text.toString();
  }

  @Test
  void closesWhenTheRequestHeadIsNotCompleteInTime() {
    for (int second = 0; second < HttpLimits.REQUEST_HEAD_TIMEOUT_S; second++) {
      assertTrue(first.isOpen(), "a byte each second does not prolong the time");
      receive(first, "G");
      advance(first, 1_000);
    }

    assertFalse(first.isOpen());
    assertEquals("", sent(first));
  }

  @Test
  void answersBodyThatIsNotCompleteInTimeAndCloses() {
    receive(first, POST);
    for (int second = 0; second < HttpLimits.REQUEST_BODY_TIMEOUT_S; second++) {
      assertEquals("", sent(first));
      receive(first, "x");
      advance(first, 1_000);
    }

    assertTrue(sent(first).startsWith("HTTP/1.1 408 "), "request time-out");
    advance(first, HttpLimits.LINGER_MS - 1);
    assertTrue(first.isOpen());
    advance(first, 1);
    assertFalse(first.isOpen());
  }

  @Test
  void waitsForTheAnswerWithoutTimeout() {
    receive(first, POST + "x".repeat(1_000));
    advance(first, 3_600_000);
    assertTrue(first.isOpen());

    answer.complete(Response.json("{}"));
    first.runPendingTasks();

    assertTrue(sent(first).startsWith("HTTP/1.1 200 "));
    assertTrue(first.isOpen());
  }

  @Test
  void rejectsBodiesOverTheTotalLimitUntilOthersAreAnswered() {
    receive(first, POST + "x".repeat(999));
    receive(second, POST + "x".repeat(999));
    assertTrue(sent(second).startsWith("HTTP/1.1 503 "));
    assertEquals("", sent(first));

    answer.complete(Response.json("{}"));
    receive(first, "x");
    assertTrue(sent(first).startsWith("HTTP/1.1 200 "));
    receive(first, POST + "x".repeat(1_000));
    assertTrue(sent(first).startsWith("HTTP/1.1 200 "));
  }

  @Test
  void releasesTheBodyOfLostConnection() {
    receive(first, POST + "x".repeat(10));
    assertTrue(budget.reservedBytes() > 0);

    first.close();

    assertEquals(0, budget.reservedBytes());
    answer.complete(Response.json("{}"));
  }

  @Test
  void waitsShorterForTheBodyOfRejectedRequest() {
    receive(first, POST.replace("auth=t", "auth=wrong") + "x");
    advance(first, HttpLimits.REQUEST_HEAD_TIMEOUT_S * 1_000L);

    assertTrue(sent(first).startsWith("HTTP/1.1 401 "));
  }
}
