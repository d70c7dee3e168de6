// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import net.backhaul.json.Lenient;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.address.IpPrefix;
import org.jspecify.annotations.Nullable;

/** IP addresses in JSON, read as the reference does; almost any text is accepted (04 section 0). */
public final class LenientIp {
  private static final InetAddress NO_V4 = Endpoints.parseIp("0.0.0.0");
  private static final InetAddress NO_V6 = Endpoints.parseIp("::");

  private LenientIp() {}

  /** Parses an IP before an optional slash; null if there is no dot or colon (04 section 0). */
  public static @Nullable InetAddress ip(String text) {
    IpPrefix prefix = prefix(text);
    return prefix == null ? null : prefix.address();
  }

  /** Parses an array of IPs; entries that are not strings or do not parse are skipped. */
  public static List<InetAddress> ips(@Nullable Object array) {
    var ips = new ArrayList<InetAddress>();
    for (Object entry : Lenient.entries(array)) {
      InetAddress ip = entry instanceof String text ? ip(text) : null;
      if (ip != null) {
        ips.add(ip);
      }
    }
    return ips;
  }

  /**
   * Parses {@code IP/n}. An invalid IP with a colon or a dot is the IP of zeros, an invalid number
   * is 0; without a colon or a dot the result is null.
   */
  public static @Nullable IpPrefix prefix(String text) {
    int slash = text.indexOf('/');
    String ip = slash < 0 ? text : text.substring(0, slash);
    long bits = slash < 0 ? 0 : Lenient.leadingDigits(text.substring(slash + 1), 10);
    if (ip.indexOf(':') < 0 && ip.indexOf('.') < 0) {
      return null;
    }
    InetAddress address;
    try {
      address = Endpoints.parseIp(ip);
    } catch (IllegalArgumentException e) {
      address = ip.indexOf(':') >= 0 ? NO_V6 : NO_V4;
    }
    return new IpPrefix(address, (int) (bits & 0xffff));
  }
}
