// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import java.util.List;
import java.util.stream.Stream;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.network.Route;
import net.backhaul.service.routing.RouteConflict;
import net.backhaul.service.state.LocalNetworkSettings;

/**
 * The state of a network on this host, as far as it was applied.
 *
 * @param deviceName the network's device; empty where there is none
 * @param addresses the managed addresses that the device has
 * @param routes the managed routes that are set
 * @param rejected the managed addresses and routes that conflict with the rest of the host
 * @param problems what else of the network could not be set up on this host, one sentence each
 * @param portError 0, or {@link #PORT_FAILED} where the device could not be set up
 * @param error the reason, in one sentence; empty without an error
 */
public record AppliedNetwork(
    String deviceName,
    LocalNetworkSettings settings,
    List<IpPrefix> addresses,
    List<Route> routes,
    List<RouteConflict> rejected,
    List<String> problems,
    int portError,
    String error) {
  /** The error code of the reference for a device that cannot be set up. */
  public static final int PORT_FAILED = -999;

  public AppliedNetwork {
    addresses = List.copyOf(addresses);
    routes = List.copyOf(routes);
    rejected = List.copyOf(rejected);
    problems = List.copyOf(problems);
  }

  /** Returns the state of a network without a device. */
  static AppliedNetwork failed(LocalNetworkSettings settings, String error) {
    return new AppliedNetwork(
        "", settings, List.of(), List.of(), List.of(), List.of(), PORT_FAILED, error);
  }

  /** Returns the conflicts and the other problems as sentences. */
  public List<String> sentences() {
    return Stream.concat(rejected.stream().map(RouteConflict::toString), problems.stream())
        .toList();
  }
}
