// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/**
 * A route to a device.
 *
 * @param via the router, null if the target is on the link
 * @param source the preferred source address, null if the kernel chooses
 * @param metric the lower, the more preferred among routes to one target
 * @param table the number of the routing table, {@link #MAIN_TABLE} for the usual one
 */
public record TapRoute(
    TapAddress target,
    @Nullable InetAddress via,
    @Nullable InetAddress source,
    int metric,
    int table) {
  /** The metric of routes that have none of their own; routes of the host are preferred. */
  public static final int DEFAULT_METRIC = 5_000;

  /** The number of the table that is used where no rule selects another. */
  public static final int MAIN_TABLE = 254;

  /** A route of the main table with the default metric. */
  public TapRoute(TapAddress target, @Nullable InetAddress via, @Nullable InetAddress source) {
    this(target, via, source, DEFAULT_METRIC, MAIN_TABLE);
  }

  @Override
  public String toString() {
    return target
        + (via == null ? "" : " via " + via.getHostAddress())
        + (source == null ? "" : " from " + source.getHostAddress())
        + (metric == DEFAULT_METRIC ? "" : " metric " + metric)
        + (table == MAIN_TABLE ? "" : " table " + table);
  }
}
