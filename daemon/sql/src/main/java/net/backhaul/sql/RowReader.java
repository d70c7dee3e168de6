// SPDX-License-Identifier: Apache-2.0
package net.backhaul.sql;

import org.jspecify.annotations.Nullable;

/**
 * Reads an object from the current row of a result.
 *
 * @param <T> the object
 */
@FunctionalInterface
public interface RowReader<T extends @Nullable Object> {
  T read(Row row);
}
