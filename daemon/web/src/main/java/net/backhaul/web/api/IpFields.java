// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.net.InetAddress;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.web.http.Fields;
import org.jspecify.annotations.Nullable;

/** Reads IP addresses and prefixes strictly. */
final class IpFields {
  private static final int MAX_TEXT_BYTES = 64;

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
