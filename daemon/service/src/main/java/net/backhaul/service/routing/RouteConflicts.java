// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.routing;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.tap.HostAddress;
import net.backhaul.tap.HostDevice;
import net.backhaul.tap.HostNetwork;
import net.backhaul.tap.HostRoute;
import net.backhaul.tap.TapException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finds managed addresses and routes that would take traffic away from other devices of the host:
 * of a directly connected subnet, or to an endpoint of the underlay. A snapshot of the host, for
 * one reconciliation.
 */
public final class RouteConflicts {
  private static final Logger log = LoggerFactory.getLogger(RouteConflicts.class);

  /** No conflicts: nothing is known about the host. */
  public static final RouteConflicts NONE =
      new RouteConflicts(HostNetwork.NONE, Set.of(), UnderlayEndpoints.NONE);

  private final HostNetwork host;
  private final UnderlayEndpoints underlay;
  private final Map<Integer, String> names = new HashMap<>();
  private final Set<Integer> own = new HashSet<>();
  private final List<Subnet> connected = new ArrayList<>();

  private record Subnet(IpPrefix prefix, String device) {}

  /**
   * Reads the devices and addresses of the host.
   *
   * @param ownDevices the names of devices of joined networks
   */
  public RouteConflicts(HostNetwork host, Set<String> ownDevices, UnderlayEndpoints underlay) {
    this.host = host;
    this.underlay = underlay;
    try {
      read(ownDevices);
    } catch (TapException e) {
      log.debug("conflicts of routes are not checked: {}", e.getMessage());
    }
  }

  private void read(Set<String> ownDevices) throws TapException {
    Map<Integer, HostDevice> devices = new HashMap<>();
    for (HostDevice each : host.devices()) {
      devices.put(each.index(), each);
      names.put(each.index(), each.name());
      if (ownDevices.contains(each.name())) {
        own.add(each.index());
      }
    }
    for (HostAddress each : host.addresses()) {
      HostDevice device = devices.get(each.device());
      if (device != null && device.up() && !own.contains(device.index())) {
        IpPrefix prefix = new IpPrefix(each.address().ip(), each.address().bits()).network();
        if (prefix.bits() > 0) {
          connected.add(new Subnet(prefix, device.name()));
        }
      }
    }
  }

  /**
   * Returns why a route, or an address with its subnet, cannot be applied.
   *
   * @param metric of the route; 0 for an address
   * @return null if it can
   */
  public @Nullable String reason(IpPrefix target, int metric) {
    for (Subnet each : connected) {
      if (each.prefix.contains(target)) {
        return each.device + " is directly connected to " + each.prefix;
      }
    }
    for (Map.Entry<InetAddress, String> each : underlay.users().entrySet()) {
      if (target.contains(each.getKey()) && !target.isDefaultRoute()) {
        String device = deviceLost(each.getKey(), target, metric);
        if (device != null) {
          return "it would cut the path to "
              + each.getValue()
              + " at "
              + Endpoints.ipText(each.getKey())
              + device;
        }
      }
    }
    return null;
  }

  /** Returns the words for the device that packets no longer use; null if they still do. */
  private @Nullable String deviceLost(InetAddress to, IpPrefix target, int metric) {
    try {
      HostRoute now = host.route(to, FullTunnel.MARK);
      if (now == null) {
        return null;
      }
      if (own.contains(now.device())) {
        return now.bits() == target.bits() ? "" : null;
      }
      boolean takesOver =
          target.bits() > now.bits() || (target.bits() == now.bits() && metric < now.metric());
      String name = names.get(now.device());
      return !takesOver ? null : name == null ? "" : " through " + name;
    } catch (TapException e) {
      log.debug("the route to {} is unknown: {}", to, e.getMessage());
      return null;
    }
  }
}
