// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules;

import net.backhaul.protocol.network.Capability;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.Rules;

/** What a network can have: controllers cut more off from a configuration (03 section 3.2). */
public final class NetworkLimits {
  private NetworkLimits() {}

  /**
   * Returns what exceeds a limit, such as {@code 1200 rules; a network has at most 1024}; empty if
   * nothing does.
   */
  public static String exceeded(CompiledRules rules) {
    String first = exceeded("rules", rules.rules().size(), Rules.MAX_BASE_RULES);
    if (first.isEmpty()) {
      first = exceeded("capabilities", rules.capabilities().size(), NetworkConfig.MAX_CAPABILITIES);
    }
    if (first.isEmpty()) {
      first = exceeded("tags", rules.tags().size(), NetworkConfig.MAX_TAGS);
    }
    for (NamedCapability each : rules.capabilities()) {
      if (first.isEmpty()) {
        String what = "rules in capability " + each.name();
        first = exceeded(what, each.rules().size(), Capability.MAX_RULES);
      }
    }
    return first;
  }

  private static String exceeded(String what, int count, int limit) {
    return count > limit ? "%d %s; a network has at most %d".formatted(count, what, limit) : "";
  }
}
