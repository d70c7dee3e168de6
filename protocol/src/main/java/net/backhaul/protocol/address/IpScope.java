// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.address;

import java.net.InetAddress;

/** The scope of an IP address; higher numbers are preferred (02 section 0.2). */
public enum IpScope {
  /** No address. */
  NONE,
  /** A multicast group. */
  MULTICAST,
  /** The host itself. */
  LOOPBACK,
  /** Public blocks that organizations use privately. */
  PSEUDO_PRIVATE,
  /** The internet. */
  GLOBAL,
  /** One link. */
  LINK_LOCAL,
  /** Unused (02 section 0.2). */
  SHARED,
  /** A private network. */
  PRIVATE;

  /** Returns the number of this scope in the ranking of paths. */
  @SuppressWarnings("EnumOrdinal") // The order of the constants is the order of preference.
  public int number() {
    return ordinal();
  }

  /** Returns whether addresses of this scope may be used for paths. */
  public boolean usableForPath() {
    return this == PSEUDO_PRIVATE || this == GLOBAL || this == SHARED || this == PRIVATE;
  }

  /** Classifies an address. */
  public static IpScope of(InetAddress address) {
    byte[] ip = address.getAddress();
    return ip.length == 4 ? ofV4(ip) : ofV6(ip);
  }

  private static IpScope ofV4(byte[] ip) {
    int a = ip[0] & 0xff;
    int b = ip[1] & 0xff;
    int c = ip[2] & 0xff;
    return switch (a) {
      case 0, 255 -> NONE;
      case 6, 11, 21, 22, 25, 26, 28, 29, 30, 51, 55, 56 -> PSEUDO_PRIVATE;
      case 10 -> PRIVATE;
      case 100 -> b >= 64 && b < 128 ? PRIVATE : GLOBAL;
      case 127 -> LOOPBACK;
      case 169 -> b == 254 ? LINK_LOCAL : GLOBAL;
      case 172 -> b >= 16 && b < 32 ? PRIVATE : GLOBAL;
      case 192 -> b == 168 || (b == 0 && c == 2) ? PRIVATE : GLOBAL;
      case 198 -> b == 18 || b == 19 || (b == 51 && c == 100) ? PRIVATE : GLOBAL;
      case 203 -> b == 0 && c == 113 ? PRIVATE : GLOBAL;
      default -> a >= 240 ? PSEUDO_PRIVATE : a >= 224 ? MULTICAST : GLOBAL;
    };
  }

  private static IpScope ofV6(byte[] ip) {
    int a = ip[0] & 0xff;
    int b = ip[1] & 0xff;
    if (a == 0xff) {
      return MULTICAST;
    }
    if (a == 0xfe && (b & 0xc0) == 0x80) {
      return zeros(ip, 2, 15) && ip[15] == 1 ? LOOPBACK : LINK_LOCAL;
    }
    if ((a & 0xfe) == 0xfc) {
      return PRIVATE;
    }
    if (zeros(ip, 0, 15)) {
      return ip[15] == 1 ? LOOPBACK : ip[15] == 0 ? NONE : GLOBAL;
    }
    if (zeros(ip, 0, 10) && ip[10] == -1 && ip[11] == -1 && ip[12] == 127) {
      return LOOPBACK;
    }
    return GLOBAL;
  }

  private static boolean zeros(byte[] ip, int from, int to) {
    for (int i = from; i < to; i++) {
      if (ip[i] != 0) {
        return false;
      }
    }
    return true;
  }
}
