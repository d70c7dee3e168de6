// SPDX-License-Identifier: Apache-2.0
package net.backhaul.store;

import java.io.IOException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import net.backhaul.controller.MemberRecord;
import net.backhaul.controller.NetworkRecord;
import net.backhaul.controller.RecordChange;
import net.backhaul.controller.RecordStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the controller's records to files, in order, on a thread of its own.
 *
 * <p>If a write fails, it and all later changes stay pending and are retried; the listener is
 * notified of saved and of failed changes.
 */
public final class FileRecordStore implements RecordStore, AutoCloseable {
  static final long RETRY_MS = 2_000;

  private static final Logger log = LoggerFactory.getLogger(FileRecordStore.class);
  private static final long CLOSE_TIMEOUT_MS = 2_000;

  /** Maximum changes written between two syncs of their directories. */
  private static final int MAX_BATCH = 64;

  private final Path directory;
  private final RecordFiles files;
  private final List<NetworkRecord> networks;
  private final List<MemberRecord> members;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<PendingChange> pending = new ArrayDeque<>();
  private @Nullable Listener listener;
  private @Nullable Thread thread;
  private boolean closing;

  /** Notified of the outcome of changes, on the store's thread. */
  public interface Listener {
    /** All changes up to a ticket are saved. */
    void saved(long ticket);

    /**
     * The pending changes up to a ticket could not be written; they are retried.
     *
     * @param reason a message for the operator
     */
    void failed(long ticket, String reason);
  }

  private record PendingChange(long ticket, RecordChange change) {}

  private FileRecordStore(Path directory, RecordFiles files, RecordFiles.StoredRecords stored) {
    this.directory = directory;
    this.files = files;
    this.networks = List.copyOf(stored.networks());
    this.members = List.copyOf(stored.members());
  }

  /**
   * Reads all records. Damaged files are renamed and logged.
   *
   * @param directory {@code controller.d}; created if it is missing
   * @throws IOException if the directory cannot be created or listed
   */
  public static FileRecordStore open(Path directory) throws IOException {
    return open(
        new RecordFiles.Location(
            directory, Path.of(""), OpenDirectory.OwnerChange.NONE, List.of()));
  }

  /**
   * Opens a store in the home of another user, as root: no link below the home is followed.
   *
   * @param name the directory of the records in the home
   * @param owner applied to each file and directory that is created, before it is in use
   */
  public static FileRecordStore openInForeignHome(
      Path home, String name, OpenDirectory.OwnerChange owner) throws IOException {
    return open(
        new RecordFiles.Location(home, Path.of(name), owner, List.of(LinkOption.NOFOLLOW_LINKS)));
  }

  private static FileRecordStore open(RecordFiles.Location location) throws IOException {
    var files = new RecordFiles(location);
    Path directory = location.base().resolve(location.below());
    return new FileRecordStore(directory, files, files.load());
  }

  /** Returns the networks read when the store was opened. */
  public List<NetworkRecord> networks() {
    return networks;
  }

  /** Returns the members read when the store was opened. */
  public List<MemberRecord> members() {
    return members;
  }

  /** Starts the thread; changes before that stay pending. */
  public void start(Listener newListener) {
    listener = newListener;
    var started = new Thread(this::run, "store");
    started.setDaemon(true);
    thread = started;
    started.start();
  }

  @Override
  public void write(long ticket, RecordChange change) {
    lock.lock();
    try {
      pending.addLast(new PendingChange(ticket, change));
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    boolean failing = false;
    try {
      for (List<PendingChange> batch = awaitBatch(); !batch.isEmpty(); batch = awaitBatch()) {
        try {
          writeAll(batch);
          if (failing) {
            log.info("{} can be written again; all pending changes are saved", directory);
          }
          failing = false;
        } catch (IOException | RuntimeException e) {
          String reason =
              "cannot write to "
                  + directory
                  + ": "
                  + RecordFiles.reason(e)
                  + "; the change is pending in memory and is retried until the directory is"
                  + " writable";
          if (!failing) {
            log.error(reason);
          }
          failing = true;
          if (!awaitRetry(reason)) {
            return;
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Writes changes in order, and syncs them together. */
  private void writeAll(List<PendingChange> changes) throws IOException {
    int written = 0;
    try {
      for (PendingChange each : changes) {
        files.apply(each.change);
        written++;
      }
    } finally {
      files.sync();
      confirm(changes.subList(0, written));
    }
  }

  /** Waits for pending changes, and returns the first ones; empty when the store is closing. */
  private List<PendingChange> awaitBatch() throws InterruptedException {
    lock.lock();
    try {
      while (pending.isEmpty() && !closing) {
        changed.await();
      }
      return pending.stream().limit(MAX_BATCH).toList();
    } finally {
      lock.unlock();
    }
  }

  private void confirm(List<PendingChange> written) {
    if (written.isEmpty()) {
      return;
    }
    lock.lock();
    try {
      written.forEach(each -> pending.removeFirst());
    } finally {
      lock.unlock();
    }
    Listener current = listener;
    if (current != null) {
      current.saved(written.getLast().ticket);
    }
  }

  /** Waits for the retry interval or another change; false if the store is closing. */
  private boolean awaitRetry(String reason) throws InterruptedException {
    long lastTicket;
    boolean retry;
    lock.lock();
    try {
      lastTicket = pending.getLast().ticket;
      retry = !closing;
    } finally {
      lock.unlock();
    }
    Listener current = listener;
    if (current != null) {
      current.failed(lastTicket, reason);
    }
    if (!retry) {
      return false;
    }
    lock.lock();
    try {
      if (pending.getLast().ticket == lastTicket && !closing) {
        boolean signalled = changed.await(RETRY_MS, TimeUnit.MILLISECONDS);
        log.trace("retrying after {}", signalled ? "another change" : "the retry interval");
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Writes the pending changes and stops the thread. */
  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
    Thread running = thread;
    if (running == null) {
      return;
    }
    try {
      running.join(CLOSE_TIMEOUT_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    lock.lock();
    try {
      if (!pending.isEmpty()) {
        log.error("{} changes of the controller could not be written and are lost", pending.size());
      }
    } finally {
      lock.unlock();
    }
  }
}
