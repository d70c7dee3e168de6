// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import net.backhaul.protocol.address.Endpoints;

/** Lists the addresses of the host to bind sockets to (02 section 4.4, 04 section 6.1.11). */
public final class HostAddresses {
  private static final List<String> SKIPPED_PREFIXES = List.of("lo", "zt", "tun", "tap");
  private static final List<String> SKIPPED_ON_MACOS = List.of("feth", "utun");

  private HostAddresses() {}

  /**
   * Returns every usable address of every interface, once for each port.
   *
   * @param skippedPrefixes further prefixes of interface names to leave out
   * @param forbidden addresses that local.conf forbids or that are on own devices
   */
  public static List<BindAddress> find(
      List<Integer> ports, List<String> skippedPrefixes, Predicate<InetAddress> forbidden) {
    var all = new ArrayList<BindAddress>();
    try {
      for (NetworkInterface device : NetworkInterface.networkInterfaces().toList()) {
        if (isSkipped(device.getName(), skippedPrefixes) || !isUp(device)) {
          continue;
        }
        for (InetAddress address : device.inetAddresses().toList()) {
          InetAddress plain = withoutScope(address);
          if (Endpoints.usableForPath(new InetSocketAddress(plain, 1)) && !forbidden.test(plain)) {
            ports.forEach(
                port -> all.add(new BindAddress(plain, port, device.getName(), device.getIndex())));
          }
        }
      }
    } catch (SocketException e) {
      return wildcards(ports);
    }
    return all;
  }

  /** Returns the addresses that local.conf names, once for each port. */
  public static List<BindAddress> of(List<InetAddress> addresses, List<Integer> ports) {
    var all = new ArrayList<BindAddress>();
    for (InetAddress address : addresses) {
      ports.forEach(port -> all.add(new BindAddress(address, port, "", 0)));
    }
    return all;
  }

  /** Returns the wildcard addresses, where interfaces cannot be listed. */
  private static List<BindAddress> wildcards(List<Integer> ports) {
    return of(List.of(Endpoints.parseIp("0.0.0.0"), Endpoints.parseIp("::")), ports);
  }

  /** Returns every interface name that is never bound to, for documentation and tests. */
  static Set<String> skippedPrefixes() {
    return Set.copyOf(SKIPPED_PREFIXES);
  }

  /** An interface that was removed after it was listed counts as down. */
  private static boolean isUp(NetworkInterface device) {
    try {
      return device.isUp();
    } catch (SocketException removed) {
      return false;
    }
  }

  private static boolean isSkipped(String name, List<String> more) {
    boolean mac = System.getProperty("os.name").startsWith("Mac");
    return SKIPPED_PREFIXES.stream().anyMatch(name::startsWith)
        || more.stream().anyMatch(name::startsWith)
        || (mac && SKIPPED_ON_MACOS.stream().anyMatch(name::startsWith));
  }

  private static InetAddress withoutScope(InetAddress address) {
    try {
      return InetAddress.getByAddress(address.getAddress());
    } catch (java.net.UnknownHostException e) {
      throw new AssertionError("an address of the host has 4 or 16 bytes", e);
    }
  }
}
