// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.util.List;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.Revocation;

/**
 * Where the controller puts what it wants members to hear.
 *
 * <p>It calls only from {@link Controller#sendNotifications}, never while it answers, so an
 * implementation may call the node.
 */
public interface ControllerOutput {
  /** Sends a member a configuration that it did not ask for right now. */
  void pushConfig(long member, NetworkConfig config);

  /** Tells members that a credential is void. */
  void revoke(Revocation revocation, List<Long> members);
}
