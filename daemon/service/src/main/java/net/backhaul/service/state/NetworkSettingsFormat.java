// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.state;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import net.backhaul.json.ByteOrderMark;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.network.Dictionary;

/**
 * The text of {@code networks.d/<id>.local.conf} (04 section 2.1).
 *
 * <p>The value of a permission is 0, 1 or a list of prefixes, which has more than five characters.
 * The reference reads lists of {@code allowManaged} alone; of others the first character decides,
 * so they begin with a comma, which denies them there. A permission that is switched off keeps its
 * list in a line of its own, {@code allowManagedWithin=} for example. Bridges and gateways have
 * lines that the reference does not read.
 */
final class NetworkSettingsFormat {
  private static final int LONGEST_BOOLEAN = 5;
  private static final int MAX_LIST_BYTES = 4_096;

  private NetworkSettingsFormat() {}

  static LocalNetworkSettings read(byte[] text) {
    Dictionary in = Dictionary.parse(ByteOrderMark.strip(text));
    return new LocalNetworkSettings(
        permission(in, NetworkSettingNames.MANAGED, "1"),
        permission(in, NetworkSettingNames.GLOBAL, "0"),
        in.bool(NetworkSettingNames.DEFAULT, false),
        permission(in, NetworkSettingNames.DNS, "0"),
        role(in));
  }

  private static HostRole role(Dictionary in) {
    return new HostRole(
        device(in.text(NetworkSettingNames.BRIDGE, "", MAX_LIST_BYTES)),
        Stream.of(in.text(NetworkSettingNames.BRIDGE_PORTS, "", MAX_LIST_BYTES).split(","))
            .filter(HostRole::isDeviceName)
            .limit(HostRole.MAX_PORTS)
            .toList(),
        device(in.text(NetworkSettingNames.GATEWAY, "", MAX_LIST_BYTES)));
  }

  private static String device(String name) {
    return HostRole.isDeviceName(name) ? name : "";
  }

  private static Permission permission(Dictionary in, String key, String otherwise) {
    String value = in.text(key, otherwise, MAX_LIST_BYTES);
    if (value.length() > LONGEST_BOOLEAN) {
      return new Permission(true, prefixes(value));
    }
    return new Permission(
        isTrue(value), prefixes(in.text(key + NetworkSettingNames.WITHIN, "", MAX_LIST_BYTES)));
  }

  /** Reads a list; entries that are no prefixes are ignored, as in the reference. */
  private static List<IpPrefix> prefixes(String list) {
    var within = new ArrayList<IpPrefix>();
    for (String each : list.split(",", -1)) {
      try {
        within.add(IpPrefix.parse(each.strip()));
      } catch (IllegalArgumentException notAPrefix) {
        // Ignored.
      }
    }
    return within;
  }

  private static boolean isTrue(String value) {
    return !value.isEmpty() && "1tT".indexOf(value.charAt(0)) >= 0;
  }

  /** Writes the file as the reference does, with lists where there are some. */
  static String write(LocalNetworkSettings settings) {
    var out = new StringBuilder();
    out.append(NetworkSettingNames.MANAGED)
        .append('=')
        .append(value(settings.managed(), ""))
        .append('\n');
    out.append(NetworkSettingNames.GLOBAL)
        .append('=')
        .append(value(settings.global(), ","))
        .append('\n');
    out.append(NetworkSettingNames.DEFAULT)
        .append('=')
        .append(digit(settings.allowDefault()))
        .append('\n');
    out.append(NetworkSettingNames.DNS).append('=').append(value(settings.dns(), ",")).append('\n');
    writeKeptList(out, NetworkSettingNames.MANAGED, settings.managed());
    writeKeptList(out, NetworkSettingNames.GLOBAL, settings.global());
    writeKeptList(out, NetworkSettingNames.DNS, settings.dns());
    HostRole role = settings.role();
    writeIfAny(out, NetworkSettingNames.BRIDGE, role.bridge());
    writeIfAny(out, NetworkSettingNames.BRIDGE_PORTS, String.join(",", role.bridgePorts()));
    writeIfAny(out, NetworkSettingNames.GATEWAY, role.gatewayOut());
    return out.toString();
  }

  private static String value(Permission permission, String start) {
    if (!permission.granted() || permission.within().isEmpty()) {
      return String.valueOf(digit(permission.granted()));
    }
    String list = list(permission);
    // A short list would be read as a boolean.
    return start + (list.length() > LONGEST_BOOLEAN ? list : list + "," + list);
  }

  private static void writeKeptList(StringBuilder out, String key, Permission permission) {
    if (!permission.granted() && !permission.within().isEmpty()) {
      out.append(key)
          .append(NetworkSettingNames.WITHIN)
          .append('=')
          .append(list(permission))
          .append('\n');
    }
  }

  private static void writeIfAny(StringBuilder out, String key, String value) {
    if (!value.isEmpty()) {
      out.append(key).append('=').append(value).append('\n');
    }
  }

  private static String list(Permission permission) {
    return permission.within().stream().map(IpPrefix::toString).collect(Collectors.joining(","));
  }

  private static char digit(boolean value) {
    return value ? '1' : '0';
  }
}
