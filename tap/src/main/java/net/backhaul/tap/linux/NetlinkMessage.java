// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.linux;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import net.backhaul.tap.TapAddress;
import net.backhaul.tap.TapRoute;
import org.jspecify.annotations.Nullable;

/**
 * Messages of rtnetlink that set and list addresses and routes (04 sections 6.1.4 and 6.1.5) and
 * limit the super-frames of a device.
 *
 * <p>A message is a header of 16 bytes, a fixed part and attributes, in the host's byte order.
 */
final class NetlinkMessage {
  static final int HEADER_BYTES = 16;
  static final int SEQUENCE_AT = 8;

  static final int NLMSG_ERROR = 2;
  static final int NLMSG_DONE = 3;
  static final int RTM_SETLINK = 19;
  static final int RTM_NEWADDR = 20;
  static final int RTM_DELADDR = 21;
  static final int RTM_GETADDR = 22;
  static final int RTM_NEWROUTE = 24;
  static final int RTM_DELROUTE = 25;

  static final int NLM_F_REQUEST = 0x1;
  static final int NLM_F_ACK = 0x4;
  static final int NLM_F_DUMP = 0x300;
  static final int NLM_F_REPLACE = 0x100;
  static final int NLM_F_EXCL = 0x200;
  static final int NLM_F_CREATE = 0x400;

  private static final int IFA_ADDRESS = 1;
  private static final int IFA_LOCAL = 2;
  private static final int IFA_LABEL = 3;
  private static final int IFA_BROADCAST = 4;
  private static final int IFA_F_PERMANENT = 0x80;
  private static final int MAX_BITS_WITH_BROADCAST = 30;

  private static final int RTA_DST = 1;
  private static final int RTA_OIF = 4;
  private static final int RTA_GATEWAY = 5;
  private static final int RTA_PRIORITY = 6;
  private static final int RTA_PREFSRC = 7;
  private static final int RTA_TABLE = 15;
  private static final byte RTPROT_STATIC = 4;
  private static final byte RT_SCOPE_UNIVERSE = 0;
  private static final byte RT_SCOPE_LINK = (byte) 253;
  private static final byte RTN_UNICAST = 1;

  private static final int IFLA_GSO_MAX_SIZE = 41;
  private static final int IFLA_GSO_IPV4_MAX_SIZE = 63;

  private static final int ADDRESS_PART_BYTES = 8;
  static final int ATTRIBUTE_HEADER_BYTES = 4;

  /** Without the flags for nested attributes and for network byte order. */
  private static final int TYPE_MASK = 0x3fff;

  private static final int CAPACITY_BYTES = 256;

  private final ByteBuffer bytes =
      ByteBuffer.allocate(CAPACITY_BYTES).order(ByteOrder.nativeOrder());

  NetlinkMessage(int type, int flags) {
    bytes.putInt(0).putShort((short) type).putShort((short) flags).putInt(0).putInt(0);
  }

  /** Adds a permanent address; fails with EEXIST if the device has it. */
  static byte[] addAddress(int device, String label, TapAddress address) {
    var message =
        new NetlinkMessage(RTM_NEWADDR, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL);
    message.addressPart(device, address);
    if (address.ip() instanceof Inet4Address) {
      message.attribute(IFA_LABEL, (label + "\0").getBytes(StandardCharsets.US_ASCII));
      if (address.bits() <= MAX_BITS_WITH_BROADCAST) {
        message.attribute(IFA_BROADCAST, broadcast(address));
      }
    }
    return message.toBytes();
  }

  static byte[] removeAddress(int device, TapAddress address) {
    var message = new NetlinkMessage(RTM_DELADDR, NLM_F_REQUEST | NLM_F_ACK);
    message.addressPart(device, address);
    return message.toBytes();
  }

  /** Lists the addresses of all devices, of both families. */
  static byte[] listAddresses() {
    var message = new NetlinkMessage(RTM_GETADDR, NLM_F_REQUEST | NLM_F_DUMP);
    message.bytes.putLong(0);
    return message.toBytes();
  }

  /** Adds a route; fails with EEXIST if there is an equal one. */
  static byte[] addRoute(int device, TapRoute route) {
    return route(
        RTM_NEWROUTE, NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, device, route);
  }

  static byte[] removeRoute(int device, TapRoute route) {
    return route(RTM_DELROUTE, NLM_F_REQUEST | NLM_F_ACK, device, route);
  }

  /**
   * Limits the super-frames of a device; the limit is exclusive. Kernels since 6.3 have a separate
   * limit for IPv4; older ones ignore unknown attributes.
   */
  static byte[] limitSuperFrames(int device, int belowBytes) {
    var message = new NetlinkMessage(RTM_SETLINK, NLM_F_REQUEST | NLM_F_ACK);
    message.bytes.putInt(0).putInt(device).putInt(0).putInt(0);
    message.attribute(IFLA_GSO_MAX_SIZE, number(belowBytes));
    message.attribute(IFLA_GSO_IPV4_MAX_SIZE, number(belowBytes));
    return message.toBytes();
  }

  /** Returns the address in an RTM_NEWADDR message, or null for another device's. */
  static @Nullable TapAddress readAddress(ByteBuffer message, int device) {
    int bits = message.get(HEADER_BYTES + 1) & 0xff;
    if (deviceOfAddress(message) != device) {
      return null;
    }
    Map<Integer, byte[]> attributes = attributes(message, HEADER_BYTES + ADDRESS_PART_BYTES);
    byte[] address = attributes.getOrDefault(IFA_ADDRESS, new byte[0]);
    try {
      // On point-to-point links IFA_ADDRESS is the remote end; IPv6 often has no IFA_LOCAL.
      return new TapAddress(
          InetAddress.getByAddress(attributes.getOrDefault(IFA_LOCAL, address)), bits);
    } catch (UnknownHostException | IllegalArgumentException notAnIp) {
      return null;
    }
  }

  /** Returns the number of the device in an RTM_NEWADDR message. */
  static int deviceOfAddress(ByteBuffer message) {
    return message.getInt(HEADER_BYTES + 4);
  }

  /** Returns the attributes that begin at an offset, by their types; nested ones are not split. */
  static Map<Integer, byte[]> attributes(ByteBuffer message, int start) {
    var attributes = new HashMap<Integer, byte[]>();
    int at = start;
    while (at + ATTRIBUTE_HEADER_BYTES <= message.limit()) {
      int length = message.getShort(at) & 0xffff;
      if (length < ATTRIBUTE_HEADER_BYTES || at + length > message.limit()) {
        break;
      }
      byte[] value = new byte[length - ATTRIBUTE_HEADER_BYTES];
      message.get(at + ATTRIBUTE_HEADER_BYTES, value);
      attributes.put(message.getShort(at + 2) & TYPE_MASK, value);
      at += aligned(length);
    }
    return attributes;
  }

  static int aligned(int length) {
    return (length + 3) & ~3;
  }

  private static byte[] route(int type, int flags, int device, TapRoute route) {
    InetAddress target = route.target().ip();
    InetAddress via = route.via();
    InetAddress source = route.source();
    boolean v4 = target instanceof Inet4Address;
    var message = new NetlinkMessage(type, flags);
    message
        .bytes
        .put((byte) (v4 ? LibC.AF_INET : LibC.AF_INET6))
        .put((byte) route.target().bits())
        .put((byte) 0)
        .put((byte) 0)
        .put((byte) (route.table() < 256 ? route.table() : 0))
        .put(RTPROT_STATIC)
        .put(via == null && v4 ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE)
        .put(RTN_UNICAST)
        .putInt(0);
    message.attribute(RTA_DST, network(route.target()));
    message.attribute(RTA_OIF, number(device));
    message.attribute(RTA_PRIORITY, number(route.metric()));
    if (route.table() > 255) {
      message.attribute(RTA_TABLE, number(route.table()));
    }
    if (via != null) {
      message.attribute(RTA_GATEWAY, via.getAddress());
    }
    if (source != null) {
      message.attribute(RTA_PREFSRC, source.getAddress());
    }
    return message.toBytes();
  }

  private void addressPart(int device, TapAddress address) {
    boolean v4 = address.ip() instanceof Inet4Address;
    bytes
        .put((byte) (v4 ? LibC.AF_INET : LibC.AF_INET6))
        .put((byte) address.bits())
        .put((byte) IFA_F_PERMANENT)
        .put(RT_SCOPE_UNIVERSE)
        .putInt(device);
    attribute(IFA_LOCAL, address.ip().getAddress());
    attribute(IFA_ADDRESS, address.ip().getAddress());
  }

  /** Adds bytes of the fixed part. */
  NetlinkMessage fixed(int... values) {
    for (int value : values) {
      bytes.put((byte) value);
    }
    return this;
  }

  /** Adds a number of 32 bits of the fixed part. */
  NetlinkMessage number32(int value) {
    bytes.putInt(value);
    return this;
  }

  void attribute(int type, byte[] value) {
    bytes
        .putShort((short) (ATTRIBUTE_HEADER_BYTES + value.length))
        .putShort((short) type)
        .put(value);
    bytes.position(aligned(bytes.position()));
  }

  byte[] toBytes() {
    byte[] message = new byte[bytes.position()];
    bytes.putInt(0, message.length);
    bytes.get(0, message);
    return message;
  }

  static byte[] number(int value) {
    return ByteBuffer.allocate(4).order(ByteOrder.nativeOrder()).putInt(value).array();
  }

  /** Returns the target with its host bits cleared, which the kernel requires. */
  private static byte[] network(TapAddress target) {
    byte[] ip = target.ip().getAddress();
    for (int bit = target.bits(); bit < ip.length * 8; bit++) {
      ip[bit / 8] &= (byte) ~(0x80 >> bit % 8);
    }
    return ip;
  }

  private static byte[] broadcast(TapAddress address) {
    byte[] ip = address.ip().getAddress();
    for (int bit = address.bits(); bit < ip.length * 8; bit++) {
      ip[bit / 8] |= (byte) (0x80 >> bit % 8);
    }
    return ip;
  }
}
