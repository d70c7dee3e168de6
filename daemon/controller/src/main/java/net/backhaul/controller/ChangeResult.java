// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

/**
 * What has become of a record.
 *
 * @param ticket when {@link Controller#saved} has named it, all that was said is safe
 */
public record ChangeResult<T>(T record, long ticket) {}
