// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.names;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import net.backhaul.engine.NetworkDirectory;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.ethernet.ManagedAddresses;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.network.DirectoryEntry;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.Route;
import net.backhaul.service.dns.LinkDns;
import org.jspecify.annotations.Nullable;

/**
 * The names of one network.
 *
 * @param domain in lower case, without a dot at its end
 * @param addresses of each label; each node address is a label as well
 * @param labels of each address
 * @param prefixes of the addresses that the network assigns
 */
record NameZone(
    String domain,
    Map<String, List<InetAddress>> addresses,
    Map<InetAddress, String> labels,
    List<IpPrefix> prefixes) {
  /**
   * Returns the names of a network; null if its domain is none.
   *
   * <p>Addresses that the network cannot assign are left out: its directory names no other host.
   */
  static @Nullable NameZone of(NetworkDirectory directory, NetworkConfig config) {
    String domain = domain(config.dnsDomain());
    if (domain.isEmpty()) {
      return null;
    }
    List<IpPrefix> prefixes =
        config.routes().stream()
            .map(Route::target)
            .filter(target -> !target.isDefaultRoute())
            .toList();
    Map<String, List<InetAddress>> addresses = new HashMap<>();
    Map<InetAddress, String> labels = new HashMap<>();
    for (DirectoryEntry member : directory.members()) {
      List<InetAddress> valid =
          member.addresses().stream()
              .filter(ip -> isManaged(ip, prefixes) || isDerived(ip, directory, member.address()))
              .toList();
      addresses.putIfAbsent(member.label(), valid);
      addresses.putIfAbsent(Addresses.text(member.address()), valid);
      valid.forEach(ip -> labels.putIfAbsent(ip, member.label()));
    }
    return new NameZone(domain, Map.copyOf(addresses), Map.copyOf(labels), prefixes);
  }

  /** Returns a domain as it is looked up; empty if it cannot be one. */
  static String domain(String text) {
    String domain = text.toLowerCase(Locale.ROOT);
    boolean isValid = new LinkDns(List.of(), domain, false).hasValidDomain();
    return !isValid ? "" : domain.endsWith(".") ? domain.substring(0, domain.length() - 1) : domain;
  }

  private static boolean isManaged(InetAddress ip, List<IpPrefix> prefixes) {
    return prefixes.stream().anyMatch(prefix -> prefix.contains(ip));
  }

  private static boolean isDerived(InetAddress ip, NetworkDirectory directory, long address) {
    return ip.equals(ManagedAddresses.rfc4193(directory.networkId(), address))
        || ip.equals(ManagedAddresses.sixPlane(directory.networkId(), address));
  }

  boolean contains(InetAddress ip) {
    return labels.containsKey(ip) || isManaged(ip, prefixes);
  }
}
