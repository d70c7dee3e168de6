// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import net.backhaul.engine.Drop;
import net.backhaul.engine.peer.PacketRun;
import net.backhaul.engine.peer.PeerLink;
import net.backhaul.protocol.ethernet.EtherTypes;
import net.backhaul.protocol.ethernet.InternetChecksum;
import net.backhaul.protocol.packet.BigEndian;
import net.backhaul.protocol.packet.Ecn;
import net.backhaul.rules.evaluation.FrameHeader;
import org.jspecify.annotations.Nullable;

/**
 * One frame of a network while it is evaluated: network, configuration, direction, addresses and
 * time, and the bytes after its Ethernet header. A mutable view that is reused and owns no bytes.
 *
 * <p>{@link #begin} comes first, then {@link #wrapEthernet} or {@link #wrap} with {@link
 * #ethernet}, then {@link #inbound} or {@link #outbound}. The remote member is the sender of an
 * inbound frame and the recipient of an outbound one; null where there is no single recipient.
 */
final class FrameView extends FrameHeader {
  /** Destination MAC, source MAC and EtherType. */
  static final int ETHERNET_BYTES = 14;

  private static final int IPV4_MIN_BYTES = 20;
  private static final int IPV6_MIN_BYTES = 40;
  private static final int NEXT_HEADER = 6;
  private static final int IPV4_PROTOCOL = 9;
  private static final int IPV4_CHECKSUM = 10;
  private static final int V6_ECN_SHIFT = 4;
  private static final int IPV4_FRAGMENT = 6;
  private static final int IPV4_IS_FRAGMENT = 0x3fff;
  private static final int IPV4_ADDRESSES = 12;
  private static final int IPV6_ADDRESSES = 8;
  private static final int TCP = 6;
  private static final int TCP_FLAGS = 13;
  private static final int SYN = 0x02;
  private static final int UDP = 17;

  /** An odd number without pattern, of which the upper half of a product is a hash. */
  private static final long HASH_FACTOR = 0x9e37_79b9_7f4a_7c15L;

  private static final int MAX_TAGS_BYTES = EtherTypes.MAX_VLAN_TAGS * EtherTypes.VLAN_TAG_BYTES;

  private static final int HOP_BY_HOP = 0;
  private static final int ROUTING = 43;
  private static final int DESTINATION_OPTIONS = 60;

  // Set by begin, before anything reads them.
  @SuppressWarnings("NullAway.Init")
  Network network;

  @SuppressWarnings("NullAway.Init")
  Policy policy;

  long nowMs;

  /** Whether an outbound frame is sent as EXT_FRAME, with both MACs: it is not from this host. */
  boolean isBridged;

  @Nullable Member remote;

  /** Sets the network, the configuration in force and the time; borrowed. */
  void begin(Network ofNetwork, Policy inForce, long timeMs) {
    network = ofNetwork;
    policy = inForce;
    nowMs = timeMs;
  }

  /** Points this view at a frame of at least {@link #ETHERNET_BYTES} with its Ethernet header. */
  void wrapEthernet(byte[] newBytes, int newStart, int newLength) {
    wrap(newBytes, newStart + ETHERNET_BYTES, newLength - ETHERNET_BYTES);
    ethernet(
        BigEndian.mac(newBytes, newStart),
        BigEndian.mac(newBytes, newStart + 6),
        BigEndian.u16(newBytes, newStart + 12));
    isBridged = sourceMac() != network.mac;
  }

  void outbound(long from, long to, @Nullable Member recipient) {
    outbound(from, to);
    remote = recipient;
  }

  void inbound(long from, long to, @Nullable Member sender) {
    inbound(from, to);
    remote = sender;
  }

  /** Sets the traffic class and the flow of packets that carry the frame. */
  void classify(PacketRun packets) {
    int ip = ipAt();
    if (ip < 0) {
      packets.trafficClass(0).flow((int) (destinationMac() ^ etherType()));
      return;
    }
    boolean v4 = u8(ip) >>> 4 == 4;
    packets.trafficClass(v4 ? u8(ip + 1) : u16(ip) >>> 4 & 0xff).flow(flow(ip, v4));
  }

  /** Returns a hash of the flow of an IP packet: its addresses, and its ports where it has some. */
  private int flow(int ip, boolean v4) {
    int protocol = u8(ip + (v4 ? IPV4_PROTOCOL : NEXT_HEADER));
    long hash = protocol * HASH_FACTOR + (v4 ? int64(ip + IPV4_ADDRESSES) : ipv6Addresses(ip));
    int transport = ip + (v4 ? (u8(ip) & 0xf) * Integer.BYTES : IPV6_MIN_BYTES);
    boolean hasPorts =
        (protocol == TCP || protocol == UDP)
            && length() >= transport + Integer.BYTES
            && (!v4 || (u16(ip + IPV4_FRAGMENT) & IPV4_IS_FRAGMENT) == 0);
    int ports = hasPorts ? int32(transport) : 0;
    hash = (hash * HASH_FACTOR + ports) * HASH_FACTOR;
    return (int) ((hash ^ hash >>> Integer.SIZE) * HASH_FACTOR >>> Integer.SIZE);
  }

  /** Returns a hash of both addresses; without a loop, which costs more than four steps. */
  private long ipv6Addresses(int ip) {
    int at = ip + IPV6_ADDRESSES;
    long source = int64(at) * HASH_FACTOR + int64(at + 8);
    long destination = int64(at + 16) * HASH_FACTOR + int64(at + 24);
    return source * HASH_FACTOR + destination;
  }

  /**
   * Applies the ECN field of the datagram that carried the frame (RFC 6040 section 4.2).
   *
   * @return false if the frame must be dropped: it is marked, and its flow is not ECN-capable
   */
  boolean applyEcn(int outer) {
    int ip = outer == Ecn.NOT_ECT ? -1 : ipAt();
    if (ip < 0) {
      return true;
    }
    boolean v4 = u8(ip) >>> 4 == 4;
    int shift = v4 ? 0 : V6_ECN_SHIFT;
    int inner = u8(ip + 1) >>> shift & Ecn.MASK;
    int ecn = Ecn.decapsulate(inner, outer);
    if (ecn == Ecn.DROP) {
      return false;
    }
    if (ecn != inner) {
      int before = u16(ip);
      byte[] bytes = array();
      bytes[at(ip + 1)] ^= (byte) ((inner ^ ecn) << shift);
      if (v4) {
        int checksum = at(ip + IPV4_CHECKSUM);
        int updated = InternetChecksum.update(BigEndian.u16(bytes, checksum), before, u16(ip));
        BigEndian.put16(bytes, checksum, updated);
      }
    }
    return true;
  }

  /** Returns the index of the IP header, behind up to eight VLAN tags; -1 where there is none. */
  private int ipAt() {
    int at = 0;
    int type = etherType();
    while (at < MAX_TAGS_BYTES && EtherTypes.isVlanTag(type)) {
      type = u16(at + 2);
      at += EtherTypes.VLAN_TAG_BYTES;
    }
    int minBytes = type == EtherTypes.IPV4 ? IPV4_MIN_BYTES : IPV6_MIN_BYTES;
    int version = type == EtherTypes.IPV4 ? 4 : type == EtherTypes.IPV6 ? 6 : -1;
    return length() - at >= minBytes && u8(at) >>> 4 == version ? at : -1;
  }

  /**
   * Returns whether this may be a TCP segment with SYN, so that it is worth to be parsed: false for
   * nearly all untagged frames.
   */
  boolean maybeSyn() {
    return switch (etherType()) {
      case EtherTypes.IPV4 ->
          u8(IPV4_PROTOCOL) == TCP && (u8(ipv4HeaderBytes() + TCP_FLAGS) & SYN) != 0;
      case EtherTypes.IPV6 -> {
        int next = u8(NEXT_HEADER);
        yield next == TCP
            ? (u8(IPV6_MIN_BYTES + TCP_FLAGS) & SYN) != 0
            : next == HOP_BY_HOP || next == ROUTING || next == DESTINATION_OPTIONS;
      }
      case EtherTypes.VLAN, EtherTypes.SERVICE_VLAN -> true;
      default -> false;
    };
  }

  /** Counts this frame as dropped, for its network and for the node; outbound ones are traced. */
  void drop(PeerLink link, Drop reason) {
    if (isInbound()) {
      network.counters.received(false, 1);
    } else {
      network.counters.sent(false, 1);
      network.traces.frameDropped(link, this, reason);
    }
    link.drop(reason);
  }

  /** Returns where the Ethernet header begins. */
  int ethernetStart() {
    return at(-ETHERNET_BYTES);
  }

  /** Returns the length with the Ethernet header. */
  int ethernetLength() {
    return ETHERNET_BYTES + length();
  }
}
