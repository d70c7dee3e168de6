// SPDX-License-Identifier: Apache-2.0
/**
 * Persists the controller's records in the database of the home, imports and exports them as the
 * reference's JSON files, and converts records from and to JSON (04 sections 5.3 to 5.5 and 5.9).
 *
 * <p>JSON values are sorted maps, lists, strings, numbers, booleans and null.
 */
@NullMarked
package net.backhaul.store;

import org.jspecify.annotations.NullMarked;
