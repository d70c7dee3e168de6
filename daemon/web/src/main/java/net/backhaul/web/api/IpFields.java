// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.web.http.Fields;
import org.jspecify.annotations.Nullable;

/** Reads IP addresses and prefixes strictly. */
final class IpFields {
  private static final int MAX_TEXT_BYTES = 64;

  /** This network, broadcast, and IPv4 addresses written as those of IPv6. */
  private static final List<IpPrefix> NO_DEVICES =
      Stream.of("0.0.0.0/8", "240.0.0.0/4", "::/96", "::ffff:0:0/96").map(IpPrefix::parse).toList();

  private IpFields() {}

  /** Reads an address; null if it is invalid, which is recorded. */
  static @Nullable InetAddress ip(Fields fields, String name) {
    return ip(fields, name, fields.text(name, MAX_TEXT_BYTES));
  }

  /** Reads an address from an element of an array. */
  static @Nullable InetAddress ip(Fields fields, String name, String text) {
    try {
      return Endpoints.parseIp(text);
    } catch (IllegalArgumentException e) {
      fields.reject(name, "expected an IP address, as in 10.1.2.3 or fd00::1");
      return null;
    }
  }

  /** Reads an address that a device can have; null if it is invalid, which is recorded. */
  static @Nullable InetAddress ofDevice(Fields fields, String name, String text) {
    InetAddress ip = ip(fields, name, text);
    if (ip != null
        && (ip.isAnyLocalAddress()
            || ip.isLoopbackAddress()
            || ip.isMulticastAddress()
            || NO_DEVICES.stream().anyMatch(each -> each.contains(ip)))) {
      fields.reject(
          name, "expected an address that one device can have, found " + Endpoints.ipText(ip));
      return null;
    }
    return ip;
  }

  /** Reads a network with its prefix length; null if it is invalid, which is recorded. */
  static @Nullable IpPrefix prefix(Fields fields, String name) {
    String text = fields.text(name, MAX_TEXT_BYTES);
    try {
      IpPrefix prefix = IpPrefix.parse(text);
      if (text.contains("/") && prefix.bits() <= prefix.address().getAddress().length * 8) {
        if (!prefix.network().equals(prefix)) {
          fields.reject(name, "expected a network without host bits, as in " + prefix.network());
          return null;
        }
        return prefix;
      }
    } catch (IllegalArgumentException e) {
      // Reported below.
    }
    fields.reject(name, "expected a network with its prefix length, as in 10.1.2.0/24");
    return null;
  }

  /** Returns whether two addresses are of one family. */
  static boolean sameFamily(InetAddress one, InetAddress other) {
    return one.getAddress().length == other.getAddress().length;
  }
}
