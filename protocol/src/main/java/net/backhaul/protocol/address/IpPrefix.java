// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.address;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;
import org.jspecify.annotations.Nullable;

/** An IP address and the length of its network prefix (01 section 8). */
public record IpPrefix(InetAddress address, int bits) {
  private static final int MAX_BITS_ON_WIRE = 0xffff;

  /** Reads an endpoint whose port is the prefix length; null for the null address. */
  public static @Nullable IpPrefix read(WireReader in) {
    InetSocketAddress record = Endpoints.read(in);
    return record == null ? null : new IpPrefix(record.getAddress(), record.getPort());
  }

  /** Writes an endpoint whose port is the prefix length. */
  public void writeTo(WireWriter out) {
    Endpoints.write(out, new InetSocketAddress(address, bits));
  }

  /**
   * Parses {@code ip/bits}. Without a slash an address is a network of one host; the unspecified
   * address, which no host has, is every address of its family.
   */
  public static IpPrefix parse(String text) {
    int slash = text.indexOf('/');
    InetAddress ip = IpLiterals.parse(slash < 0 ? text : text.substring(0, slash));
    int all = ip.isAnyLocalAddress() ? 0 : ip.getAddress().length * 8;
    int bits =
        slash < 0 ? all : Endpoints.number(text.substring(slash + 1), MAX_BITS_ON_WIRE, text);
    return new IpPrefix(ip, bits);
  }

  /** Returns whether an address is in this network; host bits of the prefix are ignored. */
  public boolean contains(InetAddress other) {
    byte[] mine = address.getAddress();
    byte[] theirs = other.getAddress();
    if (mine.length != theirs.length) {
      return false;
    }
    int left = Math.min(bits, mine.length * 8);
    for (int i = 0; left > 0; i++, left -= 8) {
      int mask = left >= 8 ? 0xff : 0xff << (8 - left) & 0xff;
      if (((mine[i] ^ theirs[i]) & mask) != 0) {
        return false;
      }
    }
    return true;
  }

  /** Returns whether a prefix of the same or of more bits lies in this one. */
  public boolean contains(IpPrefix other) {
    return other.bits >= bits && contains(other.address);
  }

  /** Returns this prefix with its host bits cleared. */
  public IpPrefix network() {
    byte[] ip = address.getAddress();
    for (int bit = bits; bit < ip.length * 8; bit++) {
      ip[bit / 8] &= (byte) ~(0x80 >> bit % 8);
    }
    try {
      return new IpPrefix(InetAddress.getByAddress(ip), bits);
    } catch (UnknownHostException e) {
      throw new AssertionError("an IP has 4 or 16 bytes, not " + ip.length, e);
    }
  }

  /** Returns whether this is 0.0.0.0/0 or ::/0. */
  public boolean isDefaultRoute() {
    return bits == 0 && address.isAnyLocalAddress();
  }

  @Override
  public String toString() {
    return IpLiterals.text(address) + "/" + bits;
  }
}
