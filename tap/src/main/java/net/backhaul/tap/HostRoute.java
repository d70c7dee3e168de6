// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * The route by which the host reaches an address.
 *
 * @param bits the prefix length of its target
 * @param device the kernel's number of the device it leads to; 0 where it leads to several
 * @param gateway the router that it leads to; null without one or with several
 */
public record HostRoute(
    int bits, int device, int metric, int table, @Nullable InetAddress gateway) {
  /** Creates a route without a gateway. */
  public HostRoute(int bits, int device, int metric, int table) {
    this(bits, device, metric, table, null);
  }
}
