// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.ethernet;

import static net.backhaul.protocol.ethernet.IpLayout.CWR;
import static net.backhaul.protocol.ethernet.IpLayout.ETHERNET_BYTES;
import static net.backhaul.protocol.ethernet.IpLayout.FIN;
import static net.backhaul.protocol.ethernet.IpLayout.IPV4_CHECKSUM;
import static net.backhaul.protocol.ethernet.IpLayout.IPV4_ID;
import static net.backhaul.protocol.ethernet.IpLayout.IPV4_LENGTH;
import static net.backhaul.protocol.ethernet.IpLayout.IPV6_BYTES;
import static net.backhaul.protocol.ethernet.IpLayout.IPV6_LENGTH;
import static net.backhaul.protocol.ethernet.IpLayout.PSH;
import static net.backhaul.protocol.ethernet.IpLayout.RST;
import static net.backhaul.protocol.ethernet.IpLayout.SYN;
import static net.backhaul.protocol.ethernet.IpLayout.TCP_BYTES;
import static net.backhaul.protocol.ethernet.IpLayout.TCP_CHECKSUM;
import static net.backhaul.protocol.ethernet.IpLayout.TCP_DATA_OFFSET;
import static net.backhaul.protocol.ethernet.IpLayout.TCP_FLAGS;
import static net.backhaul.protocol.ethernet.IpLayout.TCP_SEQUENCE;
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

  /** The sum of the pseudo header without its length. */
  private long pseudoSum;

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
   * @param out has room for {@link #packetBytes} and does not overlap the frame
   */
  public int next(byte[] out, int outStart) {
    assert hasNext();
    int payload = Math.min(segmentPayloadBytes, payloadLeft);
    System.arraycopy(frame, packetAt, out, outStart, headerBytes);
    System.arraycopy(frame, payloadAt, out, outStart + headerBytes, payload);
    payloadAt += payload;
    payloadLeft -= payload;
    int length = headerBytes + payload;
    finishIp(out, outStart + ipOffset, length - ipOffset);
    if (tcp) {
      finishTcp(out, outStart + transportOffset, length - transportOffset, payload);
    } else {
      finishUdp(out, outStart + transportOffset, length - transportOffset);
    }
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
    int room = tcp ? maxPacketBytes - headerBytes : Integer.MAX_VALUE;
    if (room < MIN_PAYLOAD_BYTES) {
      failure = SegmentationFailure.NO_ROOM;
      return;
    }
    segmentPayloadBytes = Math.min(offload.gsoBytes(), Math.min(room, payloadLeft));
    count = payloadLeft == 0 ? 1 : (payloadLeft + segmentPayloadBytes - 1) / segmentPayloadBytes;
    first = true;
    pseudoSum = pseudoSum(frame, start + length - transportAt);
    ipId = v6 ? 0 : BigEndian.u16(frame, layout.ipAt() + IPV4_ID);
    if (tcp) {
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

  private void finishIp(byte[] out, int ip, int length) {
    if (v6) {
      BigEndian.put16(out, ip + IPV6_LENGTH, length - IPV6_BYTES);
      return;
    }
    BigEndian.put16(out, ip + IPV4_LENGTH, length);
    BigEndian.put16(out, ip + IPV4_ID, ipId++);
    InternetChecksum.store(out, ip + IPV4_CHECKSUM, 0);
    long sum = InternetChecksum.sum(out, ip, transportOffset - ipOffset);
    InternetChecksum.store(out, ip + IPV4_CHECKSUM, InternetChecksum.finish(sum));
  }

  private void finishTcp(byte[] out, int at, int length, int payload) {
    BigEndian.put32(out, at + TCP_SEQUENCE, sequence);
    sequence += payload;
    int without = (payloadLeft > 0 ? FIN | PSH : 0) | (first ? 0 : CWR);
    out[at + TCP_FLAGS] = (byte) (flags & ~without);
    InternetChecksum.store(out, at + TCP_CHECKSUM, 0);
    long sum = sumOf(out, at, length);
    InternetChecksum.store(out, at + TCP_CHECKSUM, InternetChecksum.finish(sum));
  }

  private void finishUdp(byte[] out, int at, int length) {
    BigEndian.put16(out, at + UDP_LENGTH, length);
    InternetChecksum.store(out, at + UDP_CHECKSUM, 0);
    long sum = sumOf(out, at, length);
    InternetChecksum.store(out, at + UDP_CHECKSUM, InternetChecksum.finishUdp(sum));
  }

  private long sumOf(byte[] out, int at, int length) {
    return pseudoSum + InternetChecksum.number(length) + InternetChecksum.sum(out, at, length);
  }
}
