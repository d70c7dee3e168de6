// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.util.List;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.Revocation;
import net.backhaul.protocol.packet.Bytes;

/**
 * Sends the controller's notifications to members.
 *
 * <p>Called only from {@link Controller#sendNotifications}, never from {@link Controller#answer},
 * so an implementation may call the node.
 */
public interface ControllerOutput {
  /**
   * Sends an unrequested configuration to a member; returns its update id, by which the member
   * acknowledges it, or 0 if no acknowledgement is expected.
   */
  long pushConfig(long member, NetworkConfig config);

  /** Sends revocations to members, in one message: {@link Revocation#MAX_PER_MESSAGE} at most. */
  void revoke(List<Revocation> revocations, List<Long> recipients);

  /** Sends an update of the directory of a network to members (03 section 3.8). */
  void pushDirectory(long networkId, Bytes update, List<Long> recipients);

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
