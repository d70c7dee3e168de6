// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.epoll.Epoll;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import net.backhaul.engine.Node;
import net.backhaul.engine.OutputAdapter;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.testing.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

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
  private volatile Supplier<Throwable> failure =
      () -> new IllegalStateException("as the test demands");
  private volatile boolean advanced;
  @RegisterExtension final CapturedLog log = new CapturedLog(NodeLoop.class);

  @AfterEach
  void end() {
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
        loop.submit(node -> log.messages()).join());
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
        List.of("internal error while running a task on the node's thread"), log.messages());
  }

  /** A missing class must not stop the node's timers: the executor cancels what throws. */
  @Test
  void advancesAgainAfterErrorOfLinkage() {
    failure = () -> new NoClassDefFoundError("as the test demands");
    loop.start(() -> node()).join();
    Await.until(() -> failures.size() >= 1);
    fails = false;

    Await.until(() -> advanced);
    assertEquals(
        List.of("internal error while advancing the node"),
        loop.submit(node -> log.messages()).join());
  }

  @ParameterizedTest
  @MethodSource("failures")
  void repeatsPeriodicTasksThatFail(Supplier<Throwable> failure) {
    var attempts = new AtomicInteger();
    Future<?> task =
        loop.every(
            1,
            () -> {
              attempts.incrementAndGet();
              throwAny(failure.get());
            });

    Await.until(() -> attempts.get() >= 3);
    task.cancel(false);
    loop.execute(() -> {});

    assertEquals(
        List.of("internal error while running a task on the node's thread"), log.messages());
  }

  static List<Supplier<Throwable>> failures() {
    return List.of(
        () -> new IllegalStateException("as the test demands"),
        () -> new NoClassDefFoundError("as the test demands"),
        () -> new StackOverflowError("as the test demands"));
  }

  private static void throwAny(Throwable failure) {
    switch (failure) {
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalArgumentException(failure);
    }
  }

  private Node node() {
    return TestNode.of(Identity.parse(SELF), new OutputAdapter());
  }

  /** Fails, or advances the node. */
  private void advance(Node node, long nowMs) {
    if (fails) {
      failures.add(System.nanoTime());
      throwAny(failure.get());
    }
    node.advance(nowMs);
    advanced = true;
  }
}
