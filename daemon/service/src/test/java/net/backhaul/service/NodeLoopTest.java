// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.netty.channel.epoll.Epoll;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import net.backhaul.engine.Node;
import net.backhaul.engine.NodeOptions;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.testing.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The loop after internal errors in the node. */
class NodeLoopTest {
  private static final String SELF =
      "0b59471541:0:1909318c186ac9c2343af6c477552250786168821793ad6ba83836a1204b0241"
          + "6221b71512953c43fbf33c5fc87ef8397a2cd61eb03a43566e1a3d3541e90be9"
          + ":541e79410c0f8e396d13fe994217c8ab518155fcd0bca216aac987807676406a"
          + "858c6240e9dfffb3ccd127bd88cc017252a8523b128cd977fd57a3dcd73343f6";

  private final NodeLoop loop = new NodeLoop(Epoll.isAvailable(), this::advance);
  private final List<Long> failures = new CopyOnWriteArrayList<>();
  private volatile boolean fails = true;
  private volatile boolean advanced;
  private final Logger logger = (Logger) org.slf4j.LoggerFactory.getLogger(NodeLoop.class);
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  @BeforeEach
  void start() {
    lines.start();
    logger.addAppender(lines);
    logger.setAdditive(false);
  }

  @AfterEach
  void end() {
    logger.detachAppender(lines);
    logger.setAdditive(true);
    loop.close();
  }

  /** The deadline of the first HELLO to a root stays in the past. */
  @Test
  void pausesBetweenAttemptsThatFailAndLogsOnce() {
    loop.start(() -> node()).join();
    Await.until(() -> failures.size() >= 4);
    // Input between them does not make the next one earlier.
    for (int i = 0; i < 1_000; i++) {
      loop.submit(node -> true).join();
    }
    int before = failures.size();
    Await.until(() -> failures.size() > before);

    List<Long> times = List.copyOf(failures);
    for (int i = 1; i < times.size(); i++) {
      long pauseMs = (times.get(i) - times.get(i - 1)) / 1_000_000;
      assertTrue(pauseMs >= NodeLoop.ERROR_PAUSE_MS - 5, "attempt " + i + " after " + pauseMs);
    }
    assertEquals(
        List.of("internal error while advancing the node"),
        loop.submit(node -> lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList())
            .join());
  }

  @Test
  void advancesAgainAfterError() {
    loop.start(() -> node()).join();
    Await.until(() -> failures.size() >= 1);
    fails = false;

    Await.until(() -> advanced);
  }

  @Test
  void logsFailedTasksOnceAndRunsTheNextOnes() {
    for (int i = 0; i < 10; i++) {
      loop.execute(
          () -> {
            throw new IllegalStateException("as the test demands");
          });
    }
    var next = new CompletableFuture<Boolean>();
    loop.execute(() -> next.complete(true));

    assertTrue(next.join());
    assertEquals(
        List.of("internal error while running a task on the node's thread"),
        lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList());
  }

  @Test
  void repeatsPeriodicTasksThatFail() {
    var attempts = new AtomicInteger();
    Future<?> task =
        loop.every(
            1,
            () -> {
              attempts.incrementAndGet();
              throw new IllegalStateException("as the test demands");
            });

    Await.until(() -> attempts.get() >= 3);
    task.cancel(false);
    loop.execute(() -> {});

    assertEquals(
        List.of("internal error while running a task on the node's thread"),
        lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList());
  }

  private Node node() {
    return new Node(
        Identity.parse(SELF),
        NodeOptions.DEFAULT,
        new SilentOutput(),
        null,
        new Random(1),
        Map.of(),
        NodeLoop.nowMs());
  }

  /** Fails, or advances the node. */
  private void advance(Node node, long nowMs) {
    if (fails) {
      failures.add(System.nanoTime());
      throw new IllegalStateException("as the test demands");
    }
    node.advance(nowMs);
    advanced = true;
  }
}
