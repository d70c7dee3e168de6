// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import net.backhaul.service.udp.UdpSockets;

/** Writes the counts of UDP sockets; on the node loop. */
final class SocketMetrics {
  private static final String NAME = "backhaul_udp_sockets";

  private SocketMetrics() {}

  static String text(UdpSockets sockets) {
    var out = new PrometheusText();
    out.family(
        NAME,
        "gauge",
        "UDP sockets, those for searching ports, and addresses without one because of a limit");
    out.sample(NAME, sockets.count(), "state", "open");
    out.sample(NAME, sockets.overLimit(), "state", "over_limit");
    out.sample(NAME, sockets.temporary(), "state", "temporary");
    return out.toString();
  }
}
