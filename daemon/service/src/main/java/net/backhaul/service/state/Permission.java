// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.state;

import java.net.Inet6Address;
import java.util.List;
import net.backhaul.protocol.address.IpPrefix;

/**
 * A permission of a network, which may be restricted to prefixes.
 *
 * @param granted whether it is given at all
 * @param within if not empty, only addresses and targets inside one of these are permitted; kept
 *     while the permission is not granted
 */
public record Permission(boolean granted, List<IpPrefix> within) {
  /** The maximum number of prefixes. */
  public static final int MAX_PREFIXES = 64;

  /** Not granted. */
  public static final Permission NONE = new Permission(false, List.of());

  /** Granted without a restriction. */
  public static final Permission ALL = new Permission(true, List.of());

  public Permission {
    within = List.copyOf(within);
  }

  /** Returns the permission without a restriction, granted or not. */
  public static Permission of(boolean granted) {
    return granted ? ALL : NONE;
  }

  /** Returns this permission switched on or off; its prefixes stay. */
  public Permission granted(boolean isGranted) {
    return new Permission(isGranted, within);
  }

  /** Returns whether an address, a route to this target or a server is permitted. */
  public boolean includes(IpPrefix target) {
    return granted && (within.isEmpty() || isListed(target));
  }

  /**
   * Parses a prefix and clears its host bits.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static IpPrefix parseOne(String text) {
    IpPrefix prefix = IpPrefix.parse(text);
    if (prefix.bits() > prefix.address().getAddress().length * 8) {
      throw new IllegalArgumentException("too many bits: " + text);
    }
    return prefix.network();
  }

  private boolean isListed(IpPrefix target) {
    return within.stream()
        .anyMatch(
            listed ->
                listed.bits() <= target.bits()
                    && !hasHostBitsOfV6(listed)
                    && listed.contains(target.address()));
  }

  /** An IPv6 entry with host bits matches nothing in the reference (03 section 5.4.4). */
  private static boolean hasHostBitsOfV6(IpPrefix listed) {
    return listed.address() instanceof Inet6Address && !listed.equals(listed.network());
  }
}
