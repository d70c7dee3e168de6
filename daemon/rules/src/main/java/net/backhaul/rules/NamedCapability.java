// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules;

import java.util.List;

/**
 * A capability: rules that apply to the members to which it is assigned.
 *
 * @param isDefault whether new members get it
 */
public record NamedCapability(String name, long id, boolean isDefault, List<CompiledRule> rules) {
  public NamedCapability {
    rules = List.copyOf(rules);
  }
}
