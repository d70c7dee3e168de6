// SPDX-License-Identifier: Apache-2.0
package net.backhaul.sql;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Objects;
import java.util.Properties;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An open database with the newest schema: pragmas, migrations, and groups of transactions. */
final class SqliteConnection implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(SqliteConnection.class);

  /** In the header of the file: "BkHl". */
  private static final int APPLICATION_ID = 0x426b486c;

  private static final int READ_ONLY = 0x1;
  private static final int READ_WRITE = 0x2;
  private static final int NO_FOLLOW = 0x0100_0000;

  private static final int READER_TIMEOUT_MS = 5_000;

  /** Maximum size of the log of changes after a checkpoint. */
  private static final long MAX_LOG_BYTES = 16L * 1024 * 1024;

  private final DatabaseFile file;
  private final @Nullable Object key;
  private final Connection connection;
  private final Statement statement;
  private final SqlSession session;

  private SqliteConnection(DatabaseFile file, Connection connection)
      throws SQLException, IOException {
    this.file = file;
    this.connection = connection;
    this.statement = connection.createStatement();
    this.session = new SqlSession(connection);
    this.key = file.key();
  }

  /**
   * Opens a database, creates it where it is missing, verifies it and migrates it.
   *
   * @throws DatabaseException if it cannot be used; it is then unchanged
   */
  static SqliteConnection open(DatabaseFile file, Schema schema, int busyTimeoutMs)
      throws DatabaseException {
    NativeLibrary.select();
    try {
      if (!file.exists()) {
        file.creation().create(file.path());
      }
      requireOneName(file.path());
      var connection =
          new SqliteConnection(file, connect(file.resolved(), READ_WRITE, busyTimeoutMs));
      try {
        connection.prepare(schema);
        return connection;
      } catch (SQLException | IOException | RuntimeException e) {
        connection.close();
        throw e;
      }
    } catch (SQLException e) {
      throw DatabaseException.of(file.path(), e);
    } catch (StatementException e) {
      throw DatabaseException.of(file.path(), e.failure());
    } catch (IOException e) {
      throw DatabaseException.of(file.path(), e);
    }
  }

  /**
   * Opens an existing database for reading, also while another process writes; its schema is not
   * migrated.
   *
   * @throws DatabaseException if it cannot be used
   */
  static SqliteConnection openForReading(DatabaseFile file) throws DatabaseException {
    NativeLibrary.select();
    try {
      var connection =
          new SqliteConnection(file, connect(file.resolved(), READ_ONLY, READER_TIMEOUT_MS));
      try {
        connection.version();
        connection.execute("PRAGMA temp_store = MEMORY");
        return connection;
      } catch (SQLException | IOException | RuntimeException e) {
        connection.close();
        throw e;
      }
    } catch (SQLException e) {
      throw DatabaseException.of(file.path(), e);
    } catch (IOException e) {
      throw DatabaseException.of(file.path(), e);
    }
  }

  private static Connection connect(Path path, int mode, int busyTimeoutMs) throws SQLException {
    var settings = new Properties();
    settings.setProperty("open_mode", Integer.toString(mode | NO_FOLLOW));
    settings.setProperty("busy_timeout", Integer.toString(busyTimeoutMs));
    return DriverManager.getConnection("jdbc:sqlite:" + path, settings);
  }

  /** A second name could be that of a file that the user of the home must not change. */
  private static void requireOneName(Path path) throws IOException {
    if (!path.getFileSystem().supportedFileAttributeViews().contains("unix")) {
      return;
    }
    for (String suffix : List.of("", "-wal", "-shm", "-journal")) {
      Path each = path.resolveSibling(path.getFileName() + suffix);
      try {
        Object names = Files.getAttribute(each, "unix:nlink", LinkOption.NOFOLLOW_LINKS);
        if (names instanceof Integer count && count > 1) {
          throw new DatabaseException(
              DatabaseException.Problem.FOREIGN,
              each + " has " + count + " names (hard links); expected one. Copy it instead");
        }
      } catch (NoSuchFileException missing) {
        // Nothing to check.
      }
    }
  }

  private void prepare(Schema schema) throws SQLException, IOException {
    int version = version();
    boolean fresh = version == 0;
    requireAtMost(schema, version);
    if (!fresh) {
      requireSound();
    }
    execute("PRAGMA temp_store = MEMORY"); // Nothing is written to a temporary directory.
    execute("PRAGMA foreign_keys = ON");
    execute("PRAGMA trusted_schema = OFF");
    execute("PRAGMA fullfsync = ON");
    execute("PRAGMA journal_size_limit = " + MAX_LOG_BYTES);
    String mode = text("PRAGMA journal_mode = WAL");
    if (!mode.equals("wal")) {
      throw new DatabaseException(
          DatabaseException.Problem.UNUSABLE,
          file.path()
              + " is on a file system without shared memory (journal mode "
              + mode
              + "); put the home on a local disk");
    }
    execute("PRAGMA synchronous = FULL");
    if (fresh) {
      execute("PRAGMA application_id = " + APPLICATION_ID);
    } else if (version < schema.version()) {
      keepCopy(version);
    }
    for (int next = version + 1; next <= schema.version(); next++) {
      migrate(schema, next);
    }
  }

  /** Returns the schema; 0 of a database without content. Fails for one of another program. */
  private int version() throws SQLException, DatabaseException {
    int version = (int) number("PRAGMA user_version");
    long application = number("PRAGMA application_id");
    // The start may have ended after the header was written.
    boolean isEmpty = version == 0 && number("SELECT count(*) FROM sqlite_master") == 0;
    if (!isEmpty && application != APPLICATION_ID) {
      throw new DatabaseException(
          DatabaseException.Problem.FOREIGN,
          file.path() + " is a database of another program; move it away, or name another home");
    }
    return version;
  }

  private void requireAtMost(Schema schema, int version) throws DatabaseException {
    if (version > schema.version()) {
      throw new DatabaseException(
          DatabaseException.Problem.NEWER,
          "%s has schema %d of a later version of this program, which uses up to %d; install that version, or restore a backup from before: zerotier-one controller restore FILE"
              .formatted(file.path(), version, schema.version()));
    }
  }

  void requireVersion(int expected) throws SQLException, DatabaseException {
    requireAtMost(Schema.current(), version());
    if (version() != expected) {
      throw new DatabaseException(
          DatabaseException.Problem.UNUSABLE,
          "%s has schema %d; expected %d. Start the daemon of this version once, which migrates it"
              .formatted(file.path(), version(), expected));
    }
  }

  /** Fails if the structure of the file is damaged, or its schema is that of a later version. */
  void verify() throws DatabaseException {
    try {
      requireAtMost(Schema.current(), version());
      requireSound();
    } catch (SQLException e) {
      throw DatabaseException.of(file.path(), e);
    }
  }

  private void requireSound() throws SQLException, DatabaseException {
    String found = text("PRAGMA quick_check(1)");
    if (!found.equals("ok")) {
      throw DatabaseException.damaged(file.path(), found);
    }
  }

  /** Copies the content, as of now, to an empty file. */
  void copyTo(Path empty) throws DatabaseException {
    try {
      session.update("VACUUM INTO ?", empty.toString());
    } catch (StatementException e) {
      throw DatabaseException.of(file.path(), e.failure());
    }
  }

  /** Keeps a copy of the database before a migration, unless there is one. */
  private void keepCopy(int version) throws SQLException, IOException {
    Path copy = file.path().resolveSibling(file.path().getFileName() + ".schema-" + version);
    if (Files.exists(copy, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    file.creation().create(copy);
    copyTo(copy);
    log.info("{} has schema {}; it is migrated, and {} is its copy", file.path(), version, copy);
  }

  private void migrate(Schema schema, int toVersion) throws SQLException {
    begin();
    try {
      for (String each : schema.statements(toVersion)) {
        execute(each);
      }
      execute("PRAGMA user_version = " + toVersion);
      commit();
    } catch (SQLException | RuntimeException e) {
      rollback();
      throw e;
    }
  }

  SqlSession session() {
    return session;
  }

  /** Fails if the file that is open no longer has its name: changes to it would be lost. */
  void requireSameFile() throws DatabaseException {
    try {
      if (Objects.equals(key, file.key())) {
        return;
      }
    } catch (IOException e) {
      log.debug("no {}: {}", file.path(), e.toString());
    }
    throw new DatabaseException(
        DatabaseException.Problem.MOVED,
        file.path()
            + " was moved, deleted or replaced while in use; put it back, or restart the daemon to"
            + " use what is there now");
  }

  void beginReading() throws SQLException {
    execute("BEGIN");
  }

  void begin() throws SQLException {
    execute("BEGIN IMMEDIATE");
  }

  void commit() throws SQLException {
    execute("COMMIT");
  }

  /** Undoes the transaction, unless SQLite has done so. */
  void rollback() {
    try {
      execute("ROLLBACK");
    } catch (SQLException e) {
      log.debug("no rollback: {}", e.toString());
    }
  }

  void savepoint() throws SQLException {
    execute("SAVEPOINT part");
  }

  void release() throws SQLException {
    execute("RELEASE part");
  }

  void rollbackToSavepoint() throws SQLException {
    execute("ROLLBACK TO part");
    release();
  }

  private void execute(String sql) throws SQLException {
    statement.execute(sql);
  }

  private long number(String sql) throws SQLException {
    try (ResultSet result = statement.executeQuery(sql)) {
      return result.next() ? result.getLong(1) : 0;
    }
  }

  private String text(String sql) throws SQLException {
    try (ResultSet result = statement.executeQuery(sql)) {
      return result.next() ? String.valueOf(result.getString(1)) : "";
    }
  }

  @Override
  public void close() {
    try {
      connection.close();
    } catch (SQLException e) {
      log.warn("{} was not closed properly: {}", file.path(), e.getMessage());
    }
  }
}
