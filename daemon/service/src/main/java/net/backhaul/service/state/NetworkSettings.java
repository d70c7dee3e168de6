// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.state;

import java.util.ArrayList;
import java.util.List;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.network.Dictionary;

/**
 * What a user lets a network do to the host (04 section 2.1).
 *
 * @param allowManaged whether addresses and routes of the network are applied at all
 * @param whitelist where not empty, only addresses and routes inside one of these are applied
 * @param allowGlobal whether addresses and routes of the public internet are applied
 * @param allowDefault whether a default route is applied
 * @param allowDns whether DNS settings are applied
 */
public record NetworkSettings(
    boolean allowManaged,
    List<IpPrefix> whitelist,
    boolean allowGlobal,
    boolean allowDefault,
    boolean allowDns) {
  public static final NetworkSettings DEFAULT =
      new NetworkSettings(true, List.of(), false, false, false);

  private static final int LONGEST_BOOLEAN = 5;
  private static final int MAX_WHITELIST_BYTES = 4_096;

  public NetworkSettings {
    whitelist = List.copyOf(whitelist);
  }

  /** Reads the dictionary text of {@code networks.d/<id>.local.conf}. */
  public static NetworkSettings parse(byte[] text) {
    Dictionary in = Dictionary.parse(text);
    String managed = in.text("allowManaged", "1", MAX_WHITELIST_BYTES);
    var whitelist = new ArrayList<IpPrefix>();
    if (managed.length() > LONGEST_BOOLEAN) {
      for (String each : managed.split(",", -1)) {
        try {
          whitelist.add(IpPrefix.parse(each.strip()));
        } catch (IllegalArgumentException notAnAddress) {
          // As the reference, which takes what it understands.
        }
      }
    }
    boolean allowManaged =
        managed.length() > LONGEST_BOOLEAN
            || (!managed.isEmpty() && "1tT".indexOf(managed.charAt(0)) >= 0);
    return new NetworkSettings(
        allowManaged,
        whitelist,
        in.bool("allowGlobal", false),
        in.bool("allowDefault", false),
        in.bool("allowDNS", false));
  }

  /** Writes the file as the reference does, which does not keep the whitelist. */
  public String text() {
    return "allowManaged=%d\nallowGlobal=%d\nallowDefault=%d\nallowDNS=%d\n"
        .formatted(
            allowManaged ? 1 : 0, allowGlobal ? 1 : 0, allowDefault ? 1 : 0, allowDns ? 1 : 0);
  }
}
