// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.network.Route;
import net.backhaul.service.routing.RouteConflict;
import net.backhaul.service.state.LocalNetworkSettings;
import net.backhaul.tap.TapAddress;
import net.backhaul.tap.TapRoute;
import org.jspecify.annotations.Nullable;

/**
 * The wanted addresses and routes of a network's device: those that the controller assigns, the
 * operator allows (04 sections 6.1.3 to 6.1.5) and the rest of the host permits.
 *
 * @param routes those on the link first, since the others depend on them
 */
record ManagedPlan(List<IpPrefix> addresses, List<Planned> routes, List<RouteConflict> rejected) {
  static final ManagedPlan NOTHING = new ManagedPlan(List.of(), List.of(), List.of());

  /** A route to be set, and its origin in the configuration. */
  record Planned(Route origin, TapRoute route) {}

  ManagedPlan {
    addresses = List.copyOf(addresses);
    routes = List.copyOf(routes);
    rejected = List.copyOf(rejected);
  }

  /**
   * Creates the plan.
   *
   * @param onDevice further addresses of the device, which routes may use as source
   */
  static ManagedPlan of(
      AddressPlan addresses,
      List<Route> routes,
      LocalNetworkSettings settings,
      List<TapAddress> onDevice,
      HostState host) {
    Set<InetAddress> own = new LinkedHashSet<>();
    addresses.addresses().forEach(each -> own.add(each.address()));
    onDevice.forEach(each -> own.add(each.ip()));
    var onLink = new ArrayList<Planned>();
    var through = new ArrayList<Planned>();
    var rejected = new ArrayList<>(addresses.rejected());
    for (Route route : routes) {
      InetAddress via = route.via();
      IpPrefix target = route.target();
      boolean isDefault = target.network().isDefaultRoute();
      boolean waits = isDefault && via != null && !host.online();
      if (waits
          || !isAllowed(target, settings)
          || (via != null && (own.contains(via) || !sameFamily(via, target.address())))
          || isImplied(target, addresses.addresses())) {
        continue;
      }
      String conflict =
          isDefault ? host.noDefault() : host.conflicts().reason(target.network(), metric(route));
      if (conflict != null) {
        rejected.add(new RouteConflict(true, target, via, conflict));
        continue;
      }
      InetAddress source = nearest(target.address(), own);
      if (source != null) {
        for (TapRoute each : planned(route, via == null ? source : null, host)) {
          (via == null ? onLink : through).add(new Planned(route, each));
        }
      }
    }
    onLink.addAll(through);
    return new ManagedPlan(addresses.addresses(), onLink, rejected);
  }

  private static List<TapRoute> planned(Route route, @Nullable InetAddress source, HostState host) {
    IpPrefix target = route.target().network();
    if (target.isDefaultRoute() && host.table() != TapRoute.MAIN_TABLE) {
      return List.of(
          new TapRoute(tapAddress(target), route.via(), source, metric(route), host.table()));
    }
    return split(target).stream()
        .map(each -> new TapRoute(each, route.via(), source, metric(route), TapRoute.MAIN_TABLE))
        .toList();
  }

  /** Controllers of the reference send 0, which stands for the usual metric. */
  private static int metric(Route route) {
    return route.metric() == 0 ? TapRoute.DEFAULT_METRIC : route.metric();
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
    return AddressPlan.isPossible(target)
        && settings.allows(target)
        && settings.allows(target.network());
  }

  /** The kernel sets the route to an address's own network together with the address. */
  private static boolean isImplied(IpPrefix target, List<IpPrefix> addresses) {
    return addresses.stream()
        .anyMatch(each -> each.bits() == target.bits() && target.contains(each.address()));
  }

  /** Splits a default route into two halves, so that the host's own stays in place. */
  private static List<TapAddress> split(IpPrefix target) {
    if (!target.isDefaultRoute()) {
      return List.of(tapAddress(target.network()));
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
}
