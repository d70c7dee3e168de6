// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.backhaul.json.Json;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.service.state.HostRole;
import net.backhaul.service.state.LocalNetworkSettings;
import net.backhaul.service.state.NetworkSettingNames;
import net.backhaul.service.state.Permission;
import org.jspecify.annotations.Nullable;

/**
 * The permissions of a network in JSON. A boolean grants or denies one and keeps its list of
 * prefixes; a list grants it for these prefixes, and an empty list for all. Beside them stands what
 * the host is for the network: {@code hostBridge}, {@code hostBridgePorts}, {@code gatewayOut}.
 */
final class NetworkPermissions {
  private static final List<String> ROLES =
      List.of(
          NetworkSettingNames.BRIDGE,
          NetworkSettingNames.BRIDGE_PORTS,
          NetworkSettingNames.GATEWAY);
  private static final List<String> WITH_LISTS =
      List.of(NetworkSettingNames.MANAGED, NetworkSettingNames.GLOBAL, NetworkSettingNames.DNS);

  private NetworkPermissions() {}

  static LocalNetworkSettings read(
      Map<String, @Nullable Object> body, LocalNetworkSettings before) {
    return new LocalNetworkSettings(
        read(body.get(NetworkSettingNames.MANAGED), before.managed()),
        read(body.get(NetworkSettingNames.GLOBAL), before.global()),
        body.get(NetworkSettingNames.DEFAULT) instanceof Boolean granted
            ? granted
            : before.allowDefault(),
        read(body.get(NetworkSettingNames.DNS), before.dns()),
        readRole(body, before.role()));
  }

  private static HostRole readRole(Map<String, @Nullable Object> body, HostRole before) {
    List<String> ports = before.bridgePorts();
    if (body.get(NetworkSettingNames.BRIDGE_PORTS) instanceof List<?> entries
        && entries.size() <= HostRole.MAX_PORTS
        && entries.stream()
            .allMatch(each -> each instanceof String name && HostRole.isDeviceName(name))) {
      ports = entries.stream().map(String.class::cast).toList();
    }
    String bridge = device(body.get(NetworkSettingNames.BRIDGE), before.bridge());
    return new HostRole(
        bridge,
        bridge.isEmpty() ? List.of() : ports,
        device(body.get(NetworkSettingNames.GATEWAY), before.gatewayOut()));
  }

  /** An empty name stands for none. */
  private static String device(@Nullable Object value, String before) {
    return value instanceof String name && (name.isEmpty() || HostRole.isDeviceName(name))
        ? name
        : before;
  }

  private static Permission read(@Nullable Object value, Permission before) {
    if (value instanceof Boolean granted) {
      return before.granted(granted);
    }
    if (!(value instanceof List<?> entries)) {
      return before;
    }
    var within = new ArrayList<IpPrefix>();
    for (Object each : entries) {
      try {
        if (each instanceof String text && within.size() < Permission.MAX_PREFIXES) {
          within.add(Permission.parseOne(text));
        }
      } catch (IllegalArgumentException notAPrefix) {
        // Without the others the list would permit something else than what was sent.
        return before;
      }
    }
    return within.size() == entries.size() ? new Permission(true, within) : before;
  }

  /** Adds the lists, for which the reference has no members, where there are some. */
  static void putLists(Map<String, @Nullable Object> out, LocalNetworkSettings settings) {
    putList(out, NetworkSettingNames.MANAGED, settings.managed());
    putList(out, NetworkSettingNames.GLOBAL, settings.global());
    putList(out, NetworkSettingNames.DNS, settings.dns());
    HostRole role = settings.role();
    if (!role.bridge().isEmpty()) {
      out.put(NetworkSettingNames.BRIDGE, role.bridge());
      out.put(NetworkSettingNames.BRIDGE_PORTS, role.bridgePorts());
    }
    if (!role.gatewayOut().isEmpty()) {
      out.put(NetworkSettingNames.GATEWAY, role.gatewayOut());
    }
  }

  private static void putList(
      Map<String, @Nullable Object> out, String name, Permission permission) {
    if (!permission.within().isEmpty()) {
      out.put(
          name + NetworkSettingNames.WITHIN,
          permission.within().stream().map(IpPrefix::toString).toList());
    }
  }

  /** Returns a body as the object shows it once it has taken effect. */
  static Map<String, @Nullable Object> expected(Map<String, @Nullable Object> body) {
    Map<String, @Nullable Object> expected = Json.object();
    body.forEach(
        (name, value) -> {
          if (WITH_LISTS.contains(name) && value instanceof List<?> entries) {
            expected.put(name, true);
            if (!entries.isEmpty()) {
              expected.put(
                  name + NetworkSettingNames.WITHIN,
                  entries.stream().map(NetworkPermissions::text).toList());
            }
          } else if (!ROLES.contains(name) || !(isNone(value))) {
            expected.put(name, value);
          }
        });
    return expected;
  }

  private static boolean isNone(@Nullable Object value) {
    return "".equals(value) || List.of().equals(value);
  }

  private static @Nullable Object text(@Nullable Object entry) {
    try {
      return entry instanceof String text ? Permission.parseOne(text).toString() : entry;
    } catch (IllegalArgumentException notAPrefix) {
      return entry;
    }
  }
}
