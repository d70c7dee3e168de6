// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.state;

import java.util.ArrayList;
import net.backhaul.json.ByteOrderMark;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.network.Dictionary;

/** The text of {@code networks.d/<id>.local.conf} (04 section 2.1). */
final class NetworkSettingsFormat {
  private static final int LONGEST_BOOLEAN = 5;
  private static final int MAX_WHITELIST_BYTES = 4_096;

  private NetworkSettingsFormat() {}

  static LocalNetworkSettings read(byte[] text) {
    Dictionary in = Dictionary.parse(ByteOrderMark.strip(text));
    String managed = in.text("allowManaged", "1", MAX_WHITELIST_BYTES);
    boolean isList = managed.length() > LONGEST_BOOLEAN;
    var within = new ArrayList<IpPrefix>();
    for (String each : isList ? managed.split(",", -1) : new String[0]) {
      try {
        within.add(IpPrefix.parse(each.strip()));
      } catch (IllegalArgumentException notAnAddress) {
        // Ignored, as the reference does.
      }
    }
    return new LocalNetworkSettings(
        isList || isTrue(managed),
        within,
        in.bool("allowGlobal", false),
        in.bool("allowDefault", false),
        in.bool("allowDNS", false));
  }

  private static boolean isTrue(String value) {
    return !value.isEmpty() && "1tT".indexOf(value.charAt(0)) >= 0;
  }

  /** Writes the file as the reference does, without the list of allowed prefixes. */
  static String write(LocalNetworkSettings settings) {
    return "allowManaged=%s\nallowGlobal=%s\nallowDefault=%s\nallowDNS=%s\n"
        .formatted(
            digit(settings.allowManaged()),
            digit(settings.allowGlobal()),
            digit(settings.allowDefault()),
            digit(settings.allowDns()));
  }

  private static char digit(boolean value) {
    return value ? '1' : '0';
  }
}
