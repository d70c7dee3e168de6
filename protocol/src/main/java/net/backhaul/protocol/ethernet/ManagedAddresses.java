// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.ethernet;

import java.net.InetAddress;
import java.util.Arrays;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;

/** IPv6 addresses that derive from a network id and a node's address (01 section 1.5). */
public final class ManagedAddresses {
  /** The prefix length of RFC 4193 addresses. */
  public static final int RFC4193_BITS = 88;

  /** The prefix length of 6PLANE addresses. */
  public static final int SIX_PLANE_BITS = 40;

  private static final int RFC4193_NODE_AT = 11;
  private static final int SIX_PLANE_NODE_AT = 5;
  private static final int LOCALLY_ADMINISTERED = 0x02;

  private ManagedAddresses() {}

  /** Returns the RFC 4193 address of a node in a network. */
  public static InetAddress rfc4193(long networkId, long address) {
    return ip(new WireWriter().u8(0xfd).u64(networkId).u8(0x99).u8(0x93).address(address));
  }

  /** Returns the 6PLANE address of a node in a network. */
  public static InetAddress sixPlane(long networkId, long address) {
    long folded = networkId ^ networkId >>> 32;
    return ip(new WireWriter().u8(0xfc).u32(folded).address(address).u32(0).u16(1));
  }

  /** Returns the EUI-64 link-local address of a device with this MAC. */
  public static InetAddress linkLocal(long mac) {
    int first = Macs.firstOctetOf(mac) & ~LOCALLY_ADMINISTERED;
    return ip(
        new WireWriter()
            .u64(0xfe80L << 48)
            .u8(first)
            .u16((int) (mac >>> 24) & 0xffff)
            .u16(0xfffe)
            .u8((int) (mac >>> 16) & 0xff)
            .u16((int) mac & 0xffff));
  }

  /**
   * Returns the node with an address of the same scheme and network as one of ours, else 0.
   *
   * @param mine our managed address
   * @param bits the prefix length of our address
   */
  public static long ownerOf(InetAddress target, InetAddress mine, int bits, long networkId) {
    byte[] q = target.getAddress();
    byte[] m = mine.getAddress();
    if (q.length != 16 || m.length != 16) {
      return 0;
    }
    int at;
    if (bits == RFC4193_BITS
        && m[0] == (byte) 0xfd
        && m[9] == (byte) 0x99
        && m[10] == (byte) 0x93) {
      at = RFC4193_NODE_AT;
    } else if (bits == SIX_PLANE_BITS
        && same(m, sixPlane(networkId, 0).getAddress(), SIX_PLANE_NODE_AT)) {
      at = SIX_PLANE_NODE_AT;
    } else {
      return 0;
    }
    return same(q, m, at) ? new WireReader(q, at, 5).address() : 0;
  }

  private static boolean same(byte[] one, byte[] other, int count) {
    return Arrays.equals(one, 0, count, other, 0, count);
  }

  private static InetAddress ip(WireWriter bytes) {
    return Endpoints.of(bytes.toByteArray(), 0).getAddress();
  }
}
