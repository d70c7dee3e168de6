// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import org.jspecify.annotations.Nullable;

/**
 * A tag of a network (04 section 5.3).
 *
 * @param defaultValue for members without a value of their own; null for no default
 */
public record TagDefinition(long id, @Nullable Long defaultValue) {}
