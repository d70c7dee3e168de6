// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules.analysis;

import java.net.InetAddress;
import java.util.Arrays;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.ethernet.EtherTypes;
import net.backhaul.protocol.ethernet.Macs;
import net.backhaul.protocol.packet.WireWriter;
import net.backhaul.rules.analysis.TestFlow.Field;

/** Makes the frame of a flow: an Ethernet header, and what rules read of the rest. */
final class FrameBuilder {
  /** Maximum length of a frame without its Ethernet header: the largest MTU of a network. */
  static final int MAX_FRAME_BYTES = 10_000;

  private static final int TTL = 64;
  private static final int TCP_BYTES = 20;
  private static final int UDP_BYTES = 8;
  private static final int ECHO_BYTES = 8;
  private static final int ECHO_REQUEST = 8;
  private static final int ECHO_REQUEST_V6 = 128;
  private static final int MIN_BYTES = 46;
  private static final InetAddress MDNS = Endpoints.parseIp("224.0.0.251");
  private static final InetAddress MDNS_V6 = Endpoints.parseIp("ff02::fb");
  private static final InetAddress BROADCAST = Endpoints.parseIp("255.255.255.255");

  private FrameBuilder() {}

  /**
   * A frame.
   *
   * @param bytes what follows the Ethernet header
   */
  record Frame(int etherType, long destinationMac, byte[] bytes) {}

  /** Returns how a frame is sent: ARP requests are broadcast unless it is stated. */
  static int cast(TestFlow flow) {
    boolean arp = flow.get(Field.ETHERTYPE, 0) == EtherTypes.ARP && !flow.has(Field.VLAN);
    return flow.get(Field.CAST, arp ? TestFlow.BROADCAST : 0);
  }

  /**
   * Makes a frame.
   *
   * @param flow with all fields that matter
   */
  static Frame build(TestFlow flow, Endpoint sender, Endpoint receiver) {
    int etherType = flow.get(Field.ETHERTYPE, EtherTypes.IPV4);
    boolean v6 = etherType == EtherTypes.IPV6;
    InetAddress source = flow.source() == null ? sender.ip(v6) : flow.source();
    InetAddress destination = destination(flow, receiver, v6);
    byte[] bytes;
    if (etherType == EtherTypes.ARP) {
      bytes = arp(sender.mac(), source, destination);
    } else if (etherType == EtherTypes.IPV4 || v6) {
      bytes = ip(flow, source, destination);
    } else {
      bytes = new byte[MIN_BYTES];
    }
    int length = flow.get(Field.FRAMESIZE, bytes.length);
    bytes = length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
    long mac =
        switch (cast(flow)) {
          case TestFlow.BROADCAST -> Macs.BROADCAST;
          case TestFlow.MULTICAST -> group(destination, v6);
          default -> receiver.mac();
        };
    if (!flow.has(Field.VLAN)) {
      return new Frame(etherType, mac, bytes);
    }
    byte[] tagged =
        new WireWriter().u16(flow.get(Field.VLAN, 0)).u16(etherType).bytes(bytes).toByteArray();
    return new Frame(EtherTypes.VLAN, mac, tagged);
  }

  /** A member's addresses in a network. */
  record Endpoint(long mac, InetAddress v4, InetAddress v6) {
    InetAddress ip(boolean isV6) {
      return isV6 ? v6 : v4;
    }
  }

  private static InetAddress destination(TestFlow flow, Endpoint receiver, boolean v6) {
    InetAddress stated = flow.destination();
    if (stated != null) {
      return stated;
    }
    boolean arp = flow.get(Field.ETHERTYPE, 0) == EtherTypes.ARP;
    return switch (arp ? 0 : cast(flow)) {
      case TestFlow.MULTICAST -> v6 ? MDNS_V6 : MDNS;
      case TestFlow.BROADCAST -> v6 ? MDNS_V6 : BROADCAST;
      default -> receiver.ip(v6);
    };
  }

  private static long group(InetAddress destination, boolean v6) {
    byte[] ip = destination.getAddress();
    long low = 0;
    for (int i = ip.length - 4; i < ip.length; i++) {
      low = low << 8 | ip[i] & 0xff;
    }
    return v6 ? 0x3333_0000_0000L | low : 0x0100_5e00_0000L | low & 0x7f_ffff;
  }

  private static byte[] arp(long senderMac, InetAddress source, InetAddress target) {
    return new WireWriter()
        .u16(1)
        .u16(EtherTypes.IPV4)
        .u8(6)
        .u8(4)
        .u16(1)
        .bytes(Macs.bytes(senderMac))
        .bytes(source.getAddress())
        .bytes(new byte[6])
        .bytes(target.getAddress())
        .toByteArray();
  }

  private static byte[] ip(TestFlow flow, InetAddress source, InetAddress destination) {
    int protocol = flow.get(Field.IPPROTOCOL, 0);
    byte[] payload = payload(flow, protocol);
    int tos = flow.get(Field.IPTOS, 0);
    var out = new WireWriter();
    if (source.getAddress().length == 4) {
      out.u8(0x45).u8(tos).u16(20 + payload.length).u32(0x4000).u8(TTL).u8(protocol).u16(0);
    } else {
      out.u32(0x6000_0000L | (long) tos << 20).u16(payload.length).u8(protocol).u8(TTL);
    }
    return out.bytes(source.getAddress())
        .bytes(destination.getAddress())
        .bytes(payload)
        .toByteArray();
  }

  private static byte[] payload(TestFlow flow, int protocol) {
    var out = new WireWriter();
    if (TestFlow.hasPorts(protocol)) {
      out.u16(flow.get(Field.SPORT, TestFlow.CLIENT_PORT)).u16(flow.get(Field.DPORT, 0));
    }
    if (protocol == TestFlow.TCP) {
      int flags = flow.get(Field.FLAGS, 0);
      out.u32(1).u32(0).u8(TCP_BYTES / 4 << 4 | flags >> 8 & 0x0f).u8(flags & 0xff);
    } else if (protocol == TestFlow.ICMP || protocol == TestFlow.ICMPV6) {
      int echo = protocol == TestFlow.ICMP ? ECHO_REQUEST : ECHO_REQUEST_V6;
      out.u8(flow.get(Field.ICMP_TYPE, echo)).u8(flow.get(Field.ICMP_CODE, 0));
    }
    byte[] head = out.toByteArray();
    int length =
        switch (protocol) {
          case TestFlow.TCP -> TCP_BYTES;
          case TestFlow.UDP -> UDP_BYTES;
          default -> Math.max(head.length, ECHO_BYTES);
        };
    return Arrays.copyOf(head, length);
  }
}
