// SPDX-License-Identifier: Apache-2.0
package net.backhaul.sql;

import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The current row of a result; columns are numbered from 1, in the order of the statement. */
public final class Row {
  private final ResultSet result;

  Row(ResultSet result) {
    this.result = result;
  }

  /** Returns a text; an empty one for NULL. */
  public String text(int column) {
    String text = nullableText(column);
    return text == null ? "" : text;
  }

  public @Nullable String nullableText(int column) {
    try {
      return result.getString(column);
    } catch (SQLException e) {
      throw new StatementException(e);
    }
  }

  /** Returns a number; 0 for NULL. */
  public long number(int column) {
    try {
      return result.getLong(column);
    } catch (SQLException e) {
      throw new StatementException(e);
    }
  }

  /** Returns a truth value; false for NULL. */
  public boolean truth(int column) {
    try {
      return result.getBoolean(column);
    } catch (SQLException e) {
      throw new StatementException(e);
    }
  }

  /** Returns bytes; none for NULL. */
  public byte[] bytes(int column) {
    try {
      byte[] bytes = result.getBytes(column);
      return bytes == null ? new byte[0] : bytes;
    } catch (SQLException e) {
      throw new StatementException(e);
    }
  }
}
