// SPDX-License-Identifier: Apache-2.0
package net.backhaul.sql;

import java.sql.SQLException;

/** A statement failed, for instance because a row with its key exists. */
public final class StatementException extends RuntimeException {
  private final SQLException failure;

  StatementException(SQLException failure) {
    super(failure.getMessage(), failure);
    this.failure = failure;
  }

  /** Returns whether the statement would have violated a constraint, such as a unique key. */
  public boolean violatesConstraint() {
    return SqliteError.of(failure) == SqliteError.CONSTRAINT;
  }

  SQLException failure() {
    return failure;
  }
}
