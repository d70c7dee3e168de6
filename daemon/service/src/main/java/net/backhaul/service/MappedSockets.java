// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import java.net.InetSocketAddress;
import java.util.List;
import net.backhaul.service.portmapping.PortMapping;
import net.backhaul.service.udp.UdpSockets;

/** The sockets of the node as those whose port is mapped; peers get the mapped endpoints. */
record MappedSockets(NodeLoop loop, UdpSockets udp) implements PortMapping.Host {
  @Override
  public List<InetSocketAddress> sockets() {
    return udp.addresses();
  }

  @Override
  public boolean areMarked() {
    return udp.areMarked();
  }

  @Override
  public void mapped(List<InetSocketAddress> external) {
    loop.node().mappedAddresses(external, NodeLoop.nowMs());
  }
}
