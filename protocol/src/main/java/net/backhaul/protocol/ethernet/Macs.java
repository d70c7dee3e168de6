// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.ethernet;

import java.util.HexFormat;

/** 48-bit MAC addresses, in the low bits of a long (01 section 1.3). */
public final class Macs {
  /** The broadcast address. */
  public static final long BROADCAST = 0xffff_ffff_ffffL;

  private static final int BYTES = 6;
  private static final int RESERVED_BY_KVM = 0x52;
  private static final int INSTEAD_OF_RESERVED = 0x32;

  private Macs() {}

  /** Returns the MAC of a node in a network. */
  public static long of(long address, long networkId) {
    return (long) firstOctet(networkId) << 40 | address ^ mask(networkId);
  }

  /** Returns the node address of a MAC; only valid if its first octet is the network's. */
  public static long addressOf(long mac, long networkId) {
    return (mac ^ mask(networkId)) & 0xff_ffff_ffffL;
  }

  /** Returns the first octet of the MACs of all nodes in a network. */
  public static int firstOctet(long networkId) {
    int octet = (int) (networkId & 0xfe | 0x02);
    return octet == RESERVED_BY_KVM ? INSTEAD_OF_RESERVED : octet;
  }

  /** Returns the first octet of a MAC. */
  public static int firstOctetOf(long mac) {
    return (int) (mac >>> 40) & 0xff;
  }

  /** Returns whether a MAC is a multicast or the broadcast address. */
  public static boolean isMulticast(long mac) {
    return (mac >>> 40 & 0x01) != 0;
  }

  /** Returns whether a MAC is locally administered. */
  public static boolean isLocallyAdministered(long mac) {
    return (mac >>> 40 & 0x02) != 0;
  }

  /** Formats a MAC as six octets in lower case, separated by colons. */
  public static String text(long mac) {
    return HexFormat.ofDelimiter(":").formatHex(bytes(mac));
  }

  /** Parses six octets separated by colons; throws IllegalArgumentException for other text. */
  public static long parse(String text) {
    byte[] octets = HexFormat.ofDelimiter(":").parseHex(text);
    if (octets.length != BYTES) {
      throw new IllegalArgumentException("a MAC has six octets, not: " + text);
    }
    long mac = 0;
    for (byte octet : octets) {
      mac = mac << 8 | octet & 0xff;
    }
    return mac;
  }

  /** Returns the six octets of a MAC. */
  public static byte[] bytes(long mac) {
    byte[] octets = new byte[BYTES];
    for (int i = 0; i < BYTES; i++) {
      octets[i] = (byte) (mac >>> (40 - 8 * i));
    }
    return octets;
  }

  /** Returns octets 6 to 2 of the network id, which the address is XORed with. */
  private static long mask(long networkId) {
    return (networkId >>> 8 & 0xff) << 32
        | (networkId >>> 16 & 0xff) << 24
        | (networkId >>> 24 & 0xff) << 16
        | (networkId >>> 32 & 0xff) << 8
        | networkId >>> 40 & 0xff;
  }
}
