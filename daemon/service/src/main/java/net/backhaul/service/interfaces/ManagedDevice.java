// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.ethernet.MulticastGroup;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.Route;
import net.backhaul.service.routing.FullTunnel;
import net.backhaul.service.routing.RouteConflict;
import net.backhaul.service.state.LocalNetworkSettings;
import net.backhaul.tap.TapAddress;
import net.backhaul.tap.TapDevice;
import net.backhaul.tap.TapException;
import net.backhaul.tap.TapRoute;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reconciles the MTU, addresses and routes of one device with its configuration and settings.
 *
 * <p>Only what was added here is removed here: addresses and routes of the operator or of the
 * kernel stay. Lives on the system thread.
 */
final class ManagedDevice {
  private static final Logger log = LoggerFactory.getLogger(ManagedDevice.class);

  private final TapDevice device;
  private final Set<TapAddress> myAddresses = new LinkedHashSet<>();
  private final Set<TapRoute> myRoutes = new LinkedHashSet<>();

  /** Failures that were reported; each is reported again only after a success in between. */
  private final Set<String> reported = new HashSet<>();

  /** Whether the host has rejected IPv6 in this pass; nothing more of it is attempted then. */
  private boolean ipv6Off;

  private boolean wasIpv6Off;
  private boolean wasDown;

  private List<IpPrefix> appliedAddresses = List.of();
  private List<Route> appliedRoutes = List.of();
  private List<RouteConflict> rejected = List.of();

  /** The wanted routes that the host has. */
  private final Set<TapRoute> setRoutes = new HashSet<>();

  ManagedDevice(TapDevice device) {
    this.device = device;
  }

  TapDevice device() {
    return device;
  }

  /** Returns the managed addresses that the device has. */
  List<IpPrefix> appliedAddresses() {
    return appliedAddresses;
  }

  /** Returns the managed routes that are set. */
  List<Route> appliedRoutes() {
    return appliedRoutes;
  }

  /** Reconciles the device; calling it again repairs what other programs have changed. */
  void apply(@Nullable NetworkConfig config, LocalNetworkSettings settings, HostState host) {
    ipv6Off = false;
    reportLimitedMtu(config);
    int mtuBytes = DeviceMtu.of(config);
    if (mtuBytes != device.mtuBytes()) {
      attempt("an MTU of " + mtuBytes, () -> device.setMtu(mtuBytes));
    }
    List<IpPrefix> assigned = config == null ? List.of() : config.addresses();
    List<Route> routes = config == null ? List.of() : config.routes();
    AddressPlan addresses = AddressPlan.of(assigned, settings, host);
    List<IpPrefix> wanted = addresses.addresses();
    // Routes first: without their source address or router the kernel has removed some already.
    ManagedPlan plan = ManagedPlan.of(addresses, routes, settings, othersThan(wanted), host);
    reportRejected(plan.rejected());
    removeRoutesBut(plan);
    removeAddressesBut(wanted);
    addAddresses(wanted);
    addRoutes(plan);
    if (wasIpv6Off && !ipv6Off) {
      log.info("{}: IPv6 is on again", device.name());
    }
    wasIpv6Off = ipv6Off;
  }

  /** Returns the managed addresses and routes that conflict with the rest of the host. */
  List<RouteConflict> rejected() {
    return rejected;
  }

  /** Returns the families whose default route is set in a table of its own. */
  Set<FullTunnel.Family> tunneled() {
    var families = EnumSet.noneOf(FullTunnel.Family.class);
    for (TapRoute each : setRoutes) {
      if (each.table() == FullTunnel.TABLE) {
        boolean v4 = each.target().ip() instanceof Inet4Address;
        families.add(v4 ? FullTunnel.Family.V4 : FullTunnel.Family.V6);
      }
    }
    return families;
  }

  /** Reports each conflict once, and its end. */
  private void reportRejected(List<RouteConflict> now) {
    for (RouteConflict each : now) {
      if (!rejected.contains(each)) {
        log.warn("{}: {}", device.name(), each);
      }
    }
    for (RouteConflict each : rejected) {
      if (now.stream().noneMatch(other -> other.target().equals(each.target()))) {
        log.info("{}: {} has no conflict any more", device.name(), each.target());
      }
    }
    rejected = now;
  }

  /** Reports once that the device was set down, which stays so, and that it is up again. */
  void pollState() {
    boolean down;
    try {
      down = !device.isUp();
    } catch (TapException e) {
      log.debug("{}: {}", device.name(), e.getMessage());
      return;
    }
    if (down && !wasDown) {
      log.warn(
          "{} was set down by another program or an administrator, so it carries no frames until:"
              + " ip link set {} up",
          device.name(),
          device.name());
    } else if (wasDown && !down) {
      log.info("{} is up again", device.name());
    }
    wasDown = down;
  }

  /**
   * Returns the groups that the host has joined, and those of address resolution for its addresses
   * (04 section 6.1.7).
   */
  List<MulticastGroup> groups(List<TapAddress> present) throws TapException {
    var groups = new TreeSet<MulticastGroup>();
    for (long mac : device.multicastMacs()) {
      groups.add(new MulticastGroup(mac, 0));
    }
    for (TapAddress address : present) {
      groups.add(MulticastGroup.forAddress(address.ip()));
    }
    return List.copyOf(groups);
  }

  private void removeRoutesBut(ManagedPlan plan) {
    Set<TapRoute> wanted = new HashSet<>();
    plan.routes().forEach(each -> wanted.add(each.route()));
    for (TapRoute route : List.copyOf(myRoutes)) {
      if (!wanted.contains(route)) {
        attempt("the removal of the route to " + route, () -> device.removeRoute(route));
        myRoutes.remove(route);
      }
    }
  }

  private void removeAddressesBut(List<IpPrefix> wanted) {
    Set<TapAddress> keep = new HashSet<>();
    wanted.forEach(each -> keep.add(ManagedPlan.tapAddress(each)));
    for (TapAddress address : List.copyOf(myAddresses)) {
      if (!keep.contains(address)) {
        attempt("the removal of " + address, () -> device.removeAddress(address));
        myAddresses.remove(address);
      }
    }
  }

  private void addAddresses(List<IpPrefix> wanted) {
    var applied = new ArrayList<IpPrefix>();
    List<TapAddress> present = present();
    for (IpPrefix each : wanted) {
      TapAddress address = ManagedPlan.tapAddress(each);
      for (TapAddress other : present) {
        if (other.ip().equals(address.ip()) && !other.equals(address)) {
          attempt("the removal of " + other, () -> device.removeAddress(other));
        }
      }
      boolean there =
          present.contains(address)
              || !isOff(address)
                  && attempt(
                      "the address " + address,
                      () -> {
                        if (device.addAddress(address)) {
                          myAddresses.add(address);
                          log.info("{}: address {}", device.name(), address);
                        }
                      });
      if (there) {
        applied.add(each);
      }
    }
    appliedAddresses = List.copyOf(applied);
  }

  private void addRoutes(ManagedPlan plan) {
    var applied = new LinkedHashSet<Route>();
    setRoutes.clear();
    for (ManagedPlan.Planned each : plan.routes()) {
      TapRoute route = each.route();
      boolean there =
          !isOff(route.target())
              && attempt(
                  "the route to " + route,
                  () -> {
                    if (device.addRoute(route)) {
                      myRoutes.add(route);
                      log.info("{}: route to {}", device.name(), route);
                    }
                  });
      if (there) {
        setRoutes.add(route);
        applied.add(each.origin());
      }
    }
    appliedRoutes = List.copyOf(applied);
  }

  private List<TapAddress> present() {
    try {
      return device.addresses();
    } catch (TapException e) {
      log.warn("cannot list the addresses of {}: {}", device.name(), e.getMessage());
      return List.of();
    }
  }

  /** Returns the addresses of the device that are not managed. */
  private List<TapAddress> othersThan(List<IpPrefix> wanted) {
    Set<InetAddress> managed = new HashSet<>();
    wanted.forEach(each -> managed.add(each.address()));
    myAddresses.forEach(each -> managed.add(each.ip()));
    return present().stream().filter(each -> !managed.contains(each.ip())).toList();
  }

  private boolean isOff(TapAddress address) {
    return ipv6Off && address.ip() instanceof Inet6Address;
  }

  private void reportLimitedMtu(@Nullable NetworkConfig config) {
    String what = "the MTU of the network";
    if (config == null || !DeviceMtu.isLimited(config)) {
      reported.remove(what);
    } else if (reported.add(what)) {
      log.warn(
          "{}: the network's MTU is {}, and packets carry at most {}: the device has an MTU of {}",
          device.name(),
          config.mtuBytes(),
          DeviceMtu.MAX_BYTES,
          DeviceMtu.MAX_BYTES);
    }
  }

  private interface DeviceChange {
    void make() throws TapException;
  }

  private boolean attempt(String what, DeviceChange change) {
    try {
      change.make();
      reported.remove(what);
      return true;
    } catch (TapException e) {
      if (e.isIpv6Off()) {
        if (!wasIpv6Off && !ipv6Off) {
          log.warn("{}: {}", device.name(), e.getMessage());
        }
        ipv6Off = true;
      } else if (reported.add(what)) {
        log.warn(
            "{}: {}; the other settings are applied, and this one is retried every 30 s",
            device.name(),
            e.getMessage());
      }
      return false;
    }
  }
}
