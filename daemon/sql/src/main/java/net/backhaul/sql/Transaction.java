// SPDX-License-Identifier: Apache-2.0
package net.backhaul.sql;

import org.jspecify.annotations.Nullable;

/**
 * Statements that take effect together or not at all.
 *
 * <p>It runs on the thread of the database: it must not block, nor wait for another transaction.
 *
 * @param <T> the result, computed before the commit
 */
@FunctionalInterface
public interface Transaction<T extends @Nullable Object> {
  /**
   * Runs the statements. Any exception undoes those of this transaction, and only those.
   *
   * @param session valid until this method returns
   */
  T run(SqlSession session);
}
