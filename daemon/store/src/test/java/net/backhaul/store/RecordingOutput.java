// SPDX-License-Identifier: Apache-2.0
package net.backhaul.store;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.backhaul.controller.ControllerOutput;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.Revocation;
import net.backhaul.protocol.packet.Bytes;

/** Records the last configuration pushed to each member. */
final class RecordingOutput implements ControllerOutput {
  final Map<Long, NetworkConfig> pushed = new LinkedHashMap<>();

  @Override
  public void pushDirectory(long networkId, Bytes update, List<Long> recipients) {}

  @Override
  public long pushConfig(long member, NetworkConfig config) {
    pushed.put(member, config);
    return 0;
  }

  @Override
  public void revoke(List<Revocation> revocations, List<Long> members) {
    throw new AssertionError("unexpected revocation");
  }
}
