// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.names;

import java.net.InetAddress;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The names of all networks: immutable, and read by the resolver's thread. */
final class NameTable {
  static final NameTable EMPTY = new NameTable(List.of());

  private final List<NameZone> zones;
  private final Map<String, NameZone> byDomain = new HashMap<>();

  /** Creates it; of networks with one domain, or of members with one address, the first counts. */
  NameTable(Collection<NameZone> zones) {
    this.zones = List.copyOf(zones);
    for (NameZone zone : zones) {
      byDomain.putIfAbsent(zone.domain(), zone);
    }
  }

  boolean isEmpty() {
    return zones.isEmpty();
  }

  /** Returns the addresses of a name; null if it does not exist. */
  @Nullable List<InetAddress> addresses(String name) {
    NameZone apex = byDomain.get(name);
    if (apex != null) {
      return List.of();
    }
    int dot = name.indexOf('.');
    NameZone zone = dot < 0 ? null : byDomain.get(name.substring(dot + 1));
    return zone == null ? null : zone.addresses().get(name.substring(0, dot));
  }

  /** Returns whether a name is in the domain of a network. */
  boolean isInDomain(String name) {
    String rest = name;
    while (!byDomain.containsKey(rest)) {
      int dot = rest.indexOf('.');
      if (dot < 0) {
        return false;
      }
      rest = rest.substring(dot + 1);
    }
    return true;
  }

  /** Returns the name of an address; null if it has none. */
  @Nullable String nameOf(InetAddress address) {
    for (NameZone zone : zones) {
      String label = zone.labels().get(address);
      if (label != null) {
        return label + "." + zone.domain();
      }
    }
    return null;
  }

  /** Returns whether an address is one of those that a network assigns. */
  boolean isManaged(InetAddress address) {
    return zones.stream().anyMatch(zone -> zone.contains(address));
  }
}
