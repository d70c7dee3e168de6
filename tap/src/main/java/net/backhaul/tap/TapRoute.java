// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * A route that leads into a device.
 *
 * @param via the next router; null where the target is on the link itself
 * @param source the address that packets to it come from; null where the kernel chooses
 */
public record TapRoute(TapAddress target, @Nullable InetAddress via, @Nullable InetAddress source) {
  @Override
  public String toString() {
    return target
        + (via == null ? "" : " via " + via.getHostAddress())
        + (source == null ? "" : " from " + source.getHostAddress());
  }
}
