// SPDX-License-Identifier: Apache-2.0
/**
 * Keeps the controller's records as the reference's JSON files, and knows how records look as JSON
 * (04 sections 5.3 to 5.5 and 5.9).
 *
 * <p>JSON is plain values here: sorted maps, lists, strings, numbers, booleans and null.
 */
@NullMarked
package net.backhaul.store;

import org.jspecify.annotations.NullMarked;
