// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import net.backhaul.crypto.MemoryHardDigest;
import net.backhaul.engine.HelloCheck;
import net.backhaul.service.system.RepeatedErrorLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that check the identities of unknown nodes, so that a crowd that joins is served by
 * two cores and the node's thread goes on.
 *
 * <p>The node requests a few checks at a time. Anyone can cause them, by HELLOs from forged
 * addresses: threads that were busy for long work half of the time only.
 */
final class IdentityChecks implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(IdentityChecks.class);
  private static final int MAX_THREADS = 2;
  private static final long IDLE_S = 10;

  /** How long the threads work without rest. */
  static final long MAX_BUSY_MS = 30_000;

  /** A break of this length ends a busy time. */
  private static final long BREAK_MS = 1_000;

  /**
   * The memory of the digests, which ends with its thread: 2 MiB of garbage each would be a lot.
   */
  private final ThreadLocal<MemoryHardDigest> digests =
      ThreadLocal.withInitial(MemoryHardDigest::new);

  private final ThreadPoolExecutor executor;
  private final RepeatedErrorLog errors = new RepeatedErrorLog(LOG, "checking an identity");
  private long busySinceMs;
  private long lastEndMs = Long.MIN_VALUE / 2;

  IdentityChecks() {
    int threads = Math.min(MAX_THREADS, Runtime.getRuntime().availableProcessors());
    executor =
        new ThreadPoolExecutor(
            threads,
            threads,
            IDLE_S,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            new DefaultThreadFactory("identity", true));
    executor.allowCoreThreadTimeOut(true);
  }

  /**
   * Runs a check on one of the threads.
   *
   * @param onResult is called on that thread when the check has run
   */
  void run(HelloCheck check, Consumer<HelloCheck> onResult) {
    try {
      executor.execute(() -> runNow(check, onResult));
    } catch (RejectedExecutionException closed) {
      check.wipe();
    }
  }

  private void runNow(HelloCheck check, Consumer<HelloCheck> onResult) {
    long startNs = System.nanoTime();
    try {
      check.run(identity -> identity.validates(digests.get()));
    } catch (RuntimeException e) {
      errors.add(e, NodeLoop.nowMs());
    }
    onResult.accept(check);
    long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNs);
    long restMs = restMs(tookMs, TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
    if (restMs > 0) {
      try {
        TimeUnit.MILLISECONDS.sleep(restMs);
      } catch (InterruptedException closed) {
        Thread.currentThread().interrupt();
      }
    }
  }

  /** Returns how long a thread rests after a check, in milliseconds. */
  synchronized long restMs(long tookMs, long nowMs) {
    if (nowMs - tookMs - lastEndMs > BREAK_MS) {
      busySinceMs = nowMs - tookMs;
    }
    lastEndMs = nowMs;
    return nowMs - busySinceMs > MAX_BUSY_MS ? tookMs : 0;
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
