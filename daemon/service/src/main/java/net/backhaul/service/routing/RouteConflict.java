// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.routing;

import java.net.InetAddress;
import net.backhaul.protocol.address.IpPrefix;
import org.jspecify.annotations.Nullable;

/**
 * A managed address or route that is not applied.
 *
 * @param isRoute whether it is a route, else an address
 * @param via the router of a route
 * @param reason why, in words that complete "not applied: "
 */
public record RouteConflict(
    boolean isRoute, IpPrefix target, @Nullable InetAddress via, String reason) {
  @Override
  public String toString() {
    return (isRoute ? "the route to " : "the address ") + target + " is not applied: " + reason;
  }
}
