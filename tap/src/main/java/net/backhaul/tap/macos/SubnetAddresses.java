// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.macos;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.LinkedHashMap;
import java.util.Map;
import net.backhaul.tap.TapAddress;
import net.backhaul.tap.TapRoute;

/**
 * The addresses that were added to a device: as macOS requires, only the first of a subnet is
 * configured with its prefix length, and the others as single addresses.
 */
final class SubnetAddresses {
  /** Requested addresses, and the same as configured. */
  private final Map<TapAddress, TapAddress> added = new LinkedHashMap<>();

  /** Returns the address to configure for one that is not added yet. */
  TapAddress configuredFor(TapAddress requested) {
    return hasOthersIn(requested)
        ? new TapAddress(requested.ip(), requested.ip().getAddress().length * 8)
        : requested;
  }

  void add(TapAddress requested, TapAddress configured) {
    added.put(requested, configured);
  }

  /** Removes an address; returns false if it was not added. */
  boolean remove(TapAddress requested) {
    return added.remove(requested) != null;
  }

  /** Returns whether an address was configured with its prefix length, and is not a single one. */
  boolean holdsSubnet(TapAddress requested) {
    return requested.equals(added.get(requested));
  }

  /** Returns whether another address of the same subnet was added. */
  boolean hasOthersIn(TapAddress requested) {
    return added.keySet().stream()
        .anyMatch(
            each ->
                !each.equals(requested)
                    && each.bits() == requested.bits()
                    && subnet(each).equals(subnet(requested)));
  }

  /** Returns an address of the device with the prefix length that was requested. */
  TapAddress asRequested(TapAddress shown) {
    for (Map.Entry<TapAddress, TapAddress> each : added.entrySet()) {
      if (each.getValue().equals(shown)) {
        return each.getKey();
      }
    }
    return shown;
  }

  /** Returns the route to the subnet of an address. */
  static TapRoute routeTo(TapAddress address) {
    return new TapRoute(new TapAddress(subnet(address), address.bits()), null, null);
  }

  private static InetAddress subnet(TapAddress address) {
    byte[] bytes = address.ip().getAddress();
    for (int bit = address.bits(); bit < bytes.length * 8; bit++) {
      bytes[bit / 8] &= (byte) ~(0x80 >> bit % 8);
    }
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new AssertionError("an address has 4 or 16 bytes", e);
    }
  }
}
