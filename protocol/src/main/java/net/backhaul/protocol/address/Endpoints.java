// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.address;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;
import org.jspecify.annotations.Nullable;

/** IP addresses with ports, on the wire and as text (01 section 8, 02 section 0.1). */
public final class Endpoints {
  private static final int MAX_PORT = 0xffff;

  private Endpoints() {}

  /** Reads an endpoint; null for the null address and for reserved types. */
  public static @Nullable InetSocketAddress read(WireReader in) {
    return switch (in.u8()) {
      case 0 -> null;
      case 1, 2 -> {
        in.skip(6);
        yield null;
      }
      case 3 -> {
        in.skip(in.u16());
        yield null;
      }
      case 4 -> of(in.bytes(4), in.u16());
      case 6 -> of(in.bytes(16), in.u16());
      default -> throw new WireException("unknown address type");
    };
  }

  /** Writes an endpoint; null is the null address. */
  public static void write(WireWriter out, @Nullable InetSocketAddress endpoint) {
    if (endpoint == null) {
      out.u8(0);
      return;
    }
    byte[] ip = endpoint.getAddress().getAddress();
    out.u8(ip.length == 4 ? 4 : 6).bytes(ip).u16(endpoint.getPort());
  }

  /** Creates an endpoint from 4 or 16 address bytes. */
  public static InetSocketAddress of(byte[] ip, int port) {
    return new InetSocketAddress(IpLiterals.ofBytes(ip), port);
  }

  /** Formats an endpoint as {@code ip/port}; the null address is empty. */
  public static String text(@Nullable InetSocketAddress endpoint) {
    return endpoint == null
        ? ""
        : IpLiterals.text(endpoint.getAddress()) + "/" + endpoint.getPort();
  }

  /** Formats an IP address as the reference does (01 section 8.2). */
  public static String ipText(InetAddress address) {
    return IpLiterals.text(address);
  }

  /** Parses an IP address without a resolver; throws IllegalArgumentException for other text. */
  public static InetAddress parseIp(String text) {
    return IpLiterals.parse(text);
  }

  /** Parses {@code ip/port}; throws IllegalArgumentException for other text. */
  public static InetSocketAddress parse(String text) {
    int slash = text.indexOf('/');
    String ip = slash < 0 ? text : text.substring(0, slash);
    int port = slash < 0 ? 0 : number(text.substring(slash + 1), MAX_PORT, text);
    return new InetSocketAddress(IpLiterals.parse(ip), port);
  }

  static int number(String digits, int max, String whole) {
    try {
      int value = Integer.parseInt(digits);
      if (value >= 0 && value <= max) {
        return value;
      }
    } catch (NumberFormatException e) {
      // Reported below with what was expected.
    }
    throw new IllegalArgumentException(
        "expected an IP, a slash and a number from 0 to " + max + ", not: " + whole);
  }

  /** Returns whether datagrams for one host can be sent there: not to port 0 or a group. */
  public static boolean isDestination(InetSocketAddress endpoint) {
    IpScope scope = IpScope.of(endpoint.getAddress());
    return endpoint.getPort() != 0 && scope != IpScope.NONE && scope != IpScope.MULTICAST;
  }

  /** Returns whether an endpoint may be used for paths (02 section 0.2). */
  public static boolean usableForPath(InetSocketAddress endpoint) {
    byte[] ip = endpoint.getAddress().getAddress();
    boolean tunnelBroker =
        ip.length == 16 && ip[0] == 0x20 && ip[1] == 0x01 && ip[2] == 0x04 && ip[3] == 0x70;
    return !tunnelBroker && IpScope.of(endpoint.getAddress()).usableForPath();
  }
}
