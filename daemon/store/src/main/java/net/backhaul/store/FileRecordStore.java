// SPDX-License-Identifier: Apache-2.0
package net.backhaul.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import net.backhaul.controller.MemberRecord;
import net.backhaul.controller.NetworkRecord;
import net.backhaul.controller.RecordChange;
import net.backhaul.controller.RecordStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps the controller's records in files, on a thread of its own, in order.
 *
 * <p>While the disk refuses, changes wait and are tried again; whoever listens hears of both.
 */
public final class FileRecordStore implements RecordStore, AutoCloseable {
  static final long RETRY_MS = 2_000;

  private static final Logger log = LoggerFactory.getLogger(FileRecordStore.class);
  private static final long CLOSE_WITHIN_MS = 2_000;
  private static final int MAX_TOGETHER = 64;

  private final Path folder;
  private final RecordFiles files;
  private final List<NetworkRecord> networks;
  private final List<MemberRecord> members;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition news = lock.newCondition();
  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
  private @Nullable Listener listener;
  private @Nullable Thread thread;
  private boolean closing;

  /** Who wants to know what has become of changes; called on the store's thread. */
  public interface Listener {
    /** All changes up to a ticket are safe. */
    void saved(long ticket);

    /**
     * The changes that wait, up to a ticket, could not be written yet.
     *
     * @param why what to tell the operator
     */
    void failed(long ticket, String why);
  }

  private record Waiting(long ticket, RecordChange change) {}

  private FileRecordStore(Path folder, RecordFiles files, RecordFiles.Found found) {
    this.folder = folder;
    this.files = files;
    this.networks = List.copyOf(found.networks());
    this.members = List.copyOf(found.members());
  }

  /**
   * Reads all records; damaged ones are moved aside with a message.
   *
   * @param folder {@code controller.d}; made where it is missing
   * @throws IOException where the folder cannot be made or listed
   */
  public static FileRecordStore open(Path folder) throws IOException {
    return open(folder, path -> {});
  }

  /**
   * Opens the store as above.
   *
   * @param created called for each file and directory that is created, before it is in use
   */
  public static FileRecordStore open(Path folder, Consumer<Path> created) throws IOException {
    var files = new RecordFiles(folder, created);
    return new FileRecordStore(folder, files, files.load());
  }

  /** Returns the networks that were there when it was opened. */
  public List<NetworkRecord> networks() {
    return networks;
  }

  /** Returns the members that were there when it was opened. */
  public List<MemberRecord> members() {
    return members;
  }

  /** Begins to write. Before that, changes wait. */
  public void start(Listener hears) {
    listener = hears;
    var made = new Thread(this::run, "store");
    made.setDaemon(true);
    thread = made;
    made.start();
  }

  @Override
  public void write(long ticket, RecordChange change) {
    lock.lock();
    try {
      waiting.addLast(new Waiting(ticket, change));
      news.signal();
    } finally {
      lock.unlock();
    }
  }

  private void run() {
    boolean failing = false;
    try {
      for (List<Waiting> next = next(); !next.isEmpty(); next = next()) {
        try {
          writeAll(next);
          if (failing) {
            log.info("{} can be written again; nothing was lost", folder);
          }
          failing = false;
        } catch (IOException | RuntimeException e) {
          String why =
              "cannot write to "
                  + folder
                  + ": "
                  + RecordFiles.reason(e)
                  + "; the change waits in memory until that is put right";
          if (!failing) {
            log.error(why);
          }
          failing = true;
          if (!waitForBetterTimes(why)) {
            return;
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Writes changes in order, and makes them last together. */
  private void writeAll(List<Waiting> changes) throws IOException {
    int written = 0;
    try {
      for (Waiting each : changes) {
        files.apply(each.change);
        written++;
      }
    } finally {
      files.settle();
      done(changes.subList(0, written));
    }
  }

  /** Waits for changes, which stay where they are until they are written; none at the end. */
  private List<Waiting> next() throws InterruptedException {
    lock.lock();
    try {
      while (waiting.isEmpty() && !closing) {
        news.await();
      }
      return waiting.stream().limit(MAX_TOGETHER).toList();
    } finally {
      lock.unlock();
    }
  }

  private void done(List<Waiting> written) {
    if (written.isEmpty()) {
      return;
    }
    lock.lock();
    try {
      written.forEach(each -> waiting.removeFirst());
    } finally {
      lock.unlock();
    }
    Listener hears = listener;
    if (hears != null) {
      hears.saved(written.getLast().ticket);
    }
  }

  /** Waits a while, or until there is more to write; false when it is time to give up. */
  private boolean waitForBetterTimes(String why) throws InterruptedException {
    long lastTicket;
    boolean goOn;
    lock.lock();
    try {
      lastTicket = waiting.getLast().ticket;
      goOn = !closing;
    } finally {
      lock.unlock();
    }
    Listener hears = listener;
    if (hears != null) {
      hears.failed(lastTicket, why);
    }
    if (!goOn) {
      return false;
    }
    lock.lock();
    try {
      if (waiting.getLast().ticket == lastTicket && !closing) {
        boolean told = news.await(RETRY_MS, TimeUnit.MILLISECONDS);
        log.trace("trying again, {}", told ? "for there is more" : "after a while");
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Writes what is waiting and ends. */
  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      news.signal();
    } finally {
      lock.unlock();
    }
    Thread mine = thread;
    if (mine == null) {
      return;
    }
    try {
      mine.join(CLOSE_WITHIN_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    lock.lock();
    try {
      if (!waiting.isEmpty()) {
        log.error("{} of the controller's changes could not be written", waiting.size());
      }
    } finally {
      lock.unlock();
    }
  }
}
