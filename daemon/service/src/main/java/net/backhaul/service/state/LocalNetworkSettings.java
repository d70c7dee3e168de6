// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.state;

import java.net.Inet6Address;
import java.util.List;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.address.IpScope;

/**
 * The permissions of a network to configure this host (03 section 1.2, 04 section 2.1).
 *
 * @param allowManaged whether addresses and routes of the controller are applied at all
 * @param managedWithin if not empty, only addresses and routes inside one of these are
 * @param allowGlobal whether they may be of global scope
 * @param allowDefault whether a default route may be set
 * @param allowDns whether name servers may be set
 */
public record LocalNetworkSettings(
    boolean allowManaged,
    List<IpPrefix> managedWithin,
    boolean allowGlobal,
    boolean allowDefault,
    boolean allowDns) {
  /** The settings of a network without a file. */
  public static final LocalNetworkSettings DEFAULT =
      new LocalNetworkSettings(true, List.of(), false, false, false);

  public LocalNetworkSettings {
    managedWithin = List.copyOf(managedWithin);
  }

  /** Returns whether an address, or a route to this target, may be applied. */
  public boolean allows(IpPrefix target) {
    if (!allowManaged || !isListed(target)) {
      return false;
    }
    if (target.isDefaultRoute()) {
      return allowDefault;
    }
    return switch (IpScope.of(target.address())) {
      case NONE, MULTICAST, LOOPBACK, LINK_LOCAL -> false;
      case GLOBAL -> allowGlobal;
      case PSEUDO_PRIVATE, SHARED, PRIVATE -> true;
    };
  }

  private boolean isListed(IpPrefix target) {
    return managedWithin.isEmpty()
        || managedWithin.stream()
            .anyMatch(
                listed ->
                    listed.bits() <= target.bits()
                        && !hasHostBitsOfV6(listed)
                        && listed.contains(target.address()));
  }

  /** An IPv6 entry with host bits matches nothing in the reference (03 section 5.4.4). */
  private static boolean hasHostBitsOfV6(IpPrefix listed) {
    if (!(listed.address() instanceof Inet6Address)) {
      return false;
    }
    byte[] ip = listed.address().getAddress();
    for (int bit = listed.bits(); bit < ip.length * 8; bit++) {
      if ((ip[bit / 8] & 0x80 >> bit % 8) != 0) {
        return true;
      }
    }
    return false;
  }
}
