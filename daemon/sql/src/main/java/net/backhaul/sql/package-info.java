// SPDX-License-Identifier: Apache-2.0
/**
 * The SQLite database of a home directory.
 *
 * <p>{@link net.backhaul.sql.Database} owns the only connection and a thread; other threads submit
 * {@link net.backhaul.sql.Transaction}s. Tables are created by the numbered migrations of {@link
 * net.backhaul.sql.Schema}, which are resources of this package. No other module uses {@code
 * java.sql}.
 *
 * <p>SQL is written such that PostgreSQL accepts it as well: standard types, {@code INSERT ... ON
 * CONFLICT ... DO UPDATE}, no functions of SQLite. What is specific to SQLite (pragmas, its error
 * codes) is in {@code SqliteConnection} and {@code DatabaseException}.
 */
@NullMarked
package net.backhaul.sql;

import org.jspecify.annotations.NullMarked;
