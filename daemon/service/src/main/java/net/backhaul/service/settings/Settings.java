// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.settings;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Consumer;
import net.backhaul.engine.NodeOptions;
import net.backhaul.engine.NodeOptions.PhysicalNetwork;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.identity.Addresses;
import org.jspecify.annotations.Nullable;

/**
 * What local.conf asks for, as far as this daemon can do it (04 section 3).
 *
 * @param primaryPort empty where the command line decides; 0 for any
 * @param secondaryPort 0 for any
 * @param bind where not empty, the addresses to bind UDP to in place of those of the host
 * @param skippedInterfaces beginnings of names of interfaces that are not used
 * @param managers networks besides loopback from which the API may be used
 * @param controllerPath where the controller's data lies; empty for the usual place
 */
public record Settings(
    OptionalInt primaryPort,
    int secondaryPort,
    int tertiaryPort,
    boolean allowSecondaryPort,
    boolean portMappingEnabled,
    List<InetAddress> bind,
    List<String> skippedInterfaces,
    List<IpPrefix> managers,
    boolean allowTcpFallbackRelay,
    boolean forceTcpRelay,
    String softwareUpdate,
    String softwareUpdateChannel,
    String controllerPath,
    NodeOptions node) {
  private static final int MAX_PHYSICAL = 32;

  /** Set to {@code salsa}, packets are sealed as for peers without AES: the benchmark does it. */
  private static final boolean AVOIDS_AES = "salsa".equals(System.getProperty("backhaul.suite"));

  public Settings {
    bind = List.copyOf(bind);
    skippedInterfaces = List.copyOf(skippedInterfaces);
    managers = List.copyOf(managers);
  }

  /**
   * Reads the root object of local.conf.
   *
   * @param complain takes one sentence for each value of a wrong type, which then counts as absent
   */
  public static Settings read(Map<String, @Nullable Object> conf, Consumer<String> complain) {
    var root = new SettingsReader(conf, "", complain);
    SettingsReader in = root.below("settings");
    boolean hasPort = in.object().get("primaryPort") != null;
    int primaryPort = in.port("primaryPort", -1);
    return new Settings(
        hasPort && primaryPort >= 0 ? OptionalInt.of(primaryPort) : OptionalInt.empty(),
        in.port("secondaryPort", 0),
        in.port("tertiaryPort", 0),
        in.bool("allowSecondaryPort", true),
        in.bool("portMappingEnabled", true),
        in.list("bind", "an IP address", Endpoints::parseIp),
        in.list("interfacePrefixBlacklist", "the beginning of an interface's name", text -> text),
        in.list("allowManagementFrom", "IP/bits", IpPrefix::parse),
        in.bool("allowTcpFallbackRelay", true),
        in.bool("forceTcpRelay", false),
        in.text("softwareUpdate", "disable"),
        in.text("softwareUpdateChannel", "release"),
        in.text("controllerDbPath", ""),
        nodeOptions(root));
  }

  /** Returns whether datagrams to or from this address are ruled out by {@code physical}. */
  public boolean forbids(InetAddress address) {
    return node.forbids(0, address);
  }

  private static NodeOptions nodeOptions(SettingsReader root) {
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
      hints.put(address, peer.list("try", "IP/port", Endpoints::parse));
      forbidden.put(address, peer.list("blacklist", "IP/bits", IpPrefix::parse));
    }
    return new NodeOptions(
        physical(root), hints, forbidden, NodeOptions.DEFAULT_MAX_PEERS, AVOIDS_AES);
  }

  private static List<PhysicalNetwork> physical(SettingsReader root) {
    var all = new ArrayList<PhysicalNetwork>();
    SettingsReader physical = root.below("physical");
    for (String key : physical.object().keySet()) {
      SettingsReader in = physical.below(key);
      IpPrefix network;
      try {
        network = IpPrefix.parse(key);
      } catch (IllegalArgumentException e) {
        physical.wrong(key, "IP/bits as key", key);
        continue;
      }
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
