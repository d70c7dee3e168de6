// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import net.backhaul.service.routing.RouteConflicts;
import net.backhaul.tap.TapRoute;
import org.jspecify.annotations.Nullable;

/**
 * What the rest of the host means for the addresses and routes of a network.
 *
 * @param online whether a default route through a router may be set
 * @param table the table for default routes; in the main one they are set as two halves
 * @param noAddresses why the device gets no addresses; null if it may have some
 * @param noDefault why the network gets no default route; null if it may have one
 */
record HostState(
    RouteConflicts conflicts,
    boolean online,
    int table,
    @Nullable String noAddresses,
    @Nullable String noDefault) {
  /** A host without anything else, online, on which default routes are set as two halves. */
  static final HostState ONLINE = alone(true);

  static HostState alone(boolean online) {
    return new HostState(RouteConflicts.NONE, online, TapRoute.MAIN_TABLE, null, null);
  }
}
