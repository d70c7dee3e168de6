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
  private final OwnNetworks joined;
  private final Set<Integer> nodePorts;
  private Set<InetAddress> ownAddresses = Set.of();
  private List<IpPrefix> joinedPrefixes = List.of();
  private List<IpPrefix> otherPrefixes = List.of();
  private long listedNs;
  private boolean listed;

  /**
   * Creates it.
   *
   * @param nodePorts the UDP ports of the node of this host
   * @param forbidden the addresses that local.conf forbids
   * @param joined the networks that the node has joined
   */
  RelayDestinations(
      InetSocketAddress listen,
      List<Integer> nodePorts,
      Predicate<InetAddress> forbidden,
      OwnNetworks joined) {
    this.listen = listen;
    this.nodePorts = Set.copyOf(nodePorts);
    this.forbidden = forbidden;
    this.joined = joined;
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
    int bits = longest(joinedPrefixes, ip);
    return bits < 0 || bits < longest(otherPrefixes, ip);
  }

  /** Returns the bits of the longest prefix that contains an address, as a host routes; or -1. */
  private static int longest(List<IpPrefix> prefixes, InetAddress ip) {
    int longest = -1;
    for (IpPrefix each : prefixes) {
      if (each.bits() > longest && each.contains(ip)) {
        longest = each.bits();
      }
    }
    return longest;
  }

  private void listAddresses() {
    long nowNs = System.nanoTime();
    if (listed && nowNs - listedNs < LISTED_FOR_NS) {
      return;
    }
    listed = true;
    listedNs = nowNs;
    var addresses = new HashSet<InetAddress>();
    var others = new ArrayList<IpPrefix>();
    // The sockets of the relay are marked, so that a full tunnel does not take their datagrams.
    var networks = new ArrayList<IpPrefix>(joined.routes());
    networks.removeIf(IpPrefix::isDefaultRoute);
    try {
      for (NetworkInterface device : NetworkInterface.networkInterfaces().toList()) {
        boolean own = device.inetAddresses().anyMatch(joined::isOnDevice);
        for (InterfaceAddress each : device.getInterfaceAddresses()) {
          addresses.add(each.getAddress());
          (own ? networks : others)
              .add(new IpPrefix(each.getAddress(), each.getNetworkPrefixLength()));
        }
      }
      ownAddresses = addresses;
      joinedPrefixes = networks;
      otherPrefixes = others;
    } catch (SocketException e) {
      log.debug("the addresses of this host cannot be listed: {}", e.toString());
    }
  }
}
