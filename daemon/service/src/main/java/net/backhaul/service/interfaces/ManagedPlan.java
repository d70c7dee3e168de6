// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.network.Route;
import net.backhaul.service.state.LocalNetworkSettings;
import net.backhaul.tap.TapAddress;
import net.backhaul.tap.TapRoute;
import org.jspecify.annotations.Nullable;

/**
 * The wanted addresses and routes of a network's device: those that the controller assigns and the
 * operator allows (04 sections 6.1.3 to 6.1.5).
 *
 * @param addresses sorted, each once
 * @param routes those on the link first, since the others depend on them
 */
record ManagedPlan(List<IpPrefix> addresses, List<Planned> routes) {
  static final ManagedPlan NOTHING = new ManagedPlan(List.of(), List.of());

  /** A route to be set, and its origin in the configuration. */
  record Planned(Route origin, TapRoute route) {}

  ManagedPlan {
    addresses = List.copyOf(addresses);
    routes = List.copyOf(routes);
  }

  /** Returns the assigned addresses that are allowed. */
  static List<IpPrefix> addresses(List<IpPrefix> assigned, LocalNetworkSettings settings) {
    Set<IpPrefix> allowed =
        new TreeSet<>(
            Comparator.comparing((IpPrefix each) -> each.address().getAddress().length)
                .thenComparing(
                    each -> each.address().getAddress(), java.util.Arrays::compareUnsigned)
                .thenComparing(IpPrefix::bits));
    for (IpPrefix each : assigned) {
      if (isPossible(each) && settings.allows(each)) {
        allowed.add(each);
      }
    }
    return List.copyOf(allowed);
  }

  /**
   * Creates the plan.
   *
   * @param onDevice further addresses of the device, which routes may use as source
   * @param online whether default routes through a router may be set
   */
  static ManagedPlan of(
      List<IpPrefix> assigned,
      List<Route> routes,
      LocalNetworkSettings settings,
      List<TapAddress> onDevice,
      boolean online) {
    List<IpPrefix> addresses = addresses(assigned, settings);
    Set<InetAddress> own = new LinkedHashSet<>();
    addresses.forEach(each -> own.add(each.address()));
    onDevice.forEach(each -> own.add(each.ip()));
    var onLink = new ArrayList<Planned>();
    var through = new ArrayList<Planned>();
    for (Route route : routes) {
      InetAddress via = route.via();
      IpPrefix target = route.target();
      boolean waits = target.isDefaultRoute() && via != null && !online;
      if (waits
          || !isAllowed(target, settings)
          || (via != null && (own.contains(via) || !sameFamily(via, target.address())))
          || isImplied(target, addresses)) {
        continue;
      }
      InetAddress source = nearest(target.address(), own);
      if (source != null) {
        for (TapAddress each : split(target)) {
          (via == null ? onLink : through)
              .add(new Planned(route, new TapRoute(each, via, via == null ? source : null)));
        }
      }
    }
    onLink.addAll(through);
    return new ManagedPlan(addresses, onLink);
  }

  /** Returns the routes of the configuration that are part of the plan, each once. */
  List<Route> origins() {
    return routes.stream().map(Planned::origin).distinct().toList();
  }

  static TapAddress tapAddress(IpPrefix prefix) {
    return new TapAddress(prefix.address(), prefix.bits());
  }

  /**
   * Checks a target also without its host bits, as the kernel reads it: 10.0.0.1/0 is a default
   * route.
   */
  private static boolean isAllowed(IpPrefix target, LocalNetworkSettings settings) {
    return isPossible(target) && settings.allows(target) && settings.allows(network(target));
  }

  private static boolean isPossible(IpPrefix prefix) {
    return prefix.bits() >= 0 && prefix.bits() <= bitsOf(prefix.address());
  }

  /** The kernel sets the route to an address's own network together with the address. */
  private static boolean isImplied(IpPrefix target, List<IpPrefix> addresses) {
    return addresses.stream()
        .anyMatch(each -> each.bits() == target.bits() && target.contains(each.address()));
  }

  /** Splits a default route into two halves, so that the host's own stays in place. */
  private static List<TapAddress> split(IpPrefix target) {
    if (!target.isDefaultRoute()) {
      return List.of(tapAddress(network(target)));
    }
    byte[] upper = new byte[target.address().getAddress().length];
    upper[0] = (byte) 0x80;
    return List.of(new TapAddress(target.address(), 1), new TapAddress(ip(upper), 1));
  }

  private static @Nullable InetAddress nearest(InetAddress target, Set<InetAddress> own) {
    InetAddress best = null;
    int bestBits = -1;
    for (InetAddress each : own) {
      if (sameFamily(each, target)) {
        int bits = commonBits(each.getAddress(), target.getAddress());
        if (bits > bestBits) {
          best = each;
          bestBits = bits;
        }
      }
    }
    return best;
  }

  private static int commonBits(byte[] one, byte[] other) {
    for (int i = 0; i < one.length; i++) {
      int difference = (one[i] ^ other[i]) & 0xff;
      if (difference != 0) {
        return 8 * i + Integer.numberOfLeadingZeros(difference) - 24;
      }
    }
    return 8 * one.length;
  }

  private static IpPrefix network(IpPrefix prefix) {
    byte[] ip = prefix.address().getAddress();
    for (int bit = prefix.bits(); bit < ip.length * 8; bit++) {
      ip[bit / 8] &= (byte) ~(0x80 >> bit % 8);
    }
    return new IpPrefix(ip(ip), prefix.bits());
  }

  private static InetAddress ip(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new AssertionError("an IP has 4 or 16 bytes, not " + bytes.length, e);
    }
  }

  private static boolean sameFamily(InetAddress one, InetAddress other) {
    return one.getAddress().length == other.getAddress().length;
  }

  private static int bitsOf(InetAddress address) {
    return address.getAddress().length * 8;
  }
}
