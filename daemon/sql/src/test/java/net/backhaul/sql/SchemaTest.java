// SPDX-License-Identifier: Apache-2.0
package net.backhaul.sql;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Migrates a database of every older schema, from a dump that a release of it could have left. */
class SchemaTest {
  private static final String NETWORK = "SELECT document, notes, labels FROM network";
  private static final String MEMBER = "SELECT document FROM member";

  private static final String DAYS = "SELECT deauthorize_after_days FROM network";

  @TempDir Path directory;

  /** Returns all definitions of a database, with blanks as they are. */
  private static List<String> definitions(Database database) {
    return database
        .submit(
            session ->
                session.query(
                    "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name",
                    row -> row.text(1)))
        .join();
  }

  private void restoreDump(int version, Path file) throws Exception {
    try (InputStream in = SchemaTest.class.getResourceAsStream("schema-" + version + ".sql");
        Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement()) {
      assertNotNull(in, "there is no dump schema-" + version + ".sql");
      String dump = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      for (String each : Schema.split(dump)) {
        statement.execute(each);
      }
    }
  }

  @Test
  void migratesEveryOlderSchema() throws Exception {
    Path fresh = directory.resolve("fresh.db");
    List<String> expected;
    try (var database = new Database(DatabaseFile.of(fresh))) {
      expected = definitions(database);
    }
    for (int version = 1; version <= Schema.current().version(); version++) {
      Path file = directory.resolve("schema-" + version + ".db");
      restoreDump(version, file);

      try (var database = new Database(DatabaseFile.of(file))) {
        assertEquals(expected, definitions(database), "definitions after schema " + version);
        assertEquals(
            List.of(
                "{\"id\":\"0b59471541000001\",\"revision\":3,\"later\":[1,0.5]}|a note|[\"x\"]"),
            database
                .submit(
                    session ->
                        session.query(
                            NETWORK, row -> row.text(1) + "|" + row.text(2) + "|" + row.text(3)))
                .join());
        assertEquals(
            List.of("{\"id\":\"0123456789\",\"revision\":2,\"authorized\":true}"),
            database.submit(session -> session.query(MEMBER, row -> row.text(1))).join());
        assertEquals(
            List.of(version < 5 ? 0L : 30L),
            database.submit(session -> session.query(DAYS, row -> row.number(1))).join());
      }
    }
  }

  @Test
  void splitsStatements() {
    assertEquals(
        List.of("CREATE TABLE a (\n  b TEXT DEFAULT ';x'\n)", "DROP TABLE a"),
        Schema.split("-- c;\nCREATE TABLE a (\n  b TEXT DEFAULT ';x'\n);\n\nDROP TABLE a;\n"));
    assertThrows(IllegalArgumentException.class, () -> Schema.split("DROP TABLE a\n"));
  }
}
