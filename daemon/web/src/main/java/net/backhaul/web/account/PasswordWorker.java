// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.account;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import net.backhaul.web.http.ProblemException;
import net.backhaul.web.http.RequestProblem;

/** Hashes and verifies passwords, one at a time, since each takes memory and tens of ms. */
public final class PasswordWorker implements AutoCloseable {
  /** Passwords that wait; further requests are answered with 503. */
  public static final int MAX_BACKLOG = 32;

  /**
   * Passwords that wait, at which those from sources where no log-in has succeeded yet are answered
   * with 503: guesses from many sources exclude no owner.
   */
  public static final int MAX_UNKNOWN_BACKLOG = 24;

  private static final long RETRY_AFTER_S = 2;
  private static final long IDLE_S = 30;

  private final PasswordHash passwords;
  private final Executor executor;
  private final Runnable close;
  private final AtomicInteger backlog = new AtomicInteger();

  /** Creates a worker with a thread of its own, which ends when it is idle. */
  public PasswordWorker() {
    passwords = PasswordHash.DEFAULT;
    var pool =
        new ThreadPoolExecutor(
            1,
            1,
            IDLE_S,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(MAX_BACKLOG),
            work -> {
              var thread = new Thread(work, "web-password");
              thread.setDaemon(true);
              return thread;
            });
    pool.allowCoreThreadTimeOut(true);
    executor = pool;
    close = pool::shutdownNow;
  }

  /** Creates a worker on an executor; for tests. */
  public PasswordWorker(PasswordHash passwords, Executor executor) {
    this.passwords = passwords;
    this.executor = executor;
    close = () -> {};
  }

  /** Returns the parameters of new hashes. */
  PasswordHash passwords() {
    return passwords;
  }

  /**
   * Rejects a log-in before it counts as an attempt, if it would have to wait behind too many.
   *
   * @param isKnown whether its account has logged in from its source before
   * @throws ProblemException with status 503
   */
  void requireCapacity(boolean isKnown) {
    if (backlog.get() >= (isKnown ? MAX_BACKLOG : MAX_UNKNOWN_BACKLOG)) {
      throw busy();
    }
  }

  private static ProblemException busy() {
    return new ProblemException(
        RequestProblem.of(503, "busy", "too many log-ins at once; try again")
            .retryAfter(RETRY_AFTER_S));
  }

  /**
   * Computes on the thread of the worker.
   *
   * @throws ProblemException with status 503 if the backlog is full
   */
  public <T> CompletableFuture<T> submit(Supplier<T> work) {
    backlog.incrementAndGet();
    try {
      return CompletableFuture.supplyAsync(work, executor)
          .whenComplete((result, thrown) -> backlog.decrementAndGet());
    } catch (RejectedExecutionException full) {
      backlog.decrementAndGet();
      throw busy();
    }
  }

  @Override
  public void close() {
    close.run();
  }
}
