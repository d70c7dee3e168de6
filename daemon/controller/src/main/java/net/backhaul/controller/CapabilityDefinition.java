// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.util.List;
import net.backhaul.protocol.network.Rule;

/**
 * A capability of a network: rules that members may hold (04 section 5.3).
 *
 * @param isDefault whether new members get it automatically
 */
public record CapabilityDefinition(long id, boolean isDefault, List<Rule> rules) {
  public CapabilityDefinition {
    rules = List.copyOf(rules);
  }
}
