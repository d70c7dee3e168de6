// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.ethernet;

import net.backhaul.protocol.packet.BigEndian;

/** The offsets of the headers of an IP packet in a frame; reused. */
final class IpLayout {
  static final int ETHERNET_BYTES = 14;
  static final int IPV4_BYTES = 20;
  static final int IPV6_BYTES = 40;
  static final int TCP_BYTES = 20;
  static final int UDP_BYTES = 8;
  static final int TCP = 6;
  static final int UDP = 17;
  static final int MAX_IP_BYTES = 65_535;

  static final int IPV4_LENGTH = 2;
  static final int IPV4_ID = 4;
  static final int IPV4_FRAGMENT = 6;
  static final int IPV4_PROTOCOL = 9;
  static final int IPV4_CHECKSUM = 10;
  static final int IPV4_ADDRESSES = 12;
  static final int IPV6_LENGTH = 4;
  static final int IPV6_NEXT_HEADER = 6;
  static final int IPV6_ADDRESSES = 8;
  static final int PORTS_BYTES = 4;
  static final int TCP_SEQUENCE = 4;
  static final int TCP_ACK = 8;
  static final int TCP_DATA_OFFSET = 12;
  static final int TCP_FLAGS = 13;
  static final int TCP_WINDOW = 14;
  static final int TCP_CHECKSUM = 16;
  static final int UDP_LENGTH = 4;
  static final int UDP_CHECKSUM = 6;

  static final int FIN = 0x01;
  static final int SYN = 0x02;
  static final int RST = 0x04;
  static final int PSH = 0x08;
  static final int ACK = 0x10;
  static final int CWR = 0x80;

  private static final int ETHER_TYPE = 12;

  /** The more-fragments flag and the fragment offset. */
  private static final int ANY_FRAGMENT = 0x3fff;

  private static final int HOP_BY_HOP = 0;
  private static final int ROUTING = 43;
  private static final int FRAGMENT = 44;
  private static final int DESTINATION_OPTIONS = 60;

  private static final int END_OF_OPTIONS = 0;
  private static final int NO_OPERATION = 1;
  private static final int LOOSE_SOURCE_ROUTE = 131;
  private static final int STRICT_SOURCE_ROUTE = 137;

  private boolean v6;
  private int ipAt;
  private int protocol;
  private int transportAt;
  private int end;
  private boolean routed;

  boolean v6() {
    return v6;
  }

  int ipAt() {
    return ipAt;
  }

  int protocol() {
    return protocol;
  }

  int transportAt() {
    return transportAt;
  }

  /** Returns the index after the packet; the frame may be padded beyond it. */
  int end() {
    return end;
  }

  /**
   * Returns whether the packet has a source route, so that its checksum may cover another
   * destination address than the header has now.
   */
  boolean routed() {
    return routed;
  }

  /** Parses an Ethernet frame with a complete IP packet behind at most eight VLAN tags. */
  SegmentationFailure find(byte[] frame, int start, int length) {
    return length < ETHERNET_BYTES
        ? SegmentationFailure.TRUNCATED
        : find(
            BigEndian.u16(frame, start + ETHER_TYPE),
            frame,
            start + ETHERNET_BYTES,
            length - ETHERNET_BYTES);
  }

  /** Parses the bytes after an Ethernet header, as {@link #find(byte[], int, int)}. */
  SegmentationFailure find(int etherType, byte[] bytes, int start, int length) {
    routed = false;
    ipAt = start;
    end = start + length;
    int type = etherType;
    for (int tags = 0; EtherTypes.isVlanTag(type) && tags < EtherTypes.MAX_VLAN_TAGS; tags++) {
      if (end - ipAt < EtherTypes.VLAN_TAG_BYTES) {
        return SegmentationFailure.TRUNCATED;
      }
      type = BigEndian.u16(bytes, ipAt + 2);
      ipAt += EtherTypes.VLAN_TAG_BYTES;
    }
    return switch (type) {
      case EtherTypes.IPV4 -> findIpv4(bytes);
      case EtherTypes.IPV6 -> findIpv6(bytes);
      default -> SegmentationFailure.WRONG_PROTOCOL;
    };
  }

  private SegmentationFailure findIpv4(byte[] frame) {
    v6 = false;
    if (end - ipAt < IPV4_BYTES) {
      return SegmentationFailure.TRUNCATED;
    }
    int headerBytes = (frame[ipAt] & 0x0f) * 4;
    if ((frame[ipAt] & 0xf0) != 0x40 || headerBytes < IPV4_BYTES) {
      return SegmentationFailure.MALFORMED;
    }
    if (end - ipAt < headerBytes) {
      return SegmentationFailure.TRUNCATED;
    }
    int bytes = BigEndian.u16(frame, ipAt + IPV4_LENGTH);
    if (bytes < headerBytes || bytes > end - ipAt) {
      return SegmentationFailure.WRONG_LENGTH;
    }
    end = ipAt + bytes;
    if ((BigEndian.u16(frame, ipAt + IPV4_FRAGMENT) & ANY_FRAGMENT) != 0) {
      return SegmentationFailure.FRAGMENT;
    }
    protocol = BigEndian.u8(frame, ipAt + IPV4_PROTOCOL);
    transportAt = ipAt + headerBytes;
    routed = hasSourceRoute(frame, ipAt + IPV4_BYTES, transportAt);
    return SegmentationFailure.NONE;
  }

  private static boolean hasSourceRoute(byte[] frame, int start, int end) {
    int at = start;
    while (at < end) {
      int option = BigEndian.u8(frame, at);
      if (option == LOOSE_SOURCE_ROUTE || option == STRICT_SOURCE_ROUTE) {
        return true;
      }
      int bytes = option == NO_OPERATION ? 1 : at + 1 < end ? BigEndian.u8(frame, at + 1) : 0;
      if (option == END_OF_OPTIONS || bytes == 0) {
        return false;
      }
      at += bytes;
    }
    return false;
  }

  private SegmentationFailure findIpv6(byte[] frame) {
    v6 = true;
    if (end - ipAt < IPV6_BYTES) {
      return SegmentationFailure.TRUNCATED;
    }
    if ((frame[ipAt] & 0xf0) != 0x60) {
      return SegmentationFailure.MALFORMED;
    }
    int payloadBytes = BigEndian.u16(frame, ipAt + IPV6_LENGTH);
    if (payloadBytes > end - ipAt - IPV6_BYTES) {
      return SegmentationFailure.WRONG_LENGTH;
    }
    end = ipAt + IPV6_BYTES + payloadBytes;
    int header = BigEndian.u8(frame, ipAt + IPV6_NEXT_HEADER);
    int at = ipAt + IPV6_BYTES;
    while (header == HOP_BY_HOP || header == ROUTING || header == DESTINATION_OPTIONS) {
      if (end - at < 8) {
        return SegmentationFailure.TRUNCATED;
      }
      int bytes = 8 + 8 * BigEndian.u8(frame, at + 1);
      if (end - at < bytes) {
        return SegmentationFailure.TRUNCATED;
      }
      if (header == ROUTING && frame[at + 3] != 0) {
        routed = true;
      }
      header = BigEndian.u8(frame, at);
      at += bytes;
    }
    protocol = header;
    transportAt = at;
    return header == FRAGMENT ? SegmentationFailure.FRAGMENT : SegmentationFailure.NONE;
  }

  /** Returns the sum of the addresses in the packet's pseudo header. */
  long sumOfAddresses(byte[] frame) {
    return v6
        ? InternetChecksum.sum(frame, ipAt + IPV6_ADDRESSES, 32)
        : InternetChecksum.sum(frame, ipAt + IPV4_ADDRESSES, 8);
  }
}
