// SPDX-License-Identifier: Apache-2.0
package net.backhaul.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import net.backhaul.controller.RecordChange;
import net.backhaul.controller.RecordStore;
import net.backhaul.controller.StoredRecords;
import net.backhaul.sql.Database;
import net.backhaul.sql.DatabaseException;
import net.backhaul.sql.SqlSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the controller's records to a database, in order.
 *
 * <p>Changes that are pending together are one transaction. If it fails, its changes and all later
 * ones stay pending and are retried; the listener is notified of saved and of failed changes.
 */
public final class SqlRecordStore implements RecordStore, AutoCloseable {
  static final long RETRY_MS = 2_000;

  /** Maximum changes in one transaction. */
  static final int MAX_BATCH = 256;

  private static final Logger log = LoggerFactory.getLogger(SqlRecordStore.class);
  private static final long CLOSE_TIMEOUT_MS = 2_000;

  /** The property that tells which files were imported and are still in their place. */
  private static final String IMPORTING = "controller.importing";

  private final Database database;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition idle = lock.newCondition();
  private final ArrayDeque<PendingChange> pending = new ArrayDeque<>();
  private StoredRecords stored;
  private @Nullable Listener listener;
  private boolean isWriting;
  private boolean isFailing;
  private boolean isRetryScheduled;
  private boolean isClosing;

  /** Notified of the outcome of changes, on the thread of the database. */
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

  private SqlRecordStore(Database database, StoredRecords stored) {
    this.database = database;
    this.stored = stored;
  }

  /**
   * Reads all records; imports those of {@code controller.d} first, if there are any and the
   * database has none, and renames them. Without either, no database is created or opened.
   *
   * @throws IOException if the database or the directory cannot be used; the message is for
   *     operators
   */
  public static SqlRecordStore open(Database database, ControllerDirectory directory)
      throws IOException {
    directory.create();
    boolean hasFiles = directory.hasNetworks();
    if (!database.exists() && !hasFiles) {
      return new SqlRecordStore(database, StoredRecords.NONE);
    }
    String importing =
        database.await(database.submit(session -> RecordRows.property(session, IMPORTING)));
    boolean isNew = !database.await(database.submit(SqlRecordStore::hasRecords));
    if (hasFiles && importing.isEmpty()) {
      if (isNew) {
        importFiles(database, directory);
        importing = directory.path().toString();
      } else {
        log.warn(
            "{} has files of networks, which are not used: the networks are in {}. To add those of"
                + " the files, stop the daemon: zerotier-one controller import {}",
            directory.path(),
            database.path(),
            directory.path());
      }
    }
    if (!importing.isEmpty()) {
      completeImport(database, directory, hasFiles);
    }
    return new SqlRecordStore(database, readRecords(database));
  }

  private static StoredRecords readRecords(Database database) throws IOException {
    try {
      return database.await(database.submit(RecordRows::read));
    } catch (CompletionException e) {
      if (e.getCause() instanceof IllegalArgumentException damaged) {
        throw database.damaged(String.valueOf(damaged.getMessage()));
      }
      throw e;
    }
  }

  private static boolean hasRecords(SqlSession session) {
    return session.queryFirst("SELECT id FROM network", row -> row.text(1)).isPresent();
  }

  private static void importFiles(Database database, ControllerDirectory directory)
      throws IOException {
    StoredRecords found = directory.read();
    String path = directory.path().toString();
    database.await(
        database.submit(
            session -> {
              RecordRows.saveAll(session, found);
              RecordRows.setProperty(session, IMPORTING, path);
              return true;
            }));
    log.info(
        "imported {} networks and {} members of {} into {}",
        found.networks().size(),
        found.members().size(),
        directory.path(),
        database.path());
  }

  /** Renames the imported files; also after an end between the import and this. */
  private static void completeImport(
      Database database, ControllerDirectory directory, boolean hasFiles) throws IOException {
    if (hasFiles) {
      Path aside = directory.setAside();
      log.info("the imported files are kept unchanged in {}", aside);
    }
    database.await(
        database.submit(
            session -> {
              RecordRows.setProperty(session, IMPORTING, "");
              return true;
            }));
  }

  /** Adds the records of a directory to a database; those with the same ids are replaced. */
  public static StoredRecords importFrom(Database database, ControllerDirectory directory)
      throws IOException {
    StoredRecords found = directory.read();
    database.await(
        database.submit(
            session -> {
              RecordRows.saveAll(session, found);
              return true;
            }));
    return found;
  }

  /** Returns all records of a database. */
  public static StoredRecords read(SqlSession session) {
    return RecordRows.read(session);
  }

  /** Returns the records read when the store was opened, once: it does not keep them. */
  public StoredRecords takeStored() {
    StoredRecords taken = stored;
    stored = StoredRecords.NONE;
    return taken;
  }

  /** Starts writing; changes before that stay pending. */
  public void start(Listener newListener) {
    lock.lock();
    try {
      listener = newListener;
      writePending();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void write(long ticket, RecordChange change) {
    lock.lock();
    try {
      pending.addLast(new PendingChange(ticket, change));
      writePending();
    } finally {
      lock.unlock();
    }
  }

  /** Submits the first pending changes, unless some are being written. Holds the lock. */
  private void writePending() {
    if (isWriting || pending.isEmpty() || listener == null) {
      return;
    }
    isWriting = true;
    List<PendingChange> batch = pending.stream().limit(MAX_BATCH).toList();
    database
        .submit(
            session -> {
              batch.forEach(each -> RecordRows.apply(session, each.change));
              return true;
            })
        .whenComplete(
            (done, failure) -> {
              if (failure == null) {
                written(batch);
              } else {
                notWritten(failure);
              }
            });
  }

  private void written(List<PendingChange> batch) {
    Listener current;
    boolean recovered;
    lock.lock();
    try {
      batch.forEach(each -> pending.removeFirst());
      recovered = isFailing;
      isFailing = false;
      isWriting = false;
      current = listener;
      writePending();
      idle.signalAll();
    } finally {
      lock.unlock();
    }
    if (recovered) {
      log.info("{} can be written again", database.path());
    }
    if (current != null) {
      current.saved(batch.getLast().ticket);
    }
  }

  private void notWritten(Throwable failure) {
    String reason =
        "cannot save networks: "
            + (failure instanceof DatabaseException ? failure.getMessage() : failure.toString())
            + "; the change is pending in memory and is retried";
    long lastTicket;
    Listener current;
    lock.lock();
    try {
      if (!isFailing) {
        log.error(reason);
      }
      isFailing = true;
      isWriting = false;
      lastTicket = pending.getLast().ticket;
      current = listener;
      idle.signalAll();
      if (!isClosing && !isRetryScheduled) {
        isRetryScheduled = true;
        CompletableFuture.delayedExecutor(RETRY_MS, TimeUnit.MILLISECONDS).execute(this::retry);
      }
    } finally {
      lock.unlock();
    }
    if (current != null) {
      current.failed(lastTicket, reason);
    }
  }

  private void retry() {
    lock.lock();
    try {
      isRetryScheduled = false;
      writePending();
    } finally {
      lock.unlock();
    }
  }

  /** Writes the pending changes; the database stays open for others. */
  @Override
  public void close() {
    lock.lock();
    try {
      isClosing = true;
      writePending();
      long remainingNs = TimeUnit.MILLISECONDS.toNanos(CLOSE_TIMEOUT_MS);
      while (isWriting && remainingNs > 0) {
        remainingNs = idle.awaitNanos(remainingNs);
      }
      if (!pending.isEmpty() && listener != null) {
        log.error("{} changes of the controller could not be written and are lost", pending.size());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      lock.unlock();
    }
  }
}
