// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.util.List;
import net.backhaul.protocol.network.Rule;

/**
 * Rules that a network's members may be given.
 *
 * @param isDefault whether new members get them without being asked
 */
public record CapabilityDefinition(long id, boolean isDefault, List<Rule> rules) {
  public CapabilityDefinition {
    rules = List.copyOf(rules);
  }
}
