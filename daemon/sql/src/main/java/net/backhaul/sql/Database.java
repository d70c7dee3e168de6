// SPDX-License-Identifier: Apache-2.0
package net.backhaul.sql;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The database of a home directory: one connection, owned by one thread.
 *
 * <p>Transactions are submitted from any thread and run in that order. Those that are pending
 * together are committed together (one write to the disk), and their results are delivered after
 * the commit: what a result shows survives a power failure. A transaction that fails undoes its own
 * statements alone; where the database fails (a full disk, a lock), all of the group fail, and a
 * later transaction tries again.
 *
 * <p>The file is opened, and created, by the first transaction or by {@link #open}, so a home that
 * needs no database has none. A module with tables of its own appends a migration to {@link
 * Schema}, and uses the database of the daemon:
 *
 * <pre>{@code
 * CompletableFuture<Optional<String>> name =
 *     database.submit(
 *         session -> session.queryFirst("SELECT name FROM account WHERE id = ?", row -> row.text(1), id));
 * }</pre>
 */
public final class Database implements AutoCloseable {
  /** Maximum transactions in one commit. */
  static final int MAX_GROUP = 256;

  private static final Logger log = LoggerFactory.getLogger(Database.class);

  /** Maximum time to wait for a lock of another program. */
  private static final int BUSY_TIMEOUT_MS = 5_000;

  private static final long CLOSE_TIMEOUT_MS = 4_000;

  private final DatabaseFile file;
  private final Schema schema;
  private final int busyTimeoutMs;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<Work<?>> pending = new ArrayDeque<>();
  private @Nullable Thread thread;
  private boolean closing;

  /** Of the thread alone. */
  private @Nullable SqliteConnection connection;

  /** A submitted transaction, and its outcome until the commit. */
  private static final class Work<T extends @Nullable Object> {
    private final Transaction<T> transaction;
    private final CompletableFuture<T> result = new CompletableFuture<>();
    private Runnable outcome = () -> {};

    Work(Transaction<T> transaction) {
      this.transaction = transaction;
    }

    /** Runs the transaction; throws only what affects the others. */
    void run(SqliteConnection connection) throws SQLException {
      connection.savepoint();
      try {
        T value = transaction.run(connection.session());
        connection.release();
        outcome = () -> result.complete(value);
      } catch (RuntimeException | Error e) {
        if (e instanceof StatementException failed
            && SqliteError.of(failed.failure()).affectsDatabase()) {
          throw failed.failure();
        }
        connection.rollbackToSavepoint();
        outcome = () -> result.completeExceptionally(e);
      }
    }

    void committed() {
      outcome.run();
    }

    void fail(Throwable problem) {
      result.completeExceptionally(problem);
    }
  }

  /** Creates a database that is not open yet. */
  public Database(DatabaseFile file) {
    this(file, Schema.current(), BUSY_TIMEOUT_MS);
  }

  Database(DatabaseFile file, Schema schema, int busyTimeoutMs) {
    this.file = file;
    this.schema = schema;
    this.busyTimeoutMs = busyTimeoutMs;
  }

  /**
   * Reads a database once, also while another process uses it, as of one moment.
   *
   * @throws DatabaseException if it cannot be read, or its schema is older than the current one
   */
  public static <T extends @Nullable Object> T read(DatabaseFile file, Transaction<T> transaction)
      throws DatabaseException {
    try (SqliteConnection connection = SqliteConnection.openForReading(file)) {
      connection.requireVersion(Schema.current().version());
      connection.beginReading();
      return transaction.run(connection.session());
    } catch (SQLException e) {
      throw DatabaseException.of(file.path(), e);
    } catch (StatementException e) {
      throw DatabaseException.of(file.path(), e.failure());
    }
  }

  /** Returns the path of the file. */
  public Path path() {
    return file.path();
  }

  /** Returns whether the file exists, so that there may be something to read. */
  public boolean exists() {
    return file.exists();
  }

  /**
   * Opens the database now, and creates and migrates it where necessary; waits for that.
   *
   * @throws DatabaseException if it cannot be used
   */
  public void open() throws DatabaseException {
    await(submit(session -> true));
  }

  /**
   * Runs a transaction; returns at once.
   *
   * @return its result after the commit. Fails with {@link DatabaseException} if the database
   *     cannot be used, and with what the transaction threw
   */
  public <T extends @Nullable Object> CompletableFuture<T> submit(Transaction<T> transaction) {
    var work = new Work<>(transaction);
    lock.lock();
    try {
      if (closing) {
        work.fail(
            new DatabaseException(
                DatabaseException.Problem.UNUSABLE, file.path() + " is closed: the daemon ends"));
        return work.result;
      }
      pending.addLast(work);
      if (thread == null) {
        thread = start();
      }
      changed.signal();
    } finally {
      lock.unlock();
    }
    return work.result;
  }

  /**
   * Waits for the result of a transaction, never on the thread of the database.
   *
   * @throws DatabaseException if the database cannot be used
   */
  public <T extends @Nullable Object> T await(CompletableFuture<T> result)
      throws DatabaseException {
    try {
      return result.join();
    } catch (CompletionException e) {
      Throwable cause = e.getCause();
      switch (cause) {
        case DatabaseException problem -> throw problem;
        case StatementException failed -> throw DatabaseException.of(path(), failed.failure());
        case IOException problem -> throw DatabaseException.of(path(), problem);
        case null, default -> throw e;
      }
    }
  }

  /** Returns the problem of content that is not what was stored. */
  public DatabaseException damaged(String what) {
    return DatabaseException.damaged(path(), what);
  }

  private Thread start() {
    var started = new Thread(this::run, "database");
    started.setDaemon(true);
    started.start();
    return started;
  }

  private void run() {
    try {
      for (List<Work<?>> group = awaitGroup(); !group.isEmpty(); group = awaitGroup()) {
        runGroup(group);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      disconnect();
    }
  }

  /** Waits for transactions, and returns the first ones; empty when the database is closing. */
  private List<Work<?>> awaitGroup() throws InterruptedException {
    var group = new ArrayList<Work<?>>();
    lock.lock();
    try {
      while (pending.isEmpty() && !closing) {
        changed.await();
      }
      while (!pending.isEmpty() && group.size() < MAX_GROUP) {
        group.add(pending.removeFirst());
      }
    } finally {
      lock.unlock();
    }
    return group;
  }

  private void runGroup(List<Work<?>> group) {
    try {
      commitGroup(group);
    } catch (DatabaseException e) {
      group.forEach(work -> work.fail(e));
      return;
    } catch (RuntimeException | Error e) {
      disconnect();
      group.forEach(work -> work.fail(e));
      return;
    }
    for (Work<?> work : group) {
      try {
        work.committed();
      } catch (RuntimeException e) {
        log.error("a consumer of a result failed", e);
      }
    }
  }

  private void commitGroup(List<Work<?>> group) throws DatabaseException {
    SqliteConnection open = connect();
    try {
      open.requireSameFile();
      open.begin();
      for (Work<?> work : group) {
        work.run(open);
      }
      open.commit();
    } catch (SQLException e) {
      open.rollback();
      DatabaseException problem = DatabaseException.of(path(), e);
      if (problem.problem() != DatabaseException.Problem.LOCKED
          && problem.problem() != DatabaseException.Problem.FULL) {
        disconnect(); // The next transaction opens and verifies it again.
      }
      throw problem;
    }
  }

  private SqliteConnection connect() throws DatabaseException {
    SqliteConnection open = connection;
    if (open == null) {
      open = SqliteConnection.open(file, schema, busyTimeoutMs);
      connection = open;
    }
    return open;
  }

  private void disconnect() {
    SqliteConnection open = connection;
    connection = null;
    if (open != null) {
      open.close();
    }
  }

  /** Runs the pending transactions and closes the file. */
  @Override
  public void close() {
    Thread running;
    lock.lock();
    try {
      closing = true;
      running = thread;
      changed.signal();
    } finally {
      lock.unlock();
    }
    if (running == null) {
      return;
    }
    try {
      running.join(CLOSE_TIMEOUT_MS);
      if (running.isAlive()) {
        log.warn("{} is still in use {} ms after its end", path(), CLOSE_TIMEOUT_MS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
