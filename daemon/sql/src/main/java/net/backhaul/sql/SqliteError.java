// SPDX-License-Identifier: Apache-2.0
package net.backhaul.sql;

import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;

/** The error codes of SQLite that are told apart here. */
enum SqliteError {
  /** A defect of a statement; does not affect other transactions. */
  STATEMENT(false, 1, 18, 20, 21, 25),
  CONSTRAINT(false, 19),
  LOCKED(true, 5, 6),
  NOT_WRITABLE(true, 3, 8, 23),
  DAMAGED(true, 11, 26),
  FULL(true, 13),
  NOT_OPENED(true, 14),
  /** Input and output, memory, and all others. */
  OTHER(true);

  private static final int BASE_CODE = 0xff;

  private final boolean affectsDatabase;
  private final List<Integer> codes;

  SqliteError(boolean affectsDatabase, Integer... codes) {
    this.affectsDatabase = affectsDatabase;
    this.codes = List.of(codes);
  }

  static SqliteError of(SQLException failure) {
    int code = failure.getErrorCode() & BASE_CODE;
    return Arrays.stream(values())
        .filter(error -> error.codes.contains(code))
        .findFirst()
        .orElse(OTHER);
  }

  /** Returns whether other statements fail as well, so that the group of transactions is undone. */
  boolean affectsDatabase() {
    return affectsDatabase;
  }
}
