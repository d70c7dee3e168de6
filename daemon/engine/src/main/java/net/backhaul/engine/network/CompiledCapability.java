// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import net.backhaul.protocol.network.Capability;

/** A capability with its rules compiled. */
final class CompiledCapability {
  private final Capability capability;
  private final RuleTable rules;

  CompiledCapability(Capability capability) {
    this.capability = capability;
    this.rules = new RuleTable(capability.rules());
  }

  Capability capability() {
    return capability;
  }

  RuleTable rules() {
    return rules;
  }
}
