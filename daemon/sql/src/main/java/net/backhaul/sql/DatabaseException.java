// SPDX-License-Identifier: Apache-2.0
package net.backhaul.sql;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;

/**
 * The database cannot be used, or not for now; nothing of the failed transactions is stored.
 *
 * <p>The message is for operators: what was found, and what to do.
 */
public final class DatabaseException extends IOException {
  private final Problem problem;

  /** The kinds of problems. */
  public enum Problem {
    /** Another program holds a lock. */
    LOCKED,
    /** The content is damaged, or is none of a database. */
    DAMAGED,
    /** A later version of this program has changed the tables. */
    NEWER,
    /** The file is a database of another program. */
    FOREIGN,
    /** The disk is full. */
    FULL,
    /** The file was moved or deleted while in use. */
    MOVED,
    /** No permission, a file system that is mounted read-only, an error of the disk. */
    UNUSABLE
  }

  DatabaseException(Problem problem, String message) {
    super(message);
    this.problem = problem;
  }

  private DatabaseException(Problem problem, String message, Throwable cause) {
    super(message, cause);
    this.problem = problem;
  }

  /** Returns the kind of the problem. */
  public Problem problem() {
    return problem;
  }

  static DatabaseException of(Path file, SQLException e) {
    return switch (SqliteError.of(e)) {
      case LOCKED ->
          new DatabaseException(
              Problem.LOCKED,
              file
                  + " is locked by another program; end that program, for instance a second daemon"
                  + " or sqlite3 with an open transaction",
              e);
      case DAMAGED -> damaged(file, String.valueOf(e.getMessage()));
      case FULL ->
          new DatabaseException(
              Problem.FULL, "there is no space left for " + file + "; free some on its disk", e);
      case NOT_WRITABLE ->
          new DatabaseException(
              Problem.UNUSABLE,
              file
                  + " cannot be written ("
                  + e.getMessage()
                  + "); its user has to own it and its directory, and the disk to be writable",
              e);
      case NOT_OPENED, OTHER, STATEMENT, CONSTRAINT ->
          new DatabaseException(Problem.UNUSABLE, file + " cannot be used: " + e.getMessage(), e);
    };
  }

  static DatabaseException damaged(Path file, String what) {
    return new DatabaseException(
        Problem.DAMAGED,
        file
            + " is damaged ("
            + what.strip()
            + "); nothing was changed in it. Restore a backup: zerotier-one controller restore"
            + " FILE");
  }

  static DatabaseException of(Path file, IOException e) {
    return e instanceof DatabaseException same
        ? same
        : new DatabaseException(Problem.UNUSABLE, file + " cannot be used: " + e, e);
  }
}
