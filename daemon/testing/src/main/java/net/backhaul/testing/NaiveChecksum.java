// SPDX-License-Identifier: Apache-2.0
package net.backhaul.testing;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The Internet checksum, two bytes at a time, as in RFC 1071; shares no code with ours. */
public final class NaiveChecksum {
  private NaiveChecksum() {}

  /** Returns the folded sum of big-endian words; all parts but the last have even lengths. */
  public static int sum(byte[]... parts) {
    long sum = 0;
    for (byte[] part : parts) {
      for (int i = 0; i < part.length; i += 2) {
        sum += (part[i] & 0xff) << 8 | (i + 1 < part.length ? part[i + 1] & 0xff : 0);
      }
    }
    while (sum > 0xffff) {
      sum = (sum & 0xffff) + (sum >>> 16);
    }
    return (int) sum;
  }

  /** Returns the complement of the sum, as headers have it. */
  public static int checksum(byte[]... parts) {
    return ~sum(parts) & 0xffff;
  }

  /** Returns the pseudo header of TCP or UDP, which has the same sum for IPv4 and IPv6. */
  public static byte[] pseudoHeader(byte[] source, byte[] destination, int protocol, int length) {
    return ByteBuffer.allocate(2 * source.length + 4)
        .put(source)
        .put(destination)
        .putShort((short) protocol)
        .putShort((short) length)
        .array();
  }

  /**
   * Returns what is wrong with the lengths and checksums of a packet that follows a 14-byte
   * Ethernet header, or the empty text.
   *
   * @param destination the address that the checksum covers, or null if it is the header's
   */
  public static String problem(byte[] packet, int tagBytes, byte @Nullable [] destination) {
    byte[] ip = Arrays.copyOfRange(packet, tagBytes, packet.length);
    boolean v6 = ip[0] >>> 4 == 6;
    int at;
    int protocol;
    byte[] source;
    byte[] bound;
    if (v6) {
      if (u16(ip, 4) != ip.length - 40) {
        return "IPv6 length";
      }
      protocol = ip[6] & 0xff;
      at = 40;
      while (protocol == 0 || protocol == 43 || protocol == 60) {
        protocol = ip[at] & 0xff;
        at += 8 + 8 * (ip[at + 1] & 0xff);
      }
      source = Arrays.copyOfRange(ip, 8, 24);
      bound = Arrays.copyOfRange(ip, 24, 40);
    } else {
      at = (ip[0] & 15) * 4;
      if (u16(ip, 2) != ip.length) {
        return "IPv4 length";
      }
      if (sum(Arrays.copyOfRange(ip, 0, at)) != 0xffff) {
        return "IPv4 checksum";
      }
      protocol = ip[9];
      source = Arrays.copyOfRange(ip, 12, 16);
      bound = Arrays.copyOfRange(ip, 16, 20);
    }
    byte[] transport = Arrays.copyOfRange(ip, at, ip.length);
    byte[] pseudoHeader =
        pseudoHeader(source, destination == null ? bound : destination, protocol, transport.length);
    if (protocol == 17 && u16(transport, 4) != transport.length) {
      return "UDP length";
    }
    if (protocol == 17 && u16(transport, 6) == 0) {
      return "UDP checksum of zero";
    }
    return sum(pseudoHeader, transport) == 0xffff ? "" : "transport checksum";
  }

  private static int u16(byte[] bytes, int at) {
    return (bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff;
  }
}
