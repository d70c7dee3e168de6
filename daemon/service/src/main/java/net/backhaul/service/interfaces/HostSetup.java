// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.Route;
import net.backhaul.service.NodeLoop;
import net.backhaul.service.dns.HostDns;
import net.backhaul.service.dns.LinkDns;
import net.backhaul.service.dns.LocalResolver;
import net.backhaul.service.forwarding.HostBridges;
import net.backhaul.service.forwarding.HostGateways;
import net.backhaul.service.routing.FullTunnel;
import net.backhaul.service.routing.RouteConflicts;
import net.backhaul.service.routing.UnderlayEndpoints;
import net.backhaul.service.state.HostRole;
import net.backhaul.service.state.Permission;
import net.backhaul.tap.HostNetwork;
import net.backhaul.tap.TapException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What joined networks set up on the host beside the addresses and routes of their devices, and the
 * conflicts of these with the rest of the host. On the system thread.
 */
final class HostSetup {
  private static final Logger log = LoggerFactory.getLogger(HostSetup.class);
  private static final long UNDERLAY_AGE_MS = 5_000;

  /** Longer than the time between two reports of a loop. */
  private static final long LOOP_AGE_MS = 60_000;

  private static final long UNDERLAY_WITHIN_MS = 1_000;

  private final NodeLoop loop;
  private final LocalResolver resolver;
  private final HostNetwork host;
  private final FullTunnel tunnel;
  private final HostDns dns = new HostDns();
  private final HostGateways gateways = new HostGateways();
  private final HostBridges bridges;
  private UnderlayEndpoints underlay = UnderlayEndpoints.NONE;
  private long nodeAddress;
  private long underlayAtMs = Long.MIN_VALUE / 2;

  /** Opens the host's network, and removes what a killed daemon has left. */
  HostSetup(NodeLoop loop, HostAccess access) {
    this.loop = loop;
    resolver = access.resolver();
    host = open(access);
    tunnel = new FullTunnel(host, access.udpPorts(), access.socketsAreMarked());
    bridges = new HostBridges(host);
    tunnel.removeStale();
    if (host != HostNetwork.NONE) {
      dns.removeStale(this::hasDevice);
      gateways.removeStale(this::hasDevice);
    }
  }

  private boolean hasDevice(String name) {
    try {
      return host.devices().stream().anyMatch(each -> each.name().equals(name));
    } catch (TapException e) {
      log.debug("devices are not listed: {}", e.getMessage());
      return true;
    }
  }

  private static HostNetwork open(HostAccess access) {
    try {
      return access.opener().open();
    } catch (TapException | LinkageError e) {
      log.warn("conflicts with other routes of this host are not found: {}", e.getMessage());
      return HostNetwork.NONE;
    }
  }

  /**
   * Returns what the rest of the host means for a network.
   *
   * @param devices the names of the devices of all networks
   */
  HostState state(ManagedNetwork network, boolean online, Set<String> devices) {
    NetworkConfig config = network.status.config();
    if (host == HostNetwork.NONE || config == null) {
      return HostState.alone(online);
    }
    var own = new HashSet<>(devices);
    ManagedDevice managed = network.managed;
    if (managed != null) {
      own.add(managed.device().name());
    }
    boolean wantsDefault = network.settings.allowDefault() && hasDefault(config);
    return new HostState(
        new RouteConflicts(host, own, underlay()),
        // An active tunnel stays while the node is offline: nothing leaves beside it.
        online || tunnel.isActive(network.networkId),
        tunnel.table(),
        network.settings.role().bridge().isEmpty()
            ? null
            : "the device is a port of the bridge "
                + network.settings.role().bridge()
                + ", which has the addresses of this host",
        wantsDefault ? tunnel.unavailable(network.networkId) : null);
  }

  private static boolean hasDefault(NetworkConfig config) {
    return config.routes().stream().map(Route::target).anyMatch(each -> each.isDefaultRoute());
  }

  private UnderlayEndpoints underlay() {
    long nowMs = NodeLoop.nowMs();
    if (nowMs - underlayAtMs >= UNDERLAY_AGE_MS) {
      try {
        underlay =
            loop.submit(node -> UnderlayEndpoints.of(node, nowMs))
                .get(UNDERLAY_WITHIN_MS, TimeUnit.MILLISECONDS);
        underlayAtMs = nowMs;
      } catch (ExecutionException | TimeoutException | RejectedExecutionException e) {
        log.debug("the endpoints of the underlay are unknown: {}", e.toString());
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    return underlay;
  }

  /**
   * Sets up what depends on the applied addresses and routes of a network.
   *
   * @return false if these are to be applied again, with another {@link #state}
   */
  boolean reconcile(ManagedNetwork network) {
    ManagedDevice managed = network.managed;
    network.problems = List.of();
    if (managed == null) {
      return true;
    }
    if (host != HostNetwork.NONE && !tunnel.reconcile(network.networkId, managed.tunneled())) {
      return false;
    }
    network.problems = problems(network, managed);
    return true;
  }

  /** Returns why the name servers of a network are not in use; null if they are, or not wanted. */
  private @Nullable String applyDns(ManagedNetwork network, ManagedDevice managed) {
    NetworkConfig config = network.status.config();
    String device = managed.device().name();
    Permission allowed = network.settings.dns();
    if (config == null || !allowed.granted()) {
      dns.remove(device, true);
      return null;
    }
    if (config.dnsServers().isEmpty()) {
      return applyResolver(network, config, device);
    }
    List<InetAddress> servers =
        config.dnsServers().stream().filter(each -> allowed.includes(only(each))).toList();
    if (servers.isEmpty()) {
      dns.remove(device, true);
      return "the name servers of the network are not used: allowDNS does not list them: "
          + config.dnsServers().stream().map(Endpoints::ipText).toList();
    }
    boolean forAll = tunnel.isActive(network.networkId);
    return dns.apply(device, new LinkDns(servers, config.dnsDomain(), forAll));
  }

  /**
   * Sets the resolver in the daemon for a network without name servers of its own. Those of a
   * network take precedence: a resolver of the host treats all servers of a device alike.
   */
  private @Nullable String applyResolver(
      ManagedNetwork network, NetworkConfig config, String device) {
    InetAddress address = resolver.address(network.networkId);
    if (address == null) {
      dns.remove(device, true);
      return resolver.problem(network.networkId);
    }
    return dns.apply(device, new LinkDns(List.of(address), config.dnsDomain(), false));
  }

  private static IpPrefix only(InetAddress ip) {
    return new IpPrefix(ip, ip.getAddress().length * 8);
  }

  private List<String> problems(ManagedNetwork network, ManagedDevice managed) {
    var problems = new ArrayList<String>();
    String dnsProblem = applyDns(network, managed);
    if (dnsProblem != null) {
      problems.add(dnsProblem);
    }
    if (host != HostNetwork.NONE) {
      problems.addAll(applyRole(network, managed));
    }
    if (NodeLoop.nowMs() - network.loopFoundMs < LOOP_AGE_MS) {
      problems.add(
          "frames circulate through the bridge of this network, and are dropped: remove the second"
              + " bridge or cable between its segments, or switch STP on");
    }
    boolean halves =
        managed.appliedRoutes().stream().anyMatch(each -> each.target().isDefaultRoute())
            && managed.tunneled().isEmpty();
    if (halves && !tunnel.limitation().isEmpty()) {
      problems.add(tunnel.limitation());
    }
    return problems;
  }

  private List<String> applyRole(ManagedNetwork network, ManagedDevice managed) {
    var problems = new ArrayList<String>();
    String device = managed.device().name();
    HostRole role = network.settings.role();
    NetworkConfig config = network.status.config();
    if (role.bridge().isEmpty()) {
      bridges.remove(device);
    } else if (config != null) {
      var port =
          new HostBridges.BridgePort(
              device, DeviceMtu.of(config), config.isActiveBridge(nodeAddress()));
      problems.addAll(bridges.apply(port, role));
    }
    if (role.gatewayOut().isEmpty()) {
      gateways.remove(device);
    } else {
      boolean v6 =
          managed.appliedAddresses().stream()
              .anyMatch(each -> each.address() instanceof Inet6Address);
      problems.addAll(gateways.apply(device, role.gatewayOut(), v6));
    }
    return problems;
  }

  private long nodeAddress() {
    if (nodeAddress == 0) {
      nodeAddress = loop.submit(node -> node.status(NodeLoop.nowMs()).address()).join();
    }
    return nodeAddress;
  }

  /** Removes what was set up for a network that was left; its device is still there. */
  void removeLeft(ManagedNetwork network) {
    ManagedDevice managed = network.managed;
    if (managed != null) {
      bridges.remove(managed.device().name());
    }
  }

  /** Removes what was set up for a network, before its device is closed; bridges stay. */
  void remove(ManagedNetwork network) {
    ManagedDevice managed = network.managed;
    if (managed != null) {
      dns.remove(managed.device().name(), false);
      gateways.remove(managed.device().name());
    }
    tunnel.remove(network.networkId);
    network.problems = List.of();
  }

  void close() {
    host.close();
  }
}
