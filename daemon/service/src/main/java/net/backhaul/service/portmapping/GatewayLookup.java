// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.portmapping;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.util.List;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.address.IpScope;
import net.backhaul.service.portmapping.protocol.Gateway;
import net.backhaul.service.udp.UdpSockets;
import net.backhaul.tap.HostNetwork;
import net.backhaul.tap.HostRoute;
import net.backhaul.tap.TapException;
import org.jspecify.annotations.Nullable;

/**
 * Finds the router of the default route, and the socket whose port it is to map.
 *
 * @param gateway null where no port is to be mapped
 * @param reason in words why not
 */
record GatewayLookup(@Nullable Gateway gateway, String reason) {
  /** An address of documentation, for which hosts have no other route than the default one. */
  private static final InetAddress SOMEWHERE = Endpoints.parseIp("198.51.100.1");

  /**
   * Looks it up; takes a system call or two.
   *
   * @param sockets the endpoints of the UDP sockets
   * @param port the one that is to be mapped
   * @param marked whether the sockets lead past a full tunnel
   */
  static GatewayLookup find(List<InetSocketAddress> sockets, int port, boolean marked) {
    InetAddress router;
    try (HostNetwork host = HostNetwork.open()) {
      HostRoute route = host.route(SOMEWHERE, marked ? UdpSockets.MARK : 0);
      router = route == null ? null : route.gateway();
    } catch (TapException e) {
      return new GatewayLookup(null, "the default route is not known: " + e.getMessage());
    }
    if (!(router instanceof Inet4Address)) {
      return new GatewayLookup(null, "no default route of IPv4 leads to a router");
    }
    InetAddress local = source(router);
    if (local == null) {
      return new GatewayLookup(
          null, "this host has no address from which it reaches " + Endpoints.ipText(router));
    }
    var socket = new InetSocketAddress(local, port);
    if (!sockets.contains(socket)) {
      return new GatewayLookup(null, "no UDP socket is open at " + Endpoints.text(socket));
    }
    if (IpScope.of(local) == IpScope.GLOBAL) {
      return new GatewayLookup(null, "this host has the public address " + Endpoints.ipText(local));
    }
    return new GatewayLookup(new Gateway(router, socket), "");
  }

  /** Returns the address from which the host sends to another, without sending anything. */
  private static @Nullable InetAddress source(InetAddress to) {
    try (DatagramChannel channel = DatagramChannel.open(StandardProtocolFamily.INET)) {
      channel.connect(new InetSocketAddress(to, PortMapping.ANY_PORT));
      return channel.getLocalAddress() instanceof InetSocketAddress local
          ? local.getAddress()
          : null;
    } catch (IOException noRoute) {
      return null;
    }
  }
}
