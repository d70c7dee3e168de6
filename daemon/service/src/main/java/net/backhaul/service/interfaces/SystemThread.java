// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import net.backhaul.engine.Node;
import net.backhaul.service.NodeLoop;
import net.backhaul.service.system.RepeatedErrorLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread for slow system calls, and tasks between it and the node loop. */
final class SystemThread {
  private static final Logger log = LoggerFactory.getLogger(SystemThread.class);
  private static final RepeatedErrorLog ERRORS = new RepeatedErrorLog(log, "setting up devices");
  private static final long END_WITHIN_S = 3;

  private final NodeLoop loop;
  private final ScheduledThreadPoolExecutor executor;

  SystemThread(NodeLoop loop) {
    this.loop = loop;
    executor =
        new ScheduledThreadPoolExecutor(
            1, work -> Thread.ofPlatform().daemon().name("system").unstarted(work));
    executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    executor.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
  }

  /**
   * Runs a task on the system thread after all earlier ones.
   *
   * @return false if the thread has ended, so that the task is discarded
   */
  boolean execute(Runnable work) {
    try {
      executor.execute(guarded(work));
      return true;
    } catch (RejectedExecutionException ended) {
      log.trace("devices are closed already");
      return false;
    }
  }

  /** Runs a task on the system thread periodically. */
  void every(long everyMs, Runnable work) {
    executor.scheduleWithFixedDelay(guarded(work), everyMs, everyMs, TimeUnit.MILLISECONDS);
  }

  /** Updates the node, on the node loop. */
  void updateNode(Consumer<Node> update) {
    onLoop(
        () -> {
          update.accept(loop.node());
          loop.scheduleWakeUp();
        });
  }

  /** Runs a task on the node loop. */
  void onLoop(Runnable work) {
    try {
      loop.execute(guarded(work));
    } catch (RejectedExecutionException ended) {
      log.trace("the node loop has ended");
    }
  }

  /** Ends after the tasks given so far, and waits for them. */
  void end() {
    executor.shutdown();
    try {
      if (!executor.awaitTermination(END_WITHIN_S, TimeUnit.SECONDS)) {
        log.warn("devices are still being closed; the kernel removes them when this process ends");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Runnable guarded(Runnable work) {
    return () -> {
      try {
        work.run();
      } catch (RuntimeException | Error e) {
        ERRORS.add(e, NodeLoop.nowMs());
      }
    };
  }
}
