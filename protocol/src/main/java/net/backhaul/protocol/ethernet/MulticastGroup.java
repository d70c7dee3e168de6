// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.ethernet;

import java.net.InetAddress;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;

/**
 * A multicast MAC and 32 bits that distinguish groups with the same MAC (01 section 1.4).
 *
 * @param adi "additional distinguishing information": for ARP the requested IPv4 address, else 0
 */
public record MulticastGroup(long mac, int adi) implements Comparable<MulticastGroup> {
  /** The length on the wire. */
  public static final int BYTES = 10;

  /** The group of Ethernet broadcasts. */
  public static final MulticastGroup BROADCAST = new MulticastGroup(Macs.BROADCAST, 0);

  private static final long SOLICITED_NODE = 0x3333_ff00_0000L;

  /** Returns the group that ARP and neighbor solicitation for an IP address are sent to. */
  public static MulticastGroup forAddress(InetAddress address) {
    byte[] ip = address.getAddress();
    if (ip.length == 4) {
      return new MulticastGroup(Macs.BROADCAST, new WireReader(ip, 0, 4).i32());
    }
    int low = (ip[13] & 0xff) << 16 | (ip[14] & 0xff) << 8 | (ip[15] & 0xff);
    return new MulticastGroup(SOLICITED_NODE | low, 0);
  }

  /** Reads a MAC and an ADI. */
  public static MulticastGroup read(WireReader in) {
    return new MulticastGroup(in.mac(), in.i32());
  }

  /** Writes the MAC and the ADI. */
  public void writeTo(WireWriter out) {
    out.mac(mac).u32(adi);
  }

  @Override
  public int compareTo(MulticastGroup other) {
    int byMac = Long.compare(mac, other.mac);
    return byMac != 0 ? byMac : Integer.compareUnsigned(adi, other.adi);
  }
}
