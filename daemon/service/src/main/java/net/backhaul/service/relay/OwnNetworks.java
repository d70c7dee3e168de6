// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.relay;

import java.net.InetAddress;
import java.util.List;
import net.backhaul.protocol.address.IpPrefix;

/** The networks that the node has joined, as they are set up on this host; for any thread. */
public interface OwnNetworks {
  /** Returns whether an address is on a device of a joined network. */
  boolean isOnDevice(InetAddress address);

  /** Returns the routes that lead to these devices. */
  List<IpPrefix> routes();
}
