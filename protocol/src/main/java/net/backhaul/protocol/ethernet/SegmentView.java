// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.ethernet;

import static net.backhaul.protocol.ethernet.IpLayout.ACK;
import static net.backhaul.protocol.ethernet.IpLayout.ETHERNET_BYTES;
import static net.backhaul.protocol.ethernet.IpLayout.IPV4_ADDRESSES;
import static net.backhaul.protocol.ethernet.IpLayout.IPV4_BYTES;
import static net.backhaul.protocol.ethernet.IpLayout.IPV4_FRAGMENT;
import static net.backhaul.protocol.ethernet.IpLayout.IPV4_ID;
import static net.backhaul.protocol.ethernet.IpLayout.IPV4_LENGTH;
import static net.backhaul.protocol.ethernet.IpLayout.IPV4_PROTOCOL;
import static net.backhaul.protocol.ethernet.IpLayout.IPV6_ADDRESSES;
import static net.backhaul.protocol.ethernet.IpLayout.IPV6_BYTES;
import static net.backhaul.protocol.ethernet.IpLayout.IPV6_LENGTH;
import static net.backhaul.protocol.ethernet.IpLayout.IPV6_NEXT_HEADER;
import static net.backhaul.protocol.ethernet.IpLayout.PSH;
import static net.backhaul.protocol.ethernet.IpLayout.TCP_BYTES;
import static net.backhaul.protocol.ethernet.IpLayout.TCP_DATA_OFFSET;
import static net.backhaul.protocol.ethernet.IpLayout.TCP_FLAGS;
import static net.backhaul.protocol.ethernet.IpLayout.TCP_SEQUENCE;
import static net.backhaul.protocol.ethernet.IpLayout.UDP_BYTES;
import static net.backhaul.protocol.ethernet.IpLayout.UDP_CHECKSUM;
import static net.backhaul.protocol.ethernet.IpLayout.UDP_LENGTH;

import net.backhaul.protocol.packet.BigEndian;

/**
 * A view of a frame as a segment of a flow. A view owns no bytes.
 *
 * <p>Fields instead of methods: it is internal to {@link Coalescer} and read for every frame.
 * Fields that are only compared are stored in the byte order that is read fastest.
 */
final class SegmentView {
  /** Version, header length, type of service and fragment bits; not the length and the id. */
  private static final long IPV4_INVARIANT = 0xffff_0000_0000_ffffL;

  /** The first eight bytes of the header without the length. */
  private static final long IPV4_WITHOUT_LENGTH = 0xffff_ffff_0000_ffffL;

  /** Acknowledgement, data offset, flags and window; not PSH. */
  private static final long TCP_INVARIANT = ~((long) PSH << 40);

  private static final int IPV4_WITHOUT_OPTIONS = 0x45;
  private static final int ANY_FRAGMENT = 0x3fff;
  private static final int DO_NOT_FRAGMENT = 0x4000;
  private static final int MACS32 = 8;
  private static final int ETHER_TYPE = 12;
  private static final int TTL = 8;
  private static final int TCP_ACKNOWLEDGEMENT = 8;
  private static final int URGENT_POINTER = 18;

  byte[] bytes = {};
  int start;
  int length;

  boolean v6;
  boolean tcp;
  int transportAt;
  int payloadAt;
  int payloadBytes;

  /** The MAC addresses: their first eight bytes and their last four. */
  long macs64;

  int macs32;

  /** The flow: ports with family and protocol, and the IP addresses. */
  long ports;

  long address0;
  long address1;
  long address2;
  long address3;

  /** Header fields that are equal in all segments of a super-frame. */
  long ipInvariant64;

  int ipInvariant16;
  long tcpInvariant;
  int urgentPointer;

  int ipId;
  boolean mayFragment;
  int sequence;
  boolean pushed;

  /** How far a frame can be classified. */
  enum Kind {
    /** Not assigned to a flow. */
    OTHER,
    /** Of a flow, but not to be coalesced. */
    IN_FLOW,
    /** To be coalesced if its checksums are correct. */
    COALESCIBLE
  }

  /** Points the view at a frame and classifies it; no checksum is verified. */
  Kind wrap(byte[] bytes, int start, int length) {
    this.bytes = bytes;
    this.start = start;
    this.length = length;
    if (length < ETHERNET_BYTES) {
      macs64 = 0;
      macs32 = 0;
      return Kind.OTHER;
    }
    macs64 = InternetChecksum.load64(bytes, start);
    macs32 = BigEndian.i32(bytes, start + MACS32);
    return switch (BigEndian.u16(bytes, start + ETHER_TYPE)) {
      case EtherTypes.IPV4 -> wrapIpv4(start + ETHERNET_BYTES, length - ETHERNET_BYTES);
      case EtherTypes.IPV6 -> wrapIpv6(start + ETHERNET_BYTES, length - ETHERNET_BYTES);
      default -> Kind.OTHER;
    };
  }

  /** Returns whether all checksums are correct. */
  boolean verify() {
    int transportBytes = start + length - transportAt;
    long sum =
        InternetChecksum.sum(bytes, transportAt, transportBytes)
            + InternetChecksum.number(transportBytes)
            + pseudoSum();
    return InternetChecksum.fold(sum) == InternetChecksum.VALID && (v6 || verifyIpv4());
  }

  /** Returns the sum of the pseudo header without its length. */
  long pseudoSum() {
    long sum =
        InternetChecksum.number(tcp ? IpLayout.TCP : IpLayout.UDP)
            + InternetChecksum.halves(address0);
    return v6
        ? sum
            + InternetChecksum.halves(address1)
            + InternetChecksum.halves(address2)
            + InternetChecksum.halves(address3)
        : sum;
  }

  /** Returns the sum of an IPv4 header without length and checksum. */
  long ipv4Sum() {
    int ip = start + ETHERNET_BYTES;
    return InternetChecksum.halves(InternetChecksum.load64(bytes, ip) & IPV4_WITHOUT_LENGTH)
        + InternetChecksum.load(bytes, ip + TTL)
        + InternetChecksum.halves(address0);
  }

  private boolean verifyIpv4() {
    int ip = start + ETHERNET_BYTES;
    return InternetChecksum.fold(InternetChecksum.sum(bytes, ip, IPV4_BYTES))
        == InternetChecksum.VALID;
  }

  private Kind wrapIpv4(int ip, int ipBytes) {
    if (ipBytes < IPV4_BYTES + UDP_BYTES || bytes[ip] != IPV4_WITHOUT_OPTIONS) {
      return Kind.OTHER;
    }
    int fragment = BigEndian.u16(bytes, ip + IPV4_FRAGMENT);
    if ((fragment & ANY_FRAGMENT) != 0) {
      return Kind.OTHER;
    }
    v6 = false;
    mayFragment = (fragment & DO_NOT_FRAGMENT) == 0;
    ipInvariant64 = InternetChecksum.load64(bytes, ip) & IPV4_INVARIANT;
    ipInvariant16 = InternetChecksum.load(bytes, ip + TTL);
    ipId = BigEndian.u16(bytes, ip + IPV4_ID);
    address0 = InternetChecksum.load64(bytes, ip + IPV4_ADDRESSES);
    address1 = 0;
    address2 = 0;
    address3 = 0;
    transportAt = ip + IPV4_BYTES;
    boolean whole = BigEndian.u16(bytes, ip + IPV4_LENGTH) == ipBytes;
    return wrapTransport(bytes[ip + IPV4_PROTOCOL], ipBytes - IPV4_BYTES, whole);
  }

  private Kind wrapIpv6(int ip, int ipBytes) {
    if (ipBytes < IPV6_BYTES + UDP_BYTES || (bytes[ip] & 0xf0) != 0x60) {
      return Kind.OTHER;
    }
    v6 = true;
    ipInvariant64 = BigEndian.i32(bytes, ip);
    ipInvariant16 = InternetChecksum.load(bytes, ip + IPV6_NEXT_HEADER);
    ipId = 0;
    address0 = InternetChecksum.load64(bytes, ip + IPV6_ADDRESSES);
    address1 = InternetChecksum.load64(bytes, ip + IPV6_ADDRESSES + 8);
    address2 = InternetChecksum.load64(bytes, ip + IPV6_ADDRESSES + 16);
    address3 = InternetChecksum.load64(bytes, ip + IPV6_ADDRESSES + 24);
    transportAt = ip + IPV6_BYTES;
    boolean whole = BigEndian.u16(bytes, ip + IPV6_LENGTH) == ipBytes - IPV6_BYTES;
    return wrapTransport(bytes[ip + IPV6_NEXT_HEADER], ipBytes - IPV6_BYTES, whole);
  }

  private Kind wrapTransport(int protocol, int transportBytes, boolean whole) {
    if (protocol != IpLayout.TCP && protocol != IpLayout.UDP) {
      return Kind.OTHER;
    }
    tcp = protocol == IpLayout.TCP;
    ports = (long) BigEndian.i32(bytes, transportAt) << 32 | (v6 ? 1 << 8 : 0) | protocol;
    boolean coalescible = tcp ? wrapTcp(transportBytes) : wrapUdp(transportBytes);
    return coalescible && whole ? Kind.COALESCIBLE : Kind.IN_FLOW;
  }

  private boolean wrapTcp(int transportBytes) {
    if (transportBytes < TCP_BYTES) {
      return false;
    }
    int at = transportAt;
    int offsetAndFlags = BigEndian.u16(bytes, at + TCP_DATA_OFFSET);
    int dataOffset = offsetAndFlags >>> 12 << 2;
    sequence = BigEndian.i32(bytes, at + TCP_SEQUENCE);
    pushed = (bytes[at + TCP_FLAGS] & PSH) != 0;
    tcpInvariant = InternetChecksum.load64(bytes, at + TCP_ACKNOWLEDGEMENT) & TCP_INVARIANT;
    urgentPointer = InternetChecksum.load(bytes, at + URGENT_POINTER);
    payloadAt = at + dataOffset;
    payloadBytes = transportBytes - dataOffset;
    return dataOffset >= TCP_BYTES && payloadBytes > 0 && (offsetAndFlags & 0x0fff & ~PSH) == ACK;
  }

  private boolean wrapUdp(int transportBytes) {
    int at = transportAt;
    sequence = 0;
    pushed = false;
    tcpInvariant = 0;
    urgentPointer = 0;
    payloadAt = at + UDP_BYTES;
    payloadBytes = transportBytes - UDP_BYTES;
    return payloadBytes > 0
        && BigEndian.u16(bytes, at + UDP_LENGTH) == transportBytes
        && BigEndian.u16(bytes, at + UDP_CHECKSUM) != 0;
  }
}
