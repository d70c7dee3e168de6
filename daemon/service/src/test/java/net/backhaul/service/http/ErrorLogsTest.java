// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The log of internal errors that requests of many connections cause. */
class ErrorLogsTest {
  private static final int CONNECTIONS = 20;

  private final ConnectionTable connections = new ConnectionTable(new BodyBudget(10_000));
  private final List<Logger> loggers =
      Stream.of(ErrorLogs.class, HttpConnection.class, ResponseWriter.class)
          .map(type -> (Logger) org.slf4j.LoggerFactory.getLogger(type))
          .toList();
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  @BeforeEach
  void start() {
    lines.start();
    for (Logger logger : loggers) {
      logger.addAppender(lines);
      logger.setAdditive(false);
    }
  }

  @AfterEach
  void end() {
    for (Logger logger : loggers) {
      logger.detachAppender(lines);
      logger.setAdditive(true);
    }
  }

  private void request(Resource resource) {
    for (int i = 0; i < CONNECTIONS; i++) {
      var channel =
          new EmbeddedChannel(
              new HttpServerCodec(),
              new HttpConnection(
                  new AccessControl("t", "m", List::of),
                  resource,
                  connections,
                  InetAddress.getLoopbackAddress()));
      channel.writeInbound(
          Unpooled.copiedBuffer("GET /x?auth=t HTTP/1.1\r\n\r\n", StandardCharsets.US_ASCII));
      channel.runPendingTasks();
      channel.finishAndReleaseAll();
    }
  }

  private List<String> logged() {
    return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  @Test
  void logsOneFailureOfAResource() {
    request(
        received -> {
          throw new IllegalStateException("as the test demands");
        });

    assertEquals(List.of("internal error while answering GET /x"), logged());
  }

  @Test
  void logsOneFailureOfStreamedBodies() {
    request(answered(() -> CompletableFuture.failedFuture(new IllegalStateException())));

    assertEquals(List.of("internal error while streaming the answer to GET /x"), logged());
  }

  @Test
  void logsOneAnswerThatCannotBeWritten() {
    var unwritable = Response.json("{}");
    request(
        received ->
            CompletableFuture.completedFuture(
                new Response(200, Headers.EMPTY.with("X", "a\nb"), unwritable.body())));

    assertEquals(List.of("internal error while writing the answer to GET /x"), logged());
  }

  @Test
  void logsOneSourceThatCannotBeClosed() {
    request(answered(new UnclosableSource()));

    assertEquals(List.of("internal error while streaming the answer to GET /x"), logged());
  }

  private static final class UnclosableSource implements BodySource {
    @Override
    public CompletableFuture<Optional<ByteBuffer>> next() {
      return CompletableFuture.completedFuture(Optional.empty());
    }

    @Override
    public void close() {
      throw new IllegalStateException("as the test demands");
    }
  }

  private static Resource answered(BodySource source) {
    return request -> CompletableFuture.completedFuture(Response.streamed("text/plain", source));
  }
}
