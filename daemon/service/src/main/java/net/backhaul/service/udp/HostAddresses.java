// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiPredicate;
import net.backhaul.protocol.address.Endpoints;

/** Lists the addresses of the host to bind sockets to (02 section 4.4, 04 section 6.1.11). */
public final class HostAddresses {
  private static final List<String> SKIPPED_PREFIXES = List.of("lo", "zt", "tun", "tap");
  private static final List<String> SKIPPED_ON_MACOS = List.of("feth", "utun");

  private HostAddresses() {}

  /**
   * The addresses of the host, once for each port.
   *
   * @param up those of interfaces that are up
   * @param down those of interfaces that are down or have no carrier
   */
  record Found(List<BindAddress> up, List<BindAddress> down) {}

  /**
   * Returns every usable address of every interface.
   *
   * @param permitted whether an address of an interface, by its name, may be used
   * @throws SocketException if the interfaces cannot be listed, for example without open files
   */
  static Found find(List<Integer> ports, BiPredicate<String, InetAddress> permitted)
      throws SocketException {
    var up = new ArrayList<BindAddress>();
    var down = new ArrayList<BindAddress>();
    for (NetworkInterface device : NetworkInterface.networkInterfaces().toList()) {
      if (isSkipped(device.getName())) {
        continue;
      }
      List<BindAddress> all = isUp(device) ? up : down;
      for (InetAddress address : device.inetAddresses().toList()) {
        InetAddress plain = withoutScope(address);
        if (Endpoints.usableForPath(new InetSocketAddress(plain, 1))
            && permitted.test(device.getName(), plain)) {
          ports.forEach(
              port -> all.add(new BindAddress(plain, port, device.getName(), device.getIndex())));
        }
      }
    }
    return new Found(up, down);
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
  static List<BindAddress> wildcards(List<Integer> ports) {
    return of(List.of(Endpoints.parseIp("0.0.0.0"), Endpoints.parseIp("::")), ports);
  }

  /** Returns every interface name that is never bound to, for documentation and tests. */
  static Set<String> skippedPrefixes() {
    return Set.copyOf(SKIPPED_PREFIXES);
  }

  /** An interface that was removed after it was listed counts as down. */
  private static boolean isUp(NetworkInterface device) throws SocketException {
    try {
      return device.isUp();
    } catch (SocketException removed) {
      NetworkInterface.networkInterfaces(); // fails as well where no open file is left
      return false;
    }
  }

  /** Returns whether an interface has no sockets because of its name. */
  static boolean isSkipped(String name) {
    boolean mac = System.getProperty("os.name").startsWith("Mac");
    return SKIPPED_PREFIXES.stream().anyMatch(name::startsWith)
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
