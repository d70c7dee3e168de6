// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation.rules;

import java.util.List;
import net.backhaul.rules.evaluation.NetworkRules;
import net.backhaul.rules.evaluation.Party;
import org.jspecify.annotations.Nullable;

/**
 * The rules and members of a frame.
 *
 * @param rules of the network
 * @param settings their other properties
 * @param capabilities of the sender, in the order of evaluation
 * @param self the member that evaluates
 * @param remote the other one
 */
public record PlainParties(
    PlainTable rules,
    NetworkRules settings,
    List<PlainCapability> capabilities,
    Party self,
    @Nullable Party remote) {
  /** A capability. */
  public record PlainCapability(long id, PlainTable table) {}

  public PlainParties {
    capabilities = List.copyOf(capabilities);
  }

  long remoteTag(long id) {
    return remote == null ? Party.NO_TAG : remote.tag(id);
  }
}
