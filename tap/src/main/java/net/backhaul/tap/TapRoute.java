// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * A route to a device.
 *
 * @param via the router, null if the target is on the link
 * @param source the preferred source address, null if the kernel chooses
 */
public record TapRoute(TapAddress target, @Nullable InetAddress via, @Nullable InetAddress source) {
  @Override
  public String toString() {
    return target
        + (via == null ? "" : " via " + via.getHostAddress())
        + (source == null ? "" : " from " + source.getHostAddress());
  }
}
