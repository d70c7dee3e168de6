// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.state;

import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.address.IpScope;

/**
 * The permissions of a network to configure this host (03 section 1.2, 04 section 2.1).
 *
 * @param managed for addresses and routes of the controller, whatever their scope
 * @param global for those of global scope
 * @param allowDefault whether a default route may be set
 * @param dns for name servers
 * @param role what this host is for the network besides a member
 */
public record LocalNetworkSettings(
    Permission managed, Permission global, boolean allowDefault, Permission dns, HostRole role) {
  /** The settings of a network without a file. */
  public static final LocalNetworkSettings DEFAULT = of(true, false, false, false);

  /** Returns settings without lists of prefixes. */
  public static LocalNetworkSettings of(
      boolean managed, boolean global, boolean allowDefault, boolean dns) {
    return new LocalNetworkSettings(
        Permission.of(managed),
        Permission.of(global),
        allowDefault,
        Permission.of(dns),
        HostRole.NONE);
  }

  /** Returns these settings with another permission for addresses and routes. */
  public LocalNetworkSettings withManaged(Permission changed) {
    return new LocalNetworkSettings(changed, global, allowDefault, dns, role);
  }

  /** Returns these settings with another role of the host. */
  public LocalNetworkSettings withRole(HostRole changed) {
    return new LocalNetworkSettings(managed, global, allowDefault, dns, changed);
  }

  /** Returns whether an address, or a route to this target, may be applied. */
  public boolean allows(IpPrefix target) {
    if (!managed.includes(target)) {
      return false;
    }
    if (target.isDefaultRoute()) {
      return allowDefault;
    }
    return switch (IpScope.of(target.address())) {
      case NONE, MULTICAST, LOOPBACK, LINK_LOCAL -> false;
      case GLOBAL -> global.includes(target);
      case PSEUDO_PRIVATE, SHARED, PRIVATE -> true;
    };
  }
}
