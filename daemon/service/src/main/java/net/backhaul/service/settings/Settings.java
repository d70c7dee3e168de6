// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.settings;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Consumer;
import net.backhaul.engine.BondingOptions;
import net.backhaul.engine.NodeOptions;
import net.backhaul.engine.NodeOptions.PhysicalNetwork;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.identity.Addresses;
import org.jspecify.annotations.Nullable;

/**
 * The values of local.conf that this daemon uses (04 section 3).
 *
 * @param primaryPort empty where the command line decides; 0 for any
 * @param secondaryPort 0 for any
 * @param tertiaryPort 0 for any
 * @param bind where not empty, the addresses to bind UDP to in place of those of the host
 * @param interfaces those of the host that are used
 * @param managers networks besides loopback from which the API may be used
 * @param tcpRelays the TCP relays to use, and the address to be one at
 * @param controllerPath directory of the controller's data; empty for the default
 * @param sendsHostName whether controllers of networks are told the name of this host
 */
public record Settings(
    OptionalInt primaryPort,
    int secondaryPort,
    int tertiaryPort,
    boolean allowSecondaryPort,
    boolean portMappingEnabled,
    List<InetAddress> bind,
    InterfaceFilter interfaces,
    List<IpPrefix> managers,
    boolean allowTcpFallbackRelay,
    boolean forceTcpRelay,
    TcpRelays tcpRelays,
    String softwareUpdate,
    String softwareUpdateChannel,
    String controllerPath,
    boolean sendsHostName,
    NodeOptions node) {
  private static final int MAX_PHYSICAL = 32;
  private static final String COPY = "copy";

  private static final SortedSet<String> ROOT_KEYS = sorted("settings", "physical", "virtual");

  /** All keys of the reference (04 section 3.4), also those without effect here, and our own. */
  private static final SortedSet<String> SETTINGS_KEYS =
      sorted(
          "primaryPort",
          "secondaryPort",
          "tertiaryPort",
          "allowSecondaryPort",
          "portMappingEnabled",
          "bind",
          "interfacePrefixBlacklist",
          "allowInterfaces",
          "denyInterfaces",
          "allowManagementFrom",
          "allowTcpFallbackRelay",
          "tcpFallbackRelay",
          "tcpRelay",
          "forceTcpRelay",
          "lowBandwidthMode",
          "maxPeers",
          "maxMembers",
          "sendHostName",
          "enableWebServer",
          "controllerDbPath",
          "controllerDb",
          "ssoRedirectURL",
          "redis",
          "softwareUpdate",
          "softwareUpdateChannel",
          "softwareUpdateDist",
          "multicoreEnabled",
          "concurrency",
          "cpuPinningEnabled",
          "defaultBondingPolicy",
          "policies",
          "peerSpecificBonds",
          "vault",
          "multipathMode",
          "dscp");

  private static final SortedSet<String> PHYSICAL_KEYS =
      sorted("blacklist", "trustedPathId", "mtu");
  private static final SortedSet<String> VIRTUAL_KEYS = sorted("try", "blacklist", "role");

  /** Set to {@code salsa}, packets are sealed as for peers without AES; for the benchmark. */
  private static final boolean AVOIDS_AES = "salsa".equals(System.getProperty("backhaul.suite"));

  public Settings {
    bind = List.copyOf(bind);
    managers = List.copyOf(managers);
  }

  /** Returns the keys of {@code settings} that are read only at the start and differ from these. */
  List<String> startKeysDifferentFrom(Settings other) {
    var keys = new ArrayList<String>();
    if (!primaryPort.equals(other.primaryPort)) {
      keys.add("primaryPort");
    }
    if (allowSecondaryPort != other.allowSecondaryPort) {
      keys.add("allowSecondaryPort");
    }
    if (secondaryPort != other.secondaryPort) {
      keys.add("secondaryPort");
    }
    if (portMappingEnabled != other.portMappingEnabled) {
      keys.add("portMappingEnabled");
    }
    if (tertiaryPort != other.tertiaryPort) {
      keys.add("tertiaryPort");
    }
    if (!controllerPath.equals(other.controllerPath)) {
      keys.add("controllerDbPath");
    }
    return keys;
  }

  /**
   * Reads the root object of local.conf.
   *
   * @param onProblem takes one sentence for each value of a wrong type, which then counts as
   *     absent, and for each key that is not known
   */
  public static Settings read(Map<String, @Nullable Object> conf, Consumer<String> onProblem) {
    var root = new SettingsReader(conf, "", onProblem);
    root.reportUnknownKeys(ROOT_KEYS);
    SettingsReader in = root.below("settings");
    in.reportUnknownKeys(SETTINGS_KEYS);
    boolean hasPort = in.object().get("primaryPort") != null;
    int primaryPort = in.port("primaryPort", -1);
    BondingOptions bonding = BondingSettings.read(in);
    boolean forceTcpRelay = in.bool("forceTcpRelay", false);
    if (bonding.isOn() && forceTcpRelay) {
      onProblem.accept(
          "local.conf: settings.forceTcpRelay: expected it only without bonds, found both; it is"
              + " ignored");
    }
    return new Settings(
        hasPort && primaryPort >= 0 ? OptionalInt.of(primaryPort) : OptionalInt.empty(),
        in.port("secondaryPort", 0),
        in.port("tertiaryPort", 0),
        in.bool("allowSecondaryPort", true),
        in.bool("portMappingEnabled", true),
        in.list("bind", "an IP address", Endpoints::parseIp),
        interfaces(in),
        in.networks("allowManagementFrom"),
        in.bool("allowTcpFallbackRelay", true) && !bonding.isOn(),
        forceTcpRelay && !bonding.isOn(),
        TcpRelays.read(in),
        in.text("softwareUpdate", "disable"),
        in.text("softwareUpdateChannel", "release"),
        in.text("controllerDbPath", ""),
        in.bool("sendHostName", true),
        nodeOptions(root, bonding));
  }

  private static InterfaceFilter interfaces(SettingsReader in) {
    String form = "an interface's name, with * and ? for any characters, or IP/bits";
    return new InterfaceFilter(
        in.list("interfacePrefixBlacklist", "the beginning of an interface's name", text -> text),
        in.list("allowInterfaces", form, InterfacePattern::parse),
        in.list("denyInterfaces", form, InterfacePattern::parse));
  }

  private static SortedSet<String> sorted(String... keys) {
    return Collections.unmodifiableSortedSet(new TreeSet<>(List.of(keys)));
  }

  /** Returns whether {@code physical} forbids datagrams to and from this address. */
  public boolean forbids(InetAddress address) {
    return node.forbids(0, address);
  }

  private static NodeOptions nodeOptions(SettingsReader root, BondingOptions bonding) {
    Map<Long, List<InetSocketAddress>> hints = new HashMap<>();
    Map<Long, List<IpPrefix>> forbidden = new HashMap<>();
    SettingsReader virtual = root.below("virtual");
    for (String key : virtual.object().keySet()) {
      SettingsReader peer = virtual.below(key);
      long address;
      try {
        address = Addresses.parse(key);
      } catch (IllegalArgumentException e) {
        virtual.wrong(key, "an address of 10 hexadecimal digits as key", key);
        continue;
      }
      peer.reportUnknownKeys(VIRTUAL_KEYS);
      hints.put(address, peer.list("try", "IP/port", Endpoints::parse));
      forbidden.put(address, peer.networks("blacklist"));
    }
    SettingsReader in = root.below("settings");
    return new NodeOptions(
        physical(root),
        hints,
        forbidden,
        limit(in, "maxPeers", NodeOptions.DEFAULT_MAX_PEERS),
        AVOIDS_AES,
        dscp(in),
        bonding.isOn() ? NodeOptions.RelayUse.NEVER : TcpRelays.use(in),
        in.bool("lowBandwidthMode", false),
        limit(in, "maxMembers", NodeOptions.DEFAULT_MAX_MEMBERS),
        bonding);
  }

  private static int limit(SettingsReader in, String key, int absent) {
    return (int) in.number(key, absent, NodeOptions.LEAST_LIMIT, NodeOptions.GREATEST_LIMIT);
  }

  private static int dscp(SettingsReader in) {
    if (COPY.equals(in.object().get("dscp"))) {
      return NodeOptions.COPIED_DSCP;
    }
    Long number = in.numberOrNull("dscp", 0, NodeOptions.MAX_DSCP);
    if (number == null && in.object().get("dscp") != null) {
      in.wrong("dscp", "a whole number from 0 to 63 or \"copy\"", in.object().get("dscp"));
    }
    return number == null ? 0 : number.intValue();
  }

  private static List<PhysicalNetwork> physical(SettingsReader root) {
    var all = new ArrayList<PhysicalNetwork>();
    SettingsReader physical = root.below("physical");
    for (String key : physical.object().keySet()) {
      SettingsReader in = physical.below(key);
      IpPrefix network;
      try {
        network = physical.network(key, key);
      } catch (IllegalArgumentException e) {
        physical.wrong(key, "IP/bits as key", key);
        continue;
      }
      in.reportUnknownKeys(PHYSICAL_KEYS);
      if (all.size() < MAX_PHYSICAL) {
        all.add(
            new PhysicalNetwork(
                network,
                in.bool("blacklist", false) && network.bits() > 0,
                in.number("trustedPathId", 0, 0, Long.MAX_VALUE),
                (int) in.number("mtu", 0, 0, Integer.MAX_VALUE)));
      }
    }
    return all;
  }
}
