// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.codec.http.HttpServerCodec;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import net.backhaul.service.CapturedLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The log of internal errors that requests of many connections cause. */
class ErrorLogsTest {
  private static final int CONNECTIONS = 20;

  private final ConnectionTable connections = new ConnectionTable(new BodyBudget(10_000));

  @RegisterExtension
  final CapturedLog log =
      new CapturedLog(ErrorLogs.class, HttpConnection.class, ResponseWriter.class);

  /** Returns the status line and the last line of each answer. */
  private List<String> request(Resource resource) {
    var answers = new ArrayList<String>();
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
      ByteBuf answer = channel.readOutbound();
      if (answer != null) {
        List<String> lines = answer.toString(StandardCharsets.US_ASCII).lines().toList();
        answers.add(lines.getFirst() + " " + lines.getLast());
        answer.release();
      }
      channel.finishAndReleaseAll();
    }
    return answers;
  }

  @Test
  void logsOneFailureOfAResource() {
    request(
        received -> {
          throw new IllegalStateException("as the test demands");
        });

    assertEquals(List.of("internal error while answering GET /x"), log.messages());
  }

  /** What remains of an installation without one of its jars. */
  @Test
  void answersAndLogsMissingClasses() {
    List<String> answers =
        request(
            received -> {
              throw new NoClassDefFoundError("net/backhaul/Missing");
            });

    assertEquals(List.of("internal error while answering GET /x"), log.messages());
    assertEquals(
        Collections.nCopies(
            CONNECTIONS,
            "HTTP/1.1 500 Internal Server Error {\"error\": 500, \"description\":"
                + " \"java.lang.NoClassDefFoundError: net/backhaul/Missing\"}"),
        answers);
  }

  @Test
  void logsOneFailureOfStreamedBodies() {
    request(answered(() -> CompletableFuture.failedFuture(new IllegalStateException())));

    assertEquals(List.of("internal error while streaming the answer to GET /x"), log.messages());
  }

  @Test
  void logsOneAnswerThatCannotBeWritten() {
    var unwritable = Response.json("{}");
    request(
        received ->
            CompletableFuture.completedFuture(
                new Response(200, Headers.EMPTY.with("X", "a\nb"), unwritable.body())));

    assertEquals(List.of("internal error while writing the answer to GET /x"), log.messages());
  }

  @Test
  void logsOneSourceThatCannotBeClosed() {
    request(answered(new UnclosableSource()));

    assertEquals(List.of("internal error while streaming the answer to GET /x"), log.messages());
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
