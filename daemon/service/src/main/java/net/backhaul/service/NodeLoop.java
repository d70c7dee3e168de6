// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import io.netty.channel.EventLoop;
import io.netty.channel.IoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SingleThreadEventLoop;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.ObjLongConsumer;
import java.util.function.Supplier;
import net.backhaul.engine.Node;
import net.backhaul.service.system.Durations;
import net.backhaul.service.system.PauseDetector;
import net.backhaul.service.system.RepeatedErrorLog;
import net.backhaul.service.system.ServiceManager;
import net.backhaul.service.system.SteadyClock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event loop of the thread that owns the node, its controller and its UDP sockets.
 *
 * <p>Other threads use {@link #submit}. The loop wakes up at the next deadline of the node.
 */
public final class NodeLoop implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(NodeLoop.class);
  private static final SteadyClock CLOCK = new SteadyClock(System.currentTimeMillis(), steadyMs());
  private static final long MAX_SLEEP_MS = 500;
  private static final long END_WITHIN_S = 2;

  /** How often the watchdog is fed within its time. */
  private static final int WATCHDOG_FEEDS = 4;

  /**
   * Pause after an internal error in the node: its deadline may not have moved, and without a pause
   * the loop would spin.
   */
  static final long ERROR_PAUSE_MS = 100;

  /** A step of the clock that is logged (04 section 8.1). */
  private static final long SLEEP_MS = 10_000;

  /** After a pause of this length, uplinks and NAT mappings may be others than before. */
  private static final long MIN_PAUSE_MS = 2_000;

  private final MultiThreadIoEventLoopGroup group;
  private final EventLoop loop;
  private volatile Runnable onHostResume = () -> {};
  private @Nullable Node node;
  private final PauseDetector pauses = new PauseDetector();
  private @Nullable ScheduledFuture<?> wakeUp;
  private long wakeUpAtSteadyMs = steadyMs();
  private long wakeUpAtMs;
  private long notBeforeMs;
  private final ObjLongConsumer<Node> advance;
  private final RepeatedErrorLog advanceErrors = new RepeatedErrorLog(log, "advancing the node");
  private final RepeatedErrorLog taskErrors =
      new RepeatedErrorLog(log, "running a task on the node's thread");

  public NodeLoop() {
    this(Epoll.isAvailable());
  }

  /** Creates a loop with epoll or, where that is not available and for tests, with NIO. */
  public NodeLoop(boolean nativeEpoll) {
    this(nativeEpoll, Node::advance);
  }

  /** Creates a loop that advances the node in another way; for tests. */
  NodeLoop(boolean nativeEpoll, ObjLongConsumer<Node> advance) {
    this.advance = advance;
    var threads = new DefaultThreadFactory("node", true);
    group =
        new MultiThreadIoEventLoopGroup(
            1, threads, nativeEpoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
    loop = group.next();
    if (!nativeEpoll) {
      log.debug("native epoll does not load, so NIO carries the datagrams");
    }
  }

  /** Returns milliseconds since 1970 that never run backwards, even if the wall clock does. */
  public static long nowMs() {
    return CLOCK.nowMs(steadyMs());
  }

  private static long steadyMs() {
    return System.nanoTime() / 1_000_000;
  }

  /** Feeds the watchdog of the service manager on the loop, which detects when that hangs. */
  public void feed(ServiceManager manager) {
    long everyMs = manager.watchdogMs() / WATCHDOG_FEEDS;
    if (everyMs > 0) {
      loop.scheduleAtFixedRate(guarded(manager::feedWatchdog), 0, everyMs, TimeUnit.MILLISECONDS);
    }
  }

  /** Sets what is run, on the loop, when the host resumes from suspend, or this process. */
  public void onHostResume(Runnable work) {
    onHostResume = work;
  }

  /** Returns the loop itself, for registering channels. */
  public EventLoop eventLoop() {
    return loop;
  }

  /** Returns whether descriptors of any kind can be registered with the loop. */
  public boolean supportsDescriptors() {
    return loop instanceof IoEventLoop io && io.isCompatible(EpollIoHandle.class);
  }

  /** Creates the node on the loop, which owns it from then on. */
  public CompletableFuture<Void> start(Supplier<Node> maker) {
    return CompletableFuture.runAsync(
        () -> {
          node = maker.get();
          scheduleWakeUp();
        },
        loop);
  }

  /** Calls a function with the node, on the loop. */
  public <T> CompletableFuture<T> submit(Function<Node, T> function) {
    return CompletableFuture.supplyAsync(
        () -> {
          T answer = function.apply(node());
          scheduleWakeUp();
          return answer;
        },
        loop);
  }

  /** Runs a task on the loop; if it fails, that is logged with a rate limit. */
  public void execute(Runnable work) {
    loop.execute(guarded(work));
  }

  /** Runs a task on the loop once, after a time; if it fails, that is logged with a rate limit. */
  public void executeAfter(long delayMs, Runnable work) {
    loop.schedule(guarded(work), delayMs, TimeUnit.MILLISECONDS);
  }

  /**
   * Runs a task on the loop periodically. If it fails, that is logged with a rate limit, and the
   * task runs again at its next time.
   */
  public Future<?> every(long everyMs, Runnable work) {
    return loop.scheduleAtFixedRate(guarded(work), everyMs, everyMs, TimeUnit.MILLISECONDS);
  }

  private Runnable guarded(Runnable work) {
    return () -> {
      try {
        work.run();
      } catch (RuntimeException | Error e) {
        taskErrors.add(e, nowMs());
      }
    };
  }

  /**
   * Returns a task that schedules the work after the loop's next turn of input and output; if the
   * work schedules itself again, sockets and devices have their turn first.
   */
  public Runnable afterIo(Runnable work) {
    if (loop instanceof SingleThreadEventLoop single) {
      Runnable atEndOfTurn =
          () -> {
            if (!single.isShuttingDown()) {
              single.executeAfterEventLoopIteration(work);
            }
          };
      return () -> single.execute(atEndOfTurn);
    }
    return () -> loop.execute(work);
  }

  /** Returns the node; only for code that runs on the loop. */
  public Node node() {
    assert loop.inEventLoop() : "only the node loop touches the node";
    Node mine = node;
    if (mine == null) {
      throw new IllegalStateException("the node has not been started");
    }
    return mine;
  }

  /** Schedules the next advance of the node; needed once after each batch of input. */
  public void scheduleWakeUp() {
    long nowMs = nowMs();
    long deadlineMs = node().nextDeadlineMs();
    long dueMs = Math.max(notBeforeMs, Math.min(deadlineMs, nowMs + MAX_SLEEP_MS));
    ScheduledFuture<?> pending = wakeUp;
    if (pending != null && !pending.isDone()) {
      if (wakeUpAtMs <= dueMs) {
        return;
      }
      pending.cancel(false);
    }
    if (log.isTraceEnabled()) {
      log.trace("next deadline: {} in {} ms", node().nextDeadline(), deadlineMs - nowMs);
    }
    wakeUpAtMs = dueMs;
    wakeUpAtSteadyMs = steadyMs() + Math.max(0, dueMs - nowMs);
    wakeUp = loop.schedule(this::wake, Math.max(0, dueMs - nowMs), TimeUnit.MILLISECONDS);
  }

  private void wake() {
    wakeUp = null;
    try {
      followClock();
      advance.accept(node(), nowMs());
    } catch (RuntimeException | Error e) {
      advanceErrors.add(e, nowMs());
      notBeforeMs = nowMs() + ERROR_PAUSE_MS;
    }
    scheduleWakeUp();
  }

  private void followClock() {
    long jumpedMs = CLOCK.follow(System.currentTimeMillis(), steadyMs());
    long pausedMs = Math.max(jumpedMs, pauses.pausedMs(steadyMs(), wakeUpAtSteadyMs));
    if (jumpedMs > SLEEP_MS) {
      log.info(
          "the clock has jumped ahead by {}, or this host was suspended; sockets are checked",
          Durations.text(jumpedMs));
    } else if (pausedMs > MIN_PAUSE_MS) {
      log.debug("the host or this process did not run for {}", Durations.text(pausedMs));
    }
    if (pausedMs > MIN_PAUSE_MS) {
      onHostResume.run();
    } else if (CLOCK.steppedBackMs() > SLEEP_MS) {
      log.warn(
          "the clock of this host was set back by {}; the node's time runs at half speed until it"
              + " agrees again, in {}",
          Durations.text(CLOCK.steppedBackMs()),
          Durations.text(2 * CLOCK.aheadOfWallMs()));
    }
  }

  @Override
  public void close() {
    group
        .shutdownGracefully(0, END_WITHIN_S, TimeUnit.SECONDS)
        .awaitUninterruptibly(END_WITHIN_S, TimeUnit.SECONDS);
  }
}
