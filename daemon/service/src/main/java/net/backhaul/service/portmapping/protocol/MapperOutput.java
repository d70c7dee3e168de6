// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.portmapping.protocol;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** What a {@link PortMapper} sends and reports; it is called while the mapper works. */
public interface MapperOutput {
  /** Sends a datagram to the port of the gateway for NAT-PMP and PCP. */
  void sendToGateway(byte[] datagram);

  /** Sends a datagram to the group of UPnP, from a socket that is open until the search ends. */
  void search(byte[] datagram);

  void endSearch();

  /**
   * Connects by TCP, sends a request and receives until the other side closes; an earlier
   * connection is closed.
   *
   * @param exchange a number that comes with what is received
   */
  void exchange(int exchange, InetSocketAddress to, byte[] request);

  void endExchange();

  /** Reports the mapped endpoint whenever it has changed; null when there is none. */
  void mapped(@Nullable InetSocketAddress external);

  /** Reports that the mapping was removed at the end, or that the router does not answer. */
  void ended();
}
