// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.ethernet;

import static net.backhaul.protocol.ethernet.IpLayout.CWR;
import static net.backhaul.protocol.ethernet.IpLayout.ETHERNET_BYTES;
import static net.backhaul.protocol.ethernet.IpLayout.FIN;
import static net.backhaul.protocol.ethernet.IpLayout.IPV4_CHECKSUM;
import static net.backhaul.protocol.ethernet.IpLayout.IPV4_FRAGMENT;
import static net.backhaul.protocol.ethernet.IpLayout.IPV4_ID;
import static net.backhaul.protocol.ethernet.IpLayout.IPV4_LENGTH;
import static net.backhaul.protocol.ethernet.IpLayout.IPV6_BYTES;
import static net.backhaul.protocol.ethernet.IpLayout.IPV6_LENGTH;
import static net.backhaul.protocol.ethernet.IpLayout.PORTS_BYTES;
import static net.backhaul.protocol.ethernet.IpLayout.PSH;
import static net.backhaul.protocol.ethernet.IpLayout.RST;
import static net.backhaul.protocol.ethernet.IpLayout.SYN;
import static net.backhaul.protocol.ethernet.IpLayout.TCP_ACK;
import static net.backhaul.protocol.ethernet.IpLayout.TCP_BYTES;
import static net.backhaul.protocol.ethernet.IpLayout.TCP_CHECKSUM;
import static net.backhaul.protocol.ethernet.IpLayout.TCP_DATA_OFFSET;
import static net.backhaul.protocol.ethernet.IpLayout.TCP_FLAGS;
import static net.backhaul.protocol.ethernet.IpLayout.TCP_SEQUENCE;
import static net.backhaul.protocol.ethernet.IpLayout.TCP_WINDOW;
import static net.backhaul.protocol.ethernet.IpLayout.UDP_BYTES;
import static net.backhaul.protocol.ethernet.IpLayout.UDP_CHECKSUM;
import static net.backhaul.protocol.ethernet.IpLayout.UDP_LENGTH;

import net.backhaul.protocol.packet.BigEndian;

/**
 * Segments a super-frame of a device with offloads into the packets that a device without offloads
 * would have sent, with complete checksums.
 *
 * <p>{@link #begin} validates the frame against its offload header; {@link #next} then returns one
 * packet after the other. The frame is borrowed and must not change until the last packet. Objects
 * are reused and allocate nothing.
 */
public final class Segmenter {
  /** The minimum payload of TCP segments that are made smaller to fit. */
  public static final int MIN_PAYLOAD_BYTES = 8;

  private static final byte[] NO_FRAME = {};

  private final IpLayout layout = new IpLayout();
  private SegmentationFailure failure = SegmentationFailure.NONE;

  private byte[] frame = NO_FRAME;
  private int packetAt;
  private int headerBytes;
  private int ipOffset;
  private int transportOffset;
  private boolean v6;
  private boolean tcp;

  /** The sum of the IPv4 header without the fields that differ between packets. */
  private long ipSum;

  /** The sum of the pseudo header and the transport header, without those fields. */
  private long transportSum;

  private int count;
  private int segmentPayloadBytes;
  private int payloadAt;
  private int payloadLeft;
  private int sequence;
  private int flags;
  private int ipId;
  private boolean first;

  /** The transport protocol of a super-frame. */
  public enum Kind {
    /** TCP segments. */
    TCP,
    /** UDP datagrams. */
    UDP,
    /** The frame cannot be segmented; {@link Segmenter#failure} says why. */
    REJECTED
  }

  /**
   * Starts to segment an Ethernet frame whose {@link OffloadHeader#isSuperFrame} is true.
   *
   * <p>TCP segments are not longer than the offload header requests, nor than maxPacketBytes. UDP
   * datagrams have exactly the requested size, even if that exceeds maxPacketBytes.
   *
   * @param maxPacketBytes the maximum length that {@link #next} returns, for TCP
   */
  public Kind begin(
      OffloadHeader offload, byte[] frame, int start, int length, int maxPacketBytes) {
    Kind kind = kindOf(offload);
    failure =
        kind == Kind.REJECTED
            ? SegmentationFailure.UNKNOWN_TYPE
            : failureOf(offload, frame, start, length);
    if (failure == SegmentationFailure.NONE) {
      measure(offload, frame, start, length, maxPacketBytes);
    }
    if (failure == SegmentationFailure.NONE) {
      return kind;
    }
    count = 0;
    payloadLeft = 0;
    first = false;
    return Kind.REJECTED;
  }

  /** Returns why the last frame was rejected, or NONE. */
  public SegmentationFailure failure() {
    return failure;
  }

  /** Returns the number of packets of the frame. */
  public int count() {
    return count;
  }

  /** Returns the length of each packet; the last may be shorter. */
  public int packetBytes() {
    return headerBytes + segmentPayloadBytes;
  }

  /** Returns whether there is another packet. */
  public boolean hasNext() {
    return first || payloadLeft > 0;
  }

  /**
   * Writes the next packet and returns its length.
   *
   * <p>A packet is what follows the first 14 bytes of the Ethernet frame: an IP packet, preceded by
   * the tag and the inner EtherType of each of its VLAN tags.
   *
   * @param out has space for {@link #packetBytes} and does not overlap the frame
   */
  public int next(byte[] out, int outStart) {
    assert hasNext();
    int payload = Math.min(segmentPayloadBytes, payloadLeft);
    // Sums are of the frame: loads from the packet would wait for the narrower stores before them.
    long payloadSum = InternetChecksum.sum(frame, payloadAt, payload);
    System.arraycopy(frame, packetAt, out, outStart, headerBytes);
    System.arraycopy(frame, payloadAt, out, outStart + headerBytes, payload);
    payloadAt += payload;
    payloadLeft -= payload;
    int length = headerBytes + payload;
    finishIp(out, outStart + ipOffset, length - ipOffset);
    int transportBytes = length - transportOffset;
    long sum = transportSum + InternetChecksum.number(transportBytes) + payloadSum;
    if (tcp) {
      finishTcp(out, outStart + transportOffset, sum);
    } else {
      finishUdp(out, outStart + transportOffset, transportBytes, sum);
    }
    sequence += payload;
    first = false;
    return length;
  }

  /**
   * Completes the checksum of a plain frame if its offload header requests it.
   *
   * @return false if the header is invalid; the frame is then unchanged
   */
  public static boolean finishChecksum(OffloadHeader offload, byte[] frame, int start, int length) {
    if (!offload.needsChecksum()) {
      return true;
    }
    int from = offload.checksumStart();
    int offset = offload.checksumOffset();
    if (from < ETHERNET_BYTES || from + offset + 2 > length) {
      return false;
    }
    long sum = InternetChecksum.sum(frame, start + from, length - from);
    // Only UDP has its checksum at this offset, also inside a tunnel.
    int checksum =
        offset == UDP_CHECKSUM ? InternetChecksum.finishUdp(sum) : InternetChecksum.finish(sum);
    InternetChecksum.store(frame, start + from + offset, checksum);
    return true;
  }

  private static Kind kindOf(OffloadHeader offload) {
    return switch (offload.gsoType()) {
      case OffloadHeader.GSO_TCP4,
          OffloadHeader.GSO_TCP6,
          OffloadHeader.GSO_TCP4 | OffloadHeader.GSO_ECN,
          OffloadHeader.GSO_TCP6 | OffloadHeader.GSO_ECN ->
          Kind.TCP;
      case OffloadHeader.GSO_UDP_DATAGRAMS -> Kind.UDP;
      default -> Kind.REJECTED;
    };
  }

  /** Validates the offload header against the frame. */
  private SegmentationFailure failureOf(
      OffloadHeader offload, byte[] frame, int start, int length) {
    if (offload.gsoBytes() == 0) {
      return SegmentationFailure.NO_SEGMENT_SIZE;
    }
    SegmentationFailure found = layout.find(frame, start, length);
    if (found != SegmentationFailure.NONE) {
      return found;
    }
    if (layout.end() != start + length) {
      return SegmentationFailure.WRONG_LENGTH;
    }
    int type = offload.gsoType() & ~OffloadHeader.GSO_ECN;
    boolean udp = type == OffloadHeader.GSO_UDP_DATAGRAMS;
    if (layout.protocol() != (udp ? IpLayout.UDP : IpLayout.TCP)
        || !udp && layout.v6() != (type == OffloadHeader.GSO_TCP6)) {
      return SegmentationFailure.WRONG_PROTOCOL;
    }
    int transportAt = layout.transportAt();
    int transportBytes = start + length - transportAt;
    SegmentationFailure transport =
        udp
            ? failureOfUdp(frame, transportAt, transportBytes)
            : failureOfTcp(frame, transportAt, transportBytes);
    if (transport != SegmentationFailure.NONE) {
      return transport;
    }
    return isChecksumOf(offload, transportAt - start, udp ? UDP_CHECKSUM : TCP_CHECKSUM)
        ? SegmentationFailure.NONE
        : SegmentationFailure.WRONG_CHECKSUM_POSITION;
  }

  private static SegmentationFailure failureOfTcp(byte[] frame, int at, int bytes) {
    if (bytes < TCP_BYTES) {
      return SegmentationFailure.TRUNCATED;
    }
    int dataOffset = dataOffset(frame, at);
    if (dataOffset < TCP_BYTES) {
      return SegmentationFailure.MALFORMED;
    }
    if (dataOffset > bytes) {
      return SegmentationFailure.TRUNCATED;
    }
    return (frame[at + TCP_FLAGS] & (SYN | RST)) == 0
        ? SegmentationFailure.NONE
        : SegmentationFailure.WRONG_FLAGS;
  }

  private static SegmentationFailure failureOfUdp(byte[] frame, int at, int bytes) {
    if (bytes < UDP_BYTES) {
      return SegmentationFailure.TRUNCATED;
    }
    return BigEndian.u16(frame, at + UDP_LENGTH) == bytes
        ? SegmentationFailure.NONE
        : SegmentationFailure.WRONG_LENGTH;
  }

  /**
   * Returns whether the checksum to be completed is the one that each packet gets.
   *
   * <p>A frame with a verified checksum need not request one; but a frame with a source route must,
   * because the address that its checksum covers follows from the partial sum only.
   */
  private boolean isChecksumOf(OffloadHeader offload, int transportAt, int checksumOffset) {
    return offload.needsChecksum()
        ? offload.checksumStart() == transportAt && offload.checksumOffset() == checksumOffset
        : offload.isValid() && !layout.routed();
  }

  private void measure(
      OffloadHeader offload, byte[] frame, int start, int length, int maxPacketBytes) {
    int transportAt = layout.transportAt();
    this.frame = frame;
    packetAt = start + ETHERNET_BYTES;
    v6 = layout.v6();
    tcp = layout.protocol() == IpLayout.TCP;
    ipOffset = layout.ipAt() - packetAt;
    transportOffset = transportAt - packetAt;
    headerBytes = transportOffset + (tcp ? dataOffset(frame, transportAt) : UDP_BYTES);
    payloadAt = packetAt + headerBytes;
    payloadLeft = start + length - payloadAt;
    int maxPayloadBytes = tcp ? maxPacketBytes - headerBytes : Integer.MAX_VALUE;
    if (maxPayloadBytes < MIN_PAYLOAD_BYTES) {
      failure = SegmentationFailure.NO_SPACE_FOR_PAYLOAD;
      return;
    }
    segmentPayloadBytes = Math.min(offload.gsoBytes(), Math.min(maxPayloadBytes, payloadLeft));
    count = payloadLeft == 0 ? 1 : (payloadLeft + segmentPayloadBytes - 1) / segmentPayloadBytes;
    first = true;
    transportSum =
        pseudoSum(frame, start + length - transportAt)
            + InternetChecksum.sum(frame, transportAt, PORTS_BYTES);
    if (!v6) {
      measureIpv4(frame, layout.ipAt());
    }
    if (tcp) {
      transportSum += sumOfTcp(frame, transportAt);
      sequence = BigEndian.i32(frame, transportAt + TCP_SEQUENCE);
      flags = BigEndian.u8(frame, transportAt + TCP_FLAGS);
    }
  }

  private long pseudoSum(byte[] frame, int transportBytes) {
    if (layout.routed()) {
      // The field holds the partial sum with the final destination; subtract the length.
      int field = layout.transportAt() + (tcp ? TCP_CHECKSUM : UDP_CHECKSUM);
      int length = InternetChecksum.number(transportBytes);
      return InternetChecksum.load(frame, field) + (~length & 0xffffL);
    }
    return layout.sumOfAddresses(frame) + InternetChecksum.number(layout.protocol());
  }

  private static int dataOffset(byte[] frame, int tcpAt) {
    return (frame[tcpAt + TCP_DATA_OFFSET] & 0xf0) >>> 2;
  }

  private void measureIpv4(byte[] frame, int ip) {
    int afterChecksum = IPV4_CHECKSUM + Short.BYTES;
    ipId = BigEndian.u16(frame, ip + IPV4_ID);
    ipSum =
        InternetChecksum.sum(frame, ip, IPV4_LENGTH)
            + InternetChecksum.sum(frame, ip + IPV4_FRAGMENT, IPV4_CHECKSUM - IPV4_FRAGMENT)
            + InternetChecksum.sum(
                frame, ip + afterChecksum, transportOffset - ipOffset - afterChecksum);
  }

  /** Returns the sum of a TCP header after its ports, without sequence, flags and checksum. */
  private long sumOfTcp(byte[] frame, int at) {
    int afterChecksum = TCP_CHECKSUM + Short.BYTES;
    return InternetChecksum.sum(frame, at + TCP_ACK, TCP_DATA_OFFSET - TCP_ACK)
        + InternetChecksum.number((frame[at + TCP_DATA_OFFSET] & 0xff) << 8)
        + InternetChecksum.load(frame, at + TCP_WINDOW)
        + InternetChecksum.sum(
            frame, at + afterChecksum, headerBytes - transportOffset - afterChecksum);
  }

  private void finishIp(byte[] out, int ip, int length) {
    if (v6) {
      BigEndian.put16(out, ip + IPV6_LENGTH, length - IPV6_BYTES);
      return;
    }
    int id = ipId++ & 0xffff;
    long sum = ipSum + InternetChecksum.number(length) + InternetChecksum.number(id);
    BigEndian.put16(out, ip + IPV4_LENGTH, length);
    BigEndian.put16(out, ip + IPV4_ID, id);
    InternetChecksum.store(out, ip + IPV4_CHECKSUM, InternetChecksum.finish(sum));
  }

  private void finishTcp(byte[] out, int at, long sum) {
    int without = (payloadLeft > 0 ? FIN | PSH : 0) | (first ? 0 : CWR);
    int ownFlags = flags & ~without;
    BigEndian.put32(out, at + TCP_SEQUENCE, sequence);
    out[at + TCP_FLAGS] = (byte) ownFlags;
    long complete =
        sum
            + InternetChecksum.number(sequence >>> 16)
            + InternetChecksum.number(sequence)
            + InternetChecksum.number(ownFlags);
    InternetChecksum.store(out, at + TCP_CHECKSUM, InternetChecksum.finish(complete));
  }

  private static void finishUdp(byte[] out, int at, int length, long sum) {
    long complete = sum + InternetChecksum.number(length);
    BigEndian.put16(out, at + UDP_LENGTH, length);
    InternetChecksum.store(out, at + UDP_CHECKSUM, InternetChecksum.finishUdp(complete));
  }
}
