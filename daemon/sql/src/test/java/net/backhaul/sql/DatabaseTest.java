// SPDX-License-Identifier: Apache-2.0
package net.backhaul.sql;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import net.backhaul.sql.DatabaseException.Problem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseTest {
  private static final Schema SCHEMA = new Schema(List.of("test-001.sql", "test-002.sql"));
  private static final int BUSY_MS = 20;
  private static final String INSERT = "INSERT INTO thing (id, name) VALUES (?, ?)";
  private static final int PAGE_BYTES = 4096;

  @TempDir Path directory;

  private Database database() {
    return database(SCHEMA);
  }

  private Database database(Schema schema) {
    return new Database(DatabaseFile.of(file()), schema, BUSY_MS);
  }

  private Path file() {
    return directory.resolve("backhaul.db");
  }

  private static Transaction<Integer> insert(long id) {
    return session -> session.update(INSERT, id, "name " + id);
  }

  private static Transaction<List<Long>> ids() {
    return session -> session.query("SELECT id FROM thing ORDER BY id", row -> row.number(1));
  }

  private List<Long> stored() throws IOException {
    try (Database database = database()) {
      return database.await(database.submit(ids()));
    }
  }

  private DatabaseException problem(Schema schema) {
    try (Database database = database(schema)) {
      return assertThrows(DatabaseException.class, database::open);
    }
  }

  private static DatabaseException problem(CompletableFuture<?> result) {
    var failed = assertThrows(CompletionException.class, result::join);
    return assertInstanceOf(DatabaseException.class, failed.getCause());
  }

  private Connection foreign() throws SQLException {
    return DriverManager.getConnection("jdbc:sqlite:" + file());
  }

  private List<String> names() throws IOException {
    try (Stream<Path> all = Files.list(directory)) {
      return all.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void createsNoFileBeforeFirstTransaction() throws Exception {
    try (Database database = database()) {
      assertFalse(database.exists());
    }
    assertEquals(List.of(), names());

    assertEquals(List.of(1L), stored());
    assertEquals(List.of("backhaul.db"), names());
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file())));
  }

  @Test
  void writesLogOfChangesThroughToDisk() throws Exception {
    try (Database database = database()) {
      assertEquals(
          List.of("wal", "2", "2"),
          database.await(
              database.submit(
                  session ->
                      Stream.of("journal_mode", "synchronous", "temp_store")
                          .flatMap(
                              name -> session.query("PRAGMA " + name, row -> row.text(1)).stream())
                          .toList())));
      assertEquals(
          "rw-------",
          PosixFilePermissions.toString(
              Files.getPosixFilePermissions(directory.resolve("backhaul.db-wal"))));
    }
  }

  @Test
  void undoesOnlyTheTransactionThatFails() throws Exception {
    try (Database database = database()) {
      var entered = new CountDownLatch(1);
      var go = new CountDownLatch(1);
      database.submit(
          session -> {
            entered.countDown();
            awaitUnchecked(go);
            return 0;
          });
      entered.await();
      // These are pending together, and so one group.
      CompletableFuture<Integer> first = database.submit(insert(2));
      CompletableFuture<Integer> duplicate =
          database.submit(
              session -> session.update(INSERT, 3L, "undone") + session.update(INSERT, 2L, "x"));
      CompletableFuture<Integer> defect =
          database.submit(session -> session.update("INSERT INTO nowhere VALUES (1)"));
      CompletableFuture<Integer> thrown =
          database.submit(
              session -> {
                session.update(INSERT, 4L, "undone");
                throw new IllegalStateException("by the caller");
              });
      CompletableFuture<Integer> last = database.submit(insert(5));
      go.countDown();

      assertEquals(1, first.join());
      var failed = assertThrows(CompletionException.class, duplicate::join);
      assertTrue(
          assertInstanceOf(StatementException.class, failed.getCause()).violatesConstraint());
      assertFalse(
          assertInstanceOf(
                  StatementException.class,
                  assertThrows(CompletionException.class, defect::join).getCause())
              .violatesConstraint());
      assertEquals(
          "by the caller",
          assertThrows(CompletionException.class, thrown::join).getCause().getMessage());
      assertEquals(1, last.join());
    }
    assertEquals(List.of(1L, 2L, 5L), stored());
  }

  private static void awaitUnchecked(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void commitsPendingTransactionsTogether() throws Exception {
    var commits = new ArrayList<Long>();
    try (Database database = database()) {
      var go = new CountDownLatch(1);
      database.submit(
          session -> {
            awaitUnchecked(go);
            return 0;
          });
      var results = new ArrayList<CompletableFuture<Boolean>>();
      for (long id = 10; id < 110; id++) {
        long each = id;
        results.add(
            database
                .submit(insert(each))
                .thenApply(count -> commits.add(sizeOf(directory.resolve("backhaul.db-wal")))));
      }
      go.countDown();
      results.forEach(CompletableFuture::join);
    }
    assertEquals(100, commits.size());
    assertTrue(commits.stream().distinct().count() <= 2, commits::toString);
  }

  private static long sizeOf(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void runsPendingTransactionsBeforeItCloses() throws Exception {
    CompletableFuture<Integer> late;
    try (Database database = database()) {
      for (long id = 2; id < 50; id++) {
        database.submit(insert(id));
      }
      late = database.submit(insert(50));
    }

    assertEquals(1, late.join());
    assertEquals(50, stored().size());
    assertEquals(List.of("backhaul.db"), names());
  }

  @Test
  void rejectsTransactionsOnceClosed() {
    Database database = database();
    database.close();

    assertEquals(Problem.UNUSABLE, problem(database.submit(ids())).problem());
  }

  @Test
  void reportsLockOfAnotherProgramAndContinuesAfterIt() throws Exception {
    try (Database database = database()) {
      database.open();
      try (Connection other = foreign();
          Statement statement = other.createStatement()) {
        statement.execute("BEGIN IMMEDIATE");

        DatabaseException found = problem(database.submit(insert(2)));

        assertEquals(Problem.LOCKED, found.problem());
        assertTrue(found.getMessage().contains("is locked by another program"), found::getMessage);
        statement.execute("ROLLBACK");
      }
      assertEquals(1, database.submit(insert(3)).join());
    }
    assertEquals(List.of(1L, 3L), stored());
  }

  @Test
  void letsOtherProgramsReadMeanwhile() throws Exception {
    try (Database database = database()) {
      database.open();
      try (Connection other = foreign();
          Statement statement = other.createStatement()) {
        statement.execute("BEGIN");
        assertTrue(statement.executeQuery("SELECT count(*) FROM thing").next());

        assertEquals(1, database.submit(insert(2)).join());
      }
    }
  }

  @Test
  void undoesTheGroupWhenTheDiskIsFullAndContinuesWhenItIsNot() throws Exception {
    try (Database database = database()) {
      long pages =
          database
              .submit(session -> session.queryFirst("PRAGMA page_count", row -> row.number(1)))
              .join()
              .orElseThrow();
      // SQLite reports the limit of pages as it does a full disk.
      database.submit(session -> limitPages(session, pages)).join();

      CompletableFuture<Integer> much =
          database.submit(session -> session.update(INSERT, 2L, "x".repeat(10 * PAGE_BYTES)));

      DatabaseException found = problem(much);
      assertEquals(Problem.FULL, found.problem());
      assertTrue(found.getMessage().contains("no space left"), found::getMessage);
      assertEquals(List.of(1L), database.submit(ids()).join());
      database.submit(session -> limitPages(session, 1_000_000)).join();
      assertEquals(1, database.submit(insert(3)).join());
    }
    assertEquals(List.of(1L, 3L), stored());
  }

  private static long limitPages(SqlSession session, long pages) {
    return session
        .queryFirst("PRAGMA max_page_count = " + pages, row -> row.number(1))
        .orElseThrow();
  }

  @Test
  void rejectsFileThatIsNoDatabase() throws Exception {
    Files.writeString(file(), "no database ".repeat(1_000));

    DatabaseException found = problem(SCHEMA);

    assertEquals(Problem.DAMAGED, found.problem());
    assertTrue(found.getMessage().contains("controller restore"), found::getMessage);
    assertTrue(Files.readString(file()).startsWith("no database"));
  }

  @Test
  void rejectsDamagedDatabaseUnchanged() throws Exception {
    try (Database database = database()) {
      for (long id = 2; id < 2_000; id++) {
        database.submit(insert(id));
      }
    }
    try (FileChannel channel = FileChannel.open(file(), StandardOpenOption.WRITE)) {
      // The first page of rows after the header and schema.
      channel.write(
          StandardCharsets.US_ASCII.encode("damage".repeat(PAGE_BYTES / 6)), 3L * PAGE_BYTES);
    }
    byte[] before = Files.readAllBytes(file());

    assertEquals(Problem.DAMAGED, problem(SCHEMA).problem());

    assertEquals(List.of("backhaul.db"), names());
    assertArrayEquals(before, Files.readAllBytes(file()));
  }

  @Test
  void rejectsTruncatedDatabase() throws Exception {
    try (Database database = database()) {
      for (long id = 2; id < 2_000; id++) {
        database.submit(insert(id));
      }
    }
    try (FileChannel channel = FileChannel.open(file(), StandardOpenOption.WRITE)) {
      channel.truncate(channel.size() / 2);
    }

    assertEquals(Problem.DAMAGED, problem(SCHEMA).problem());
  }

  @Test
  void rejectsDatabaseOfLaterVersionUnchanged() throws Exception {
    database().close();
    stored();
    byte[] before = Files.readAllBytes(file());

    DatabaseException found = problem(new Schema(List.of("test-001.sql")));

    assertEquals(Problem.NEWER, found.problem());
    assertTrue(found.getMessage().contains("schema 2"), found::getMessage);
    assertArrayEquals(before, Files.readAllBytes(file()));
  }

  @Test
  void rejectsDatabaseOfAnotherProgram() throws Exception {
    try (Connection other = foreign();
        Statement statement = other.createStatement()) {
      statement.execute("CREATE TABLE theirs (id INTEGER)");
    }

    assertEquals(Problem.FOREIGN, problem(SCHEMA).problem());
  }

  @Test
  void rejectsLinks() throws Exception {
    stored();
    Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
    Files.move(file(), elsewhere.resolve("other.db"));
    Files.createSymbolicLink(file(), elsewhere.resolve("other.db"));
    assertEquals(Problem.UNUSABLE, problem(SCHEMA).problem());

    Files.delete(file());
    Files.createLink(file(), elsewhere.resolve("other.db"));
    assertEquals(Problem.FOREIGN, problem(SCHEMA).problem());
  }

  @Test
  void opensDatabaseInDirectoryThatIsALink() throws Exception {
    Path home = Files.createDirectory(directory.resolve("home"));
    Path link = Files.createSymbolicLink(directory.resolve("link"), home);

    try (Database database = new Database(DatabaseFile.of(link.resolve("backhaul.db")))) {
      database.open();
    }

    assertTrue(Files.isRegularFile(home.resolve("backhaul.db")));
  }

  /** Otherwise changes to a file without a name would be confirmed, and lost. */
  @Test
  void confirmsNothingAfterTheFileWasMoved() throws Exception {
    try (Database database = database()) {
      database.open();
      Path moved = directory.resolve("moved.db");
      Files.move(file(), moved);

      assertEquals(Problem.MOVED, problem(database.submit(insert(2))).problem());

      Files.move(moved, file());
      assertEquals(1, database.submit(insert(3)).join());
    }
    assertEquals(List.of(1L, 3L), stored());
  }

  @Test
  void migratesOlderSchemaAndKeepsACopy() throws Exception {
    try (Database old = database(new Schema(List.of("test-001.sql")))) {
      old.submit(session -> session.update("INSERT INTO thing VALUES (2, 'old')")).join();
    }

    try (Database database = database()) {
      assertEquals(
          List.of("1 first 7", "2 old 7"),
          database
              .submit(
                  session ->
                      session.query(
                          "SELECT id, name, size FROM thing ORDER BY id",
                          row -> row.number(1) + " " + row.text(2) + " " + row.number(3)))
              .join());
    }
    assertEquals(List.of("backhaul.db", "backhaul.db.schema-1"), names());
  }

  @Test
  void undoesMigrationThatFails() throws Exception {
    stored();
    Schema bad = new Schema(List.of("test-001.sql", "test-002.sql", "test-bad.sql"));

    assertEquals(Problem.UNUSABLE, problem(bad).problem());

    assertEquals(List.of(1L), stored());
  }

  @Test
  void preparesEachStatementOnce() throws Exception {
    try (Database database = database()) {
      for (int i = 0; i < 2 * SqlSession.MAX_STATEMENTS; i++) {
        int each = i;
        assertEquals(
            List.of((long) each),
            database
                .submit(session -> session.query("SELECT " + each, row -> row.number(1)))
                .join());
      }
    }
  }
}
