// SPDX-License-Identifier: Apache-2.0
package net.backhaul.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Runs the statements of a {@link Transaction}.
 *
 * <p>A statement is prepared once for each text of it, so texts have to be constants: values are
 * arguments ({@code String}, {@code Long}, {@code Integer}, {@code Boolean}, {@code byte[]} or
 * null), never part of the text. All methods throw {@link StatementException} where the statement
 * fails.
 */
public final class SqlSession {
  /** Maximum statements that are kept prepared; the oldest is closed. */
  static final int MAX_STATEMENTS = 256;

  private final Connection connection;
  private final LinkedHashMap<String, PreparedStatement> statements = new LinkedHashMap<>();

  SqlSession(Connection connection) {
    this.connection = connection;
  }

  /** Runs a statement that changes rows; returns how many. */
  public int update(String sql, @Nullable Object... arguments) {
    try {
      return prepare(sql, arguments).executeUpdate();
    } catch (SQLException e) {
      throw failed(sql, e);
    }
  }

  /** Runs a query, and returns an object of each row. */
  public <T> List<T> query(String sql, RowReader<T> reader, @Nullable Object... arguments) {
    var all = new ArrayList<T>();
    forEach(sql, row -> all.add(reader.read(row)), arguments);
    return all;
  }

  /** Runs a query, and returns the object of the first row. */
  public <T> Optional<T> queryFirst(
      String sql, RowReader<T> reader, @Nullable Object... arguments) {
    try (ResultSet result = prepare(sql, arguments).executeQuery()) {
      return result.next() ? Optional.of(reader.read(new Row(result))) : Optional.empty();
    } catch (SQLException e) {
      throw failed(sql, e);
    }
  }

  /** Runs a query with a consumer of its rows, which are not held in memory. */
  public void forEach(String sql, Consumer<Row> consumer, @Nullable Object... arguments) {
    try (ResultSet result = prepare(sql, arguments).executeQuery()) {
      var row = new Row(result);
      while (result.next()) {
        consumer.accept(row);
      }
    } catch (SQLException e) {
      throw failed(sql, e);
    }
  }

  /** A statement that failed may not run again: the driver closes some. */
  private StatementException failed(String sql, SQLException failure) {
    PreparedStatement statement = statements.remove(sql);
    if (statement != null) {
      try {
        statement.close();
      } catch (SQLException e) {
        failure.addSuppressed(e);
      }
    }
    return new StatementException(failure);
  }

  private PreparedStatement prepare(String sql, @Nullable Object[] arguments) throws SQLException {
    PreparedStatement statement = statements.get(sql);
    if (statement == null) {
      statement = connection.prepareStatement(sql);
      statements.put(sql, statement);
      if (statements.size() > MAX_STATEMENTS) {
        Map.Entry<String, PreparedStatement> oldest = statements.pollFirstEntry();
        oldest.getValue().close();
      }
    }
    for (int i = 0; i < arguments.length; i++) {
      statement.setObject(i + 1, arguments[i]);
    }
    return statement;
  }
}
