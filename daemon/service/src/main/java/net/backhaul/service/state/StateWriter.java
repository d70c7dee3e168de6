// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.state;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import net.backhaul.service.system.RepeatedErrorLog;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes and deletes files of the home in the background, on the state thread.
 *
 * <p>Of several pending contents of one file the last is written, so there are never more pending
 * writes than files. What cannot be written, as while the disk is full, is retried until it can.
 */
final class StateWriter implements AutoCloseable {
  /** How often failed writes are retried. */
  static final long RETRY_MS = 5_000;

  /** Failures after which a retry pauses: the disk is still full. */
  static final int MAX_FAILURES = 8;

  private static final Logger log = LoggerFactory.getLogger(StateWriter.class);
  private static final long CLOSE_WITHIN_MS = 2_000;

  private final HomeDirectory home;
  private final long retryMs;

  /** Contents by file; empty to delete it. */
  private final Map<String, Optional<byte[]>> pending = new ConcurrentHashMap<>();

  private final ScheduledThreadPoolExecutor thread =
      new ScheduledThreadPoolExecutor(
          1, work -> Thread.ofPlatform().daemon().name("state").unstarted(work));

  private final RepeatedErrorLog errors =
      new RepeatedErrorLog(log, "running a task on the state thread");

  // Used on the state thread.

  /** Contents that could not be written, by file, those first that were retried longest ago. */
  private final Map<String, Failure> failed = new LinkedHashMap<>();

  private boolean retryIsScheduled;

  private record Failure(Optional<byte[]> content, String reason) {}

  StateWriter(HomeDirectory home, long retryMs) {
    this.home = home;
    this.retryMs = retryMs;
    thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
  }

  /** Writes a file in the background; null deletes it. The bytes are not copied. */
  void save(String name, byte @Nullable [] content) {
    if (pending.put(name, Optional.ofNullable(content)) == null) {
      execute(() -> writePending(name));
    }
  }

  /**
   * Runs other work on the state thread; if it fails, that is logged with a rate limit. Returns
   * false after the end, when it is discarded.
   */
  boolean execute(Runnable work) {
    try {
      thread.execute(
          () -> {
            try {
              work.run();
            } catch (RuntimeException | Error e) {
              errors.add(e, System.currentTimeMillis());
            }
          });
      return true;
    } catch (RejectedExecutionException ended) {
      log.trace("the state is closed already");
      return false;
    }
  }

  /**
   * Completes when the last contents of these files are on the disk, and fails with {@link
   * NotSaved} if one of them cannot be written, which is then retried.
   */
  CompletableFuture<Void> whenSaved(List<String> names) {
    var saved = new CompletableFuture<Void>();
    boolean runs =
        execute(
            () -> {
              for (String name : names) {
                Failure failure = failed.get(name);
                if (failure != null) {
                  write(name, failure.content);
                  failure = failed.get(name);
                }
                if (failure != null) {
                  saved.completeExceptionally(new NotSaved(describe(name, failure)));
                  return;
                }
              }
              saved.complete(null);
            });
    if (!runs) {
      saved.completeExceptionally(new NotSaved("the daemon is ending"));
    }
    return saved;
  }

  private String describe(String name, Failure failure) {
    return "the change is in effect, but "
        + (failure.content.isPresent() ? "cannot be saved in " : "cannot be saved by deleting ")
        + home.file(name)
        + ": "
        + failure.reason
        + "; this is retried every "
        + Math.max(1, retryMs / 1_000)
        + " s, and the change is lost if the daemon ends before";
  }

  private void writePending(String name) {
    Optional<byte[]> content = pending.remove(name);
    if (content != null) {
      write(name, content);
    }
  }

  private void write(String name, Optional<byte[]> content) {
    Failure before = failed.remove(name);
    try {
      if (content.isPresent()) {
        home.write(name, content.get());
      } else {
        home.remove(name);
      }
      if (before != null) {
        log.info("{} is saved now", home.file(name));
      }
    } catch (IOException e) {
      var failure = new Failure(content, FileProblem.describe(home.file(name), e));
      failed.put(name, failure);
      if (before == null) {
        log.warn(
            "cannot {} {}: {}; retried every {} s",
            content.isPresent() ? "write" : "delete",
            home.file(name),
            failure.reason,
            Math.max(1, retryMs / 1_000));
      }
      scheduleRetry();
    }
  }

  private void scheduleRetry() {
    if (!retryIsScheduled && !thread.isShutdown()) {
      retryIsScheduled = true;
      thread.schedule(this::retry, retryMs, TimeUnit.MILLISECONDS);
    }
  }

  private void retry() {
    retryIsScheduled = false;
    int failures = 0;
    for (String name : new ArrayList<>(failed.keySet())) {
      Failure failure = failed.get(name);
      if (failure == null) {
        continue;
      }
      write(name, failure.content);
      if (failed.containsKey(name) && ++failures == MAX_FAILURES) {
        return;
      }
    }
  }

  /** Writes what is pending, tries once more what has failed, and ends. */
  @Override
  public void close() {
    execute(this::writeLast);
    thread.shutdown();
    try {
      if (!thread.awaitTermination(CLOSE_WITHIN_MS, TimeUnit.MILLISECONDS)) {
        log.warn(
            "the disk is slow: not all state was written within {} ms; the rest is lost",
            CLOSE_WITHIN_MS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void writeLast() {
    retry();
    if (!failed.isEmpty()) {
      String first = failed.keySet().iterator().next();
      log.error(
          "{} files could not be saved and their changes are lost, the first is {}",
          failed.size(),
          home.file(first));
    }
  }
}
