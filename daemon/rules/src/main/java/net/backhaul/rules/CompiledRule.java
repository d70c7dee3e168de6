// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A match or an action.
 *
 * @param json its form in the controller's API (03 section 5.8)
 * @param offset of the keyword in the source from which it was compiled
 */
public record CompiledRule(Map<String, @Nullable Object> json, int offset) {}
