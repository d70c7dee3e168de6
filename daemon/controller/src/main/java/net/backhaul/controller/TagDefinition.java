// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import org.jspecify.annotations.Nullable;

/**
 * A tag of a network.
 *
 * @param initial what members get that have no value of their own; null is nothing
 */
public record TagDefinition(long id, @Nullable Long initial) {}
