// SPDX-License-Identifier: Apache-2.0
package net.backhaul.store;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.backhaul.controller.ControllerOutput;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.Revocation;

/** Records the last configuration pushed to each member. */
final class RecordingOutput implements ControllerOutput {
  final Map<Long, NetworkConfig> pushed = new LinkedHashMap<>();

  @Override
  public void pushConfig(long member, NetworkConfig config) {
    pushed.put(member, config);
  }

  @Override
  public void revoke(Revocation revocation, List<Long> members) {
    throw new AssertionError("unexpected revocation");
  }
}
