// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.relay;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import net.backhaul.engine.LocalSocket;
import net.backhaul.protocol.address.IpPrefix;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides which endpoints a relay forwards to: those of the internet, or of the network that it
 * serves, but neither this host, except for its node, nor the networks that the node has joined.
 */
final class RelayDestinations implements Predicate<InetSocketAddress> {
  private static final Logger log = LoggerFactory.getLogger(RelayDestinations.class);
  private static final long LISTED_FOR_NS = 10_000_000_000L;

  private final InetSocketAddress listen;
  private final Predicate<InetAddress> forbidden;
  private final Predicate<InetAddress> isOnOwnDevice;
  private final Set<Integer> nodePorts;
  private Set<InetAddress> ownAddresses = Set.of();
  private List<IpPrefix> ownNetworks = List.of();
  private long listedNs;
  private boolean listed;

  /**
   * Creates it.
   *
   * @param nodePorts the UDP ports of the node of this host
   * @param forbidden the addresses that local.conf forbids
   * @param isOnOwnDevice whether an address is on a device of a joined network
   */
  RelayDestinations(
      InetSocketAddress listen,
      List<Integer> nodePorts,
      Predicate<InetAddress> forbidden,
      Predicate<InetAddress> isOnOwnDevice) {
    this.listen = listen;
    this.nodePorts = Set.copyOf(nodePorts);
    this.forbidden = forbidden;
    this.isOnOwnDevice = isOnOwnDevice;
  }

  @Override
  public boolean test(InetSocketAddress endpoint) {
    InetAddress ip = endpoint.getAddress();
    if (endpoint.getPort() <= RelayLimits.MAX_RESERVED_PORT
        || !LocalSocket.relays(listen, endpoint)
        || forbidden.test(ip)) {
      return false;
    }
    listAddresses();
    if (ownAddresses.contains(ip)) {
      return nodePorts.contains(endpoint.getPort());
    }
    for (IpPrefix network : ownNetworks) {
      if (network.contains(ip)) {
        return false;
      }
    }
    return true;
  }

  private void listAddresses() {
    long nowNs = System.nanoTime();
    if (listed && nowNs - listedNs < LISTED_FOR_NS) {
      return;
    }
    listed = true;
    listedNs = nowNs;
    var addresses = new HashSet<InetAddress>();
    var networks = new ArrayList<IpPrefix>();
    try {
      for (NetworkInterface device : NetworkInterface.networkInterfaces().toList()) {
        boolean own = device.inetAddresses().anyMatch(isOnOwnDevice);
        for (InterfaceAddress each : device.getInterfaceAddresses()) {
          addresses.add(each.getAddress());
          if (own) {
            networks.add(new IpPrefix(each.getAddress(), each.getNetworkPrefixLength()));
          }
        }
      }
      ownAddresses = addresses;
      ownNetworks = networks;
    } catch (SocketException e) {
      log.debug("the addresses of this host cannot be listed: {}", e.toString());
    }
  }
}
