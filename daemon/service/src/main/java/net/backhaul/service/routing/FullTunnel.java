// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.routing;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.service.udp.UdpSockets;
import net.backhaul.tap.HostNetwork;
import net.backhaul.tap.HostRoute;
import net.backhaul.tap.PolicyRule;
import net.backhaul.tap.PolicyRule.Kind;
import net.backhaul.tap.TapException;
import net.backhaul.tap.TapRoute;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rules by which all traffic of the host but that of the node's own sockets uses the default
 * route of one network, which is in a table of its own.
 *
 * <p>Sockets of the node have a mark that leads past this table, so that the tunnel cannot cut its
 * own path, whatever routes the host has or gets. Packets to its ports are recognized by the port,
 * so that a strict reverse path filter, which does not see the mark, expects them where they come
 * from. On the system thread.
 */
public final class FullTunnel {
  /** The mark of the sockets of this node. */
  public static final int MARK = UdpSockets.MARK;

  /** The number of the table that has the default route. */
  public static final int TABLE = 0x5a54;

  private static final Logger log = LoggerFactory.getLogger(FullTunnel.class);
  private static final int SKIP_PRIORITY = 9_990;
  private static final int MAIN_PRIORITY = 9_991;
  private static final int TABLE_PRIORITY = 9_992;

  /** Addresses of documentation, which no host has a route of its own for. */
  private static final InetAddress SOMEWHERE_V4 = Endpoints.parseIp("192.0.2.1");

  private static final InetAddress SOMEWHERE_V6 = Endpoints.parseIp("2001:db8::1");

  private final HostNetwork host;
  private final List<Integer> udpPorts;
  private final BooleanSupplier socketsAreMarked;
  private final Set<Family> active = EnumSet.noneOf(Family.class);
  private long owner;
  private boolean unsupported;

  /** An address family whose traffic a full tunnel may take. */
  public enum Family {
    V4,
    V6
  }

  /**
   * Creates it, without rules.
   *
   * @param udpPorts the ports of the node's sockets
   * @param socketsAreMarked whether all sockets of the node have {@link #MARK}
   */
  public FullTunnel(HostNetwork host, List<Integer> udpPorts, BooleanSupplier socketsAreMarked) {
    this.host = host;
    this.udpPorts = List.copyOf(udpPorts);
    this.socketsAreMarked = socketsAreMarked;
    unsupported = host == HostNetwork.NONE;
  }

  /**
   * Removes the rules that a killed daemon has left, whatever home it had. Those of a daemon that
   * runs stay: its device has the default route of the table.
   */
  public void removeStale() {
    for (Family family : Family.values()) {
      try {
        List<PolicyRule> rules = host.rules(family == Family.V4);
        if (!rules.isEmpty() && !isInUse(family)) {
          remove(rules);
          log.info("rules of a full tunnel that had not ended are removed ({})", family);
        }
      } catch (TapException e) {
        log.debug("the rules of routing tables are not listed: {}", e.getMessage());
      }
    }
  }

  private boolean isInUse(Family family) throws TapException {
    HostRoute route = host.route(family == Family.V4 ? SOMEWHERE_V4 : SOMEWHERE_V6, 0);
    return route != null && route.table() == TABLE;
  }

  /** Returns the table for default routes; the main one where the kernel has no rules. */
  public int table() {
    return unsupported || !socketsAreMarked.getAsBoolean() ? TapRoute.MAIN_TABLE : TABLE;
  }

  /** Returns why a network cannot have the default route; null if it can. */
  public @Nullable String unavailable(long networkId) {
    if (owner != 0 && owner != networkId) {
      return "network " + NetworkIds.text(owner) + " has the default route of this host";
    }
    if (owner == 0 && table() == TABLE) {
      removeStale();
      try {
        if (isInUse(Family.V4) || isInUse(Family.V6)) {
          return "another daemon on this host has the default route";
        }
      } catch (TapException e) {
        log.debug("the use of table {} is unknown: {}", TABLE, e.getMessage());
      }
    }
    return null;
  }

  /** Returns whether the default route of a network is in use. */
  public boolean isActive(long networkId) {
    return owner == networkId && !active.isEmpty();
  }

  /** Returns what an operator should know about the full tunnel of a network; may be empty. */
  public String limitation() {
    if (unsupported) {
      return "the kernel has no rules for routing tables, so the default route is set as two halves"
          + " in the main table";
    }
    return socketsAreMarked.getAsBoolean()
        ? ""
        : "the default route is set as two halves in the main table, because this process may not"
            + " mark its sockets; run it as root, or with the capability NET_ADMIN";
  }

  /**
   * Sets the rules for the families whose default route the network has in {@link #TABLE}, and
   * removes those of others; calling it again repairs them.
   *
   * @return false if the kernel rejects the rules: {@link #table} has changed
   */
  public boolean reconcile(long networkId, Set<Family> wanted) {
    if (owner != 0 && owner != networkId) {
      return true;
    }
    for (Family family : Family.values()) {
      if (wanted.contains(family)) {
        if (!add(family, networkId)) {
          return false;
        }
      } else if (active.contains(family)) {
        end(family);
      }
    }
    return true;
  }

  /** Removes the rules of a network that has them. */
  public void remove(long networkId) {
    if (owner == networkId) {
      List.copyOf(active).forEach(this::end);
    }
  }

  private boolean add(Family family, long networkId) {
    try {
      for (PolicyRule each : rules(family)) {
        host.addRule(each);
      }
      if (host.rules(family == Family.V4).isEmpty()) {
        throw new TapException("the kernel does not record which program has set a rule");
      }
    } catch (TapException e) {
      unsupported = true;
      log.warn("{}; the default route is set as two halves in the main table", e.getMessage());
      List.of(Family.values()).forEach(this::end);
      return false;
    }
    owner = networkId;
    if (active.add(family)) {
      log.info(
          "network {}: full tunnel of {}: all traffic but that of this daemon uses its default"
              + " route, by table {}",
          NetworkIds.text(networkId),
          family,
          TABLE);
    }
    return true;
  }

  private void end(Family family) {
    remove(rules(family).reversed());
    if (active.remove(family)) {
      log.info("network {}: full tunnel of {} ended", NetworkIds.text(owner), family);
    }
    if (active.isEmpty()) {
      owner = 0;
    }
  }

  private void remove(List<PolicyRule> rules) {
    for (PolicyRule each : rules) {
      try {
        host.removeRule(each);
      } catch (TapException e) {
        log.warn("{}", e.getMessage());
      }
    }
  }

  /** Returns the rules in the order in which they are added: the one with an effect last. */
  private List<PolicyRule> rules(Family family) {
    boolean v4 = family == Family.V4;
    var rules = new ArrayList<PolicyRule>();
    rules.add(new PolicyRule(v4, PolicyRule.END_PRIORITY, Kind.END, 0));
    rules.add(new PolicyRule(v4, SKIP_PRIORITY, Kind.SKIP_MARK, MARK));
    for (int port : udpPorts) {
      rules.add(new PolicyRule(v4, SKIP_PRIORITY, Kind.SKIP_UDP_PORT, port));
    }
    rules.add(new PolicyRule(v4, MAIN_PRIORITY, Kind.MAIN_WITHOUT_DEFAULT, 0));
    rules.add(new PolicyRule(v4, TABLE_PRIORITY, Kind.TABLE, TABLE));
    return rules;
  }
}
