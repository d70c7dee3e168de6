// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.address;

import java.io.ByteArrayOutputStream;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import org.jspecify.annotations.Nullable;

/** Parses and formats IP addresses without a resolver (01 section 8.2). */
final class IpLiterals {
  private static final int GROUPS = 8;
  private static final int V4_PARTS = 4;

  private IpLiterals() {}

  static InetAddress ofBytes(byte[] ip) {
    try {
      return ip.length == 16 ? v6(ip) : InetAddress.getByAddress(ip);
    } catch (UnknownHostException e) {
      throw new AssertionError("an IP has 4 or 16 bytes, not " + ip.length, e);
    }
  }

  static InetAddress parse(String text) {
    byte[] ip = text.indexOf(':') >= 0 ? parseV6(text) : parseV4(text);
    if (ip == null) {
      throw new IllegalArgumentException("not an IP address: " + text);
    }
    return ofBytes(ip);
  }

  /** Creates an IPv6 address, also for IPv4-mapped bytes, which the JDK would convert. */
  private static InetAddress v6(byte[] ip) {
    try {
      return Inet6Address.getByAddress(null, ip, -1);
    } catch (UnknownHostException e) {
      throw new AssertionError("an IPv6 address has 16 bytes, not " + ip.length, e);
    }
  }

  private static byte @Nullable [] parseV4(String text) {
    byte[] ip = new byte[V4_PARTS];
    int at = 0;
    for (int i = 0; i < V4_PARTS; i++) {
      if (i > 0 && (at == text.length() || text.charAt(at++) != '.')) {
        return null;
      }
      int start = at;
      int value = 0;
      while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
        value = 10 * value + text.charAt(at) - '0';
        at++;
      }
      int digits = at - start;
      boolean octal = digits > 1 && text.charAt(start) == '0';
      if (digits == 0 || digits > 3 || octal || value > 255) {
        return null;
      }
      ip[i] = (byte) value;
    }
    return at == text.length() ? ip : null;
  }

  private static byte @Nullable [] parseV6(String text) {
    int gap = text.indexOf("::");
    if (gap >= 0 && text.indexOf("::", gap + 1) >= 0) {
      return null;
    }
    byte[] head = groups(gap < 0 ? text : text.substring(0, gap));
    byte[] tail = gap < 0 ? new byte[0] : groups(text.substring(gap + 2));
    if (head == null || tail == null) {
      return null;
    }
    int given = head.length + tail.length;
    if (gap < 0 ? given != 16 : given > 14) {
      return null;
    }
    byte[] ip = new byte[16];
    System.arraycopy(head, 0, ip, 0, head.length);
    System.arraycopy(tail, 0, ip, 16 - tail.length, tail.length);
    return ip;
  }

  private static byte @Nullable [] groups(String text) {
    if (text.isEmpty()) {
      return new byte[0];
    }
    String[] parts = text.split(":", -1);
    var out = new ByteArrayOutputStream();
    for (int i = 0; i < parts.length; i++) {
      if (i == parts.length - 1 && parts[i].indexOf('.') >= 0) {
        byte[] dotted = parseV4(parts[i]);
        if (dotted == null) {
          return null;
        }
        out.writeBytes(dotted);
        continue;
      }
      if (parts[i].isEmpty() || parts[i].length() > 4) {
        return null;
      }
      int group = 0;
      for (int j = 0; j < parts[i].length(); j++) {
        int digit = Character.digit(parts[i].charAt(j), 16);
        if (digit < 0) {
          return null;
        }
        group = group << 4 | digit;
      }
      out.write(group >> 8);
      out.write(group);
    }
    return out.toByteArray();
  }

  /** Formats an address as inet_ntop of the C library does (01 section 8.2). */
  static String text(InetAddress address) {
    byte[] ip = address.getAddress();
    if (ip.length == 4) {
      return dotted(ip, 0);
    }
    int[] groups = new int[GROUPS];
    for (int i = 0; i < GROUPS; i++) {
      groups[i] = (ip[2 * i] & 0xff) << 8 | (ip[2 * i + 1] & 0xff);
    }
    int gapStart = -1;
    int gapLength = 1;
    for (int i = 0; i < GROUPS; i++) {
      int run = 0;
      while (i + run < GROUPS && groups[i + run] == 0) {
        run++;
      }
      if (run > gapLength) {
        gapStart = i;
        gapLength = run;
      }
      i += run;
    }
    boolean endsDotted =
        gapStart == 0 && (gapLength == 6 || (gapLength == 5 && groups[5] == 0xffff));
    var text = new StringBuilder();
    for (int i = 0; i < GROUPS; i++) {
      if (i == gapStart) {
        text.append("::");
        i += gapLength - 1;
        continue;
      }
      if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
        text.append(':');
      }
      if (endsDotted && i == 6) {
        text.append(dotted(ip, 12));
        break;
      }
      text.append(Integer.toHexString(groups[i]));
    }
    return text.toString();
  }

  private static String dotted(byte[] ip, int at) {
    return (ip[at] & 0xff)
        + "."
        + (ip[at + 1] & 0xff)
        + "."
        + (ip[at + 2] & 0xff)
        + "."
        + (ip[at + 3] & 0xff);
  }
}
