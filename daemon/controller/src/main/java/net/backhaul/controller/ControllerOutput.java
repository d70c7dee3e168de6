// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.util.List;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.Revocation;

/**
 * Sends the controller's notifications to members.
 *
 * <p>Called only from {@link Controller#sendNotifications}, never from {@link Controller#answer},
 * so an implementation may call the node.
 */
public interface ControllerOutput {
  /** Sends an unrequested configuration to a member. */
  void pushConfig(long member, NetworkConfig config);

  /** Sends a revocation to members. */
  void revoke(Revocation revocation, List<Long> recipients);

  /**
   * Reports an internal error that has cost one notification; the others are sent. The default
   * throws it, so that tests and simulations fail.
   *
   * @param activity what failed, as it follows "internal error while"
   */
  default void internalError(String activity, RuntimeException error) {
    throw error;
  }
}
