// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.ethernet;

import java.util.HexFormat;

/** 48-bit MAC addresses, held in the low bits of a long (01 section 1.3). */
public final class Macs {
  public static final long BROADCAST = 0xffff_ffff_ffffL;

  private static final int BYTES = 6;
  private static final int RESERVED_BY_KVM = 0x52;
  private static final int INSTEAD_OF_RESERVED = 0x32;

  private Macs() {}

  /** Returns the MAC of a node on a network. */
  public static long of(long address, long networkId) {
    return (long) firstOctet(networkId) << 40 | address ^ mask(networkId);
  }

  /** Returns the node with this MAC; only meaningful where the first octet is the network's. */
  public static long addressOf(long mac, long networkId) {
    return (mac ^ mask(networkId)) & 0xff_ffff_ffffL;
  }

  /** Returns the first octet of all MACs of nodes on a network. */
  public static int firstOctet(long networkId) {
    int octet = (int) (networkId & 0xfe | 0x02);
    return octet == RESERVED_BY_KVM ? INSTEAD_OF_RESERVED : octet;
  }

  public static int firstOctetOf(long mac) {
    return (int) (mac >>> 40) & 0xff;
  }

  public static boolean isMulticast(long mac) {
    return (mac >>> 40 & 0x01) != 0;
  }

  public static boolean isLocallyAdministered(long mac) {
    return (mac >>> 40 & 0x02) != 0;
  }

  /** Returns six octets in lower case with colons in between. */
  public static String text(long mac) {
    return HexFormat.ofDelimiter(":").formatHex(bytes(mac));
  }

  /** Reads six octets with colons in between; throws IllegalArgumentException. */
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

  public static byte[] bytes(long mac) {
    byte[] octets = new byte[BYTES];
    for (int i = 0; i < BYTES; i++) {
      octets[i] = (byte) (mac >>> (40 - 8 * i));
    }
    return octets;
  }

  /** Turns the network id's octets 6 to 2 into what the address is XORed with. */
  private static long mask(long networkId) {
    return (networkId >>> 8 & 0xff) << 32
        | (networkId >>> 16 & 0xff) << 24
        | (networkId >>> 24 & 0xff) << 16
        | (networkId >>> 32 & 0xff) << 8
        | networkId >>> 40 & 0xff;
  }
}
