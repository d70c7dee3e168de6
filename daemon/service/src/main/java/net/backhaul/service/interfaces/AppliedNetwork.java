// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import java.util.List;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.network.Route;
import net.backhaul.service.state.LocalNetworkSettings;

/**
 * The state of a network on this host, as far as it was applied.
 *
 * @param deviceName the network's device; empty where there is none
 * @param addresses the managed addresses that the device has
 * @param routes the managed routes that are set
 * @param portError 0, or {@link #PORT_FAILED} where the device could not be set up
 * @param error the reason, in one sentence; empty without an error
 */
public record AppliedNetwork(
    String deviceName,
    LocalNetworkSettings settings,
    List<IpPrefix> addresses,
    List<Route> routes,
    int portError,
    String error) {
  /** The error code of the reference for a device that cannot be set up. */
  public static final int PORT_FAILED = -999;

  public AppliedNetwork {
    addresses = List.copyOf(addresses);
    routes = List.copyOf(routes);
  }
}
