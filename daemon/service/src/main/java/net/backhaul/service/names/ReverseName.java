// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.names;

import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** Names of addresses, as reverse look-ups have them (RFC 1035 section 3.5, RFC 3596). */
final class ReverseName {
  private static final String V4 = ".in-addr.arpa";
  private static final String V6 = ".ip6.arpa";
  private static final int V4_BYTES = 4;
  private static final int V6_DIGITS = 32;

  private ReverseName() {}

  /** Returns the address that a name stands for; null for any other name. */
  static @Nullable InetAddress address(String name) {
    if (name.endsWith(V4)) {
      return v4(name.substring(0, name.length() - V4.length()).split("\\.", -1));
    }
    return name.endsWith(V6)
        ? v6(name.substring(0, name.length() - V6.length()).split("\\.", -1))
        : null;
  }

  private static @Nullable InetAddress v4(String[] parts) {
    if (parts.length != V4_BYTES) {
      return null;
    }
    byte[] bytes = new byte[V4_BYTES];
    for (int i = 0; i < V4_BYTES; i++) {
      String part = parts[V4_BYTES - 1 - i];
      if (!part.matches("0|[1-9][0-9]{0,2}") || Integer.parseInt(part) > 0xff) {
        return null;
      }
      bytes[i] = (byte) Integer.parseInt(part);
    }
    return of(bytes);
  }

  private static @Nullable InetAddress v6(String[] parts) {
    if (parts.length != V6_DIGITS) {
      return null;
    }
    byte[] bytes = new byte[V6_DIGITS / 2];
    for (int i = 0; i < V6_DIGITS; i++) {
      String part = parts[V6_DIGITS - 1 - i];
      int digit = part.length() == 1 ? Character.digit(part.charAt(0), 16) : -1;
      if (digit < 0) {
        return null;
      }
      bytes[i / 2] |= (byte) (i % 2 == 0 ? digit << 4 : digit);
    }
    return of(bytes);
  }

  private static @Nullable InetAddress of(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException otherLength) {
      return null;
    }
  }
}
