// SPDX-License-Identifier: Apache-2.0
package net.backhaul.sql;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The migrations, in order: the one at index n leads from schema n to n + 1.
 *
 * <p>To add tables or columns, whichever module uses them: append the name of a new resource of
 * this package to {@link #NAMES}, numbered by its position from 1. A migration that was released
 * never changes. A statement ends with a semicolon at the end of its line; lines that begin with
 * two hyphens are comments. The test of migrations wants a dump of each older schema, {@code
 * schema-<n>.sql}.
 */
public final class Schema {
  /** Resources of this package. */
  static final List<String> NAMES =
      List.of(
          "001-controller.sql",
          "002-web.sql",
          "003-membership.sql",
          "004-history.sql",
          "005-members.sql",
          "006-audit.sql",
          "007-audit-size.sql");

  private final List<String> names;

  Schema(List<String> names) {
    this.names = names;
  }

  /** Returns the schema of this version of the program. */
  public static Schema current() {
    return new Schema(NAMES);
  }

  /** Returns the number of the newest schema. */
  public int version() {
    return names.size();
  }

  /** Returns the statements that lead to a version from the one before. */
  List<String> statements(int toVersion) {
    String name = names.get(toVersion - 1);
    try (InputStream in = Schema.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("no resource " + name);
      }
      return split(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static List<String> split(String script) {
    var statements = new ArrayList<String>();
    var statement = new StringBuilder();
    for (String line : script.lines().toList()) {
      if (line.isBlank() || line.startsWith("--")) {
        continue;
      }
      statement.append(line).append('\n');
      if (line.endsWith(";")) {
        statements.add(statement.substring(0, statement.length() - 2));
        statement.setLength(0);
      }
    }
    if (!statement.isEmpty()) {
      throw new IllegalArgumentException("no semicolon after: " + statement);
    }
    return statements;
  }
}
