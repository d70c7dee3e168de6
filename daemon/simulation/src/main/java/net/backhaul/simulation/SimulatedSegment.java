// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;

/** What hosts and NATs are attached to: the internet, or the LAN of a NAT. */
interface SimulatedSegment {
  /** Sends a datagram of an attached host or NAT. */
  void send(SimulatedInternet.Datagram datagram);

  /** Attaches the receiver of an address, or detaches it with null. */
  void route(InetAddress ip, SimulatedInternet.@Nullable DatagramSink receiver);
}
