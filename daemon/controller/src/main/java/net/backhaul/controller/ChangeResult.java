// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

/**
 * The outcome of a change.
 *
 * @param record the record as it is now, or as it was before it was deleted
 * @param ticket once {@link Controller#saved} has confirmed it, the record shown is saved
 */
public record ChangeResult<T>(T record, long ticket) {}
