// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.linux;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import net.backhaul.tap.HostDevice;
import org.jspecify.annotations.Nullable;

/** Messages of rtnetlink about devices and bridges. */
final class LinkMessages {
  static final int RTM_NEWLINK = 16;
  static final int RTM_DELLINK = 17;
  private static final int RTM_GETLINK = 18;

  private static final int IFLA_IFNAME = 3;
  private static final int IFLA_MTU = 4;
  private static final int IFLA_MASTER = 10;
  private static final int IFLA_LINKINFO = 18;
  private static final int IFLA_IFALIAS = 20;
  private static final int IFLA_INFO_KIND = 1;
  private static final int IFLA_INFO_DATA = 2;
  private static final int IFLA_BR_FORWARD_DELAY = 1;
  private static final int IFLA_BR_STP_STATE = 5;
  private static final String BRIDGE = "bridge";
  private static final int IFF_UP = 1;
  private static final int IFF_RUNNING = 0x40;

  /** The least that the kernel accepts with the protocol, in hundredths of a second. */
  private static final int FORWARD_DELAY = 200;

  private static final int LINK_PART_BYTES = 16;

  private LinkMessages() {}

  static byte[] list() {
    var message =
        new NetlinkMessage(RTM_GETLINK, NetlinkMessage.NLM_F_REQUEST | NetlinkMessage.NLM_F_DUMP);
    return linkPart(message, 0, 0).toBytes();
  }

  /** A device, and whether it is up and has a carrier. */
  record State(int index, String name, boolean running) {}

  static State readState(ByteBuffer message) {
    int flags = message.getInt(NetlinkMessage.HEADER_BYTES + 8);
    int wanted = IFF_UP | IFF_RUNNING;
    return new State(
        message.getInt(NetlinkMessage.HEADER_BYTES + 4),
        text(
            NetlinkMessage.attributes(message, NetlinkMessage.HEADER_BYTES + LINK_PART_BYTES)
                .get(IFLA_IFNAME)),
        (flags & wanted) == wanted);
  }

  static HostDevice read(ByteBuffer message) {
    Map<Integer, byte[]> attributes =
        NetlinkMessage.attributes(message, NetlinkMessage.HEADER_BYTES + LINK_PART_BYTES);
    Map<Integer, byte[]> info = nested(attributes.get(IFLA_LINKINFO));
    String kind = text(info.get(IFLA_INFO_KIND));
    Map<Integer, byte[]> settings =
        kind.equals(BRIDGE) ? nested(info.get(IFLA_INFO_DATA)) : Map.of();
    return new HostDevice(
        message.getInt(NetlinkMessage.HEADER_BYTES + 4),
        text(attributes.get(IFLA_IFNAME)),
        (message.getInt(NetlinkMessage.HEADER_BYTES + 8) & IFF_UP) != 0,
        number(attributes.get(IFLA_MTU)),
        number(attributes.get(IFLA_MASTER)),
        kind,
        text(attributes.get(IFLA_IFALIAS)),
        number(settings.get(IFLA_BR_STP_STATE)) != 0);
  }

  private static Map<Integer, byte[]> nested(byte @Nullable [] value) {
    return value == null
        ? Map.of()
        : NetlinkMessage.attributes(ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()), 0);
  }

  /** Adds a bridge with the spanning tree protocol; fails with EEXIST if the name is taken. */
  static byte[] addBridge(String name) {
    var message =
        new NetlinkMessage(
            RTM_NEWLINK,
            NetlinkMessage.NLM_F_REQUEST
                | NetlinkMessage.NLM_F_ACK
                | NetlinkMessage.NLM_F_CREATE
                | NetlinkMessage.NLM_F_EXCL);
    linkPart(message, 0, IFF_UP);
    message.attribute(IFLA_IFNAME, bytes(name));
    byte[] settings =
        joined(
            attribute(IFLA_BR_STP_STATE, NetlinkMessage.number(1)),
            attribute(IFLA_BR_FORWARD_DELAY, NetlinkMessage.number(FORWARD_DELAY)));
    message.attribute(
        IFLA_LINKINFO,
        joined(attribute(IFLA_INFO_KIND, bytes(BRIDGE)), attribute(IFLA_INFO_DATA, settings)));
    return message.toBytes();
  }

  /** The kernel ignores the alias of a new device. */
  static byte[] setAlias(int device, String alias) {
    var message =
        new NetlinkMessage(
            NetlinkMessage.RTM_SETLINK, NetlinkMessage.NLM_F_REQUEST | NetlinkMessage.NLM_F_ACK);
    linkPart(message, device, 0);
    message.attribute(IFLA_IFALIAS, bytes(alias));
    return message.toBytes();
  }

  static byte[] remove(int device) {
    var message =
        new NetlinkMessage(RTM_DELLINK, NetlinkMessage.NLM_F_REQUEST | NetlinkMessage.NLM_F_ACK);
    return linkPart(message, device, 0).toBytes();
  }

  /** Makes a device a port of a bridge, 0 for none, and sets it up. */
  static byte[] setMaster(int device, int bridge) {
    var message =
        new NetlinkMessage(
            NetlinkMessage.RTM_SETLINK, NetlinkMessage.NLM_F_REQUEST | NetlinkMessage.NLM_F_ACK);
    linkPart(message, device, bridge == 0 ? 0 : IFF_UP);
    message.attribute(IFLA_MASTER, NetlinkMessage.number(bridge));
    return message.toBytes();
  }

  private static NetlinkMessage linkPart(NetlinkMessage message, int device, int flags) {
    return message.number32(0).number32(device).number32(flags).number32(flags);
  }

  private static byte[] attribute(int type, byte[] value) {
    ByteBuffer out =
        ByteBuffer.allocate(
                NetlinkMessage.aligned(NetlinkMessage.ATTRIBUTE_HEADER_BYTES + value.length))
            .order(ByteOrder.nativeOrder());
    out.putShort((short) (NetlinkMessage.ATTRIBUTE_HEADER_BYTES + value.length));
    out.putShort((short) type).put(value);
    return out.array();
  }

  private static byte[] joined(byte[]... parts) {
    var out = new ByteArrayOutputStream();
    for (byte[] each : parts) {
      out.writeBytes(each);
    }
    return out.toByteArray();
  }

  private static byte[] bytes(String name) {
    return (name + "\0").getBytes(StandardCharsets.UTF_8);
  }

  private static String text(byte @Nullable [] value) {
    if (value == null) {
      return "";
    }
    int end = 0;
    while (end < value.length && value[end] != 0) {
      end++;
    }
    return new String(value, 0, end, StandardCharsets.UTF_8);
  }

  private static int number(byte @Nullable [] value) {
    return value == null || value.length < Integer.BYTES
        ? 0
        : ByteBuffer.wrap(value).order(ByteOrder.nativeOrder()).getInt();
  }
}
