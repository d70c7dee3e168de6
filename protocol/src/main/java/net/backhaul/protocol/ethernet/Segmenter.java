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
 * Cuts a super-frame of a device with offloads into the packets that an ordinary device would have
 * sent, with their checksums finished.
 *
 * <p>Once {@link #begin} has found the frame to be what its header says, {@link #next} gives one
 * packet after the other. The frame is borrowed and unchanged until then. One object is used again
 * and again, and allocates nothing.
 */
public final class Segmenter {
  /** TCP segments may be made as small as this to fit, no smaller. */
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

  /** The sum of the pseudo header without the length. */
  private long pseudoSum;

  private int count;
  private int pieceBytes;
  private int payloadAt;
  private int payloadLeft;
  private int sequence;
  private int flags;
  private int ipId;
  private boolean first;

  /** What a super-frame holds. */
  public enum Kind {
    TCP,
    UDP,
    /** Nothing that can be cut; {@link Segmenter#failure} says why. */
    REJECTED
  }

  /**
   * Begins to cut an Ethernet frame whose {@link OffloadHeader#isSuperFrame} is true.
   *
   * <p>TCP segments become no longer than the sender asks for, nor than maxPacketBytes. UDP
   * datagrams are exactly as long as the sender asks for, even if that is longer.
   *
   * @param maxPacketBytes the limit for what {@link #next} returns
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

  /** Returns why the last frame was refused, or NONE. */
  public SegmentationFailure failure() {
    return failure;
  }

  /** Returns how many packets the frame becomes. */
  public int count() {
    return count;
  }

  /** Returns how long each packet but the last is; the last may be shorter. */
  public int packetBytes() {
    return headerBytes + pieceBytes;
  }

  /** Says whether there is another packet. */
  public boolean hasNext() {
    return first || payloadLeft > 0;
  }

  /**
   * Writes the next packet and returns its length.
   *
   * <p>It is what follows the first 14 bytes of the Ethernet frame: an IP packet, with the tag and
   * the inner ether type before it if the frame is of a VLAN.
   *
   * @param out has room for {@link #packetBytes}, and is not where the frame lies
   */
  public int next(byte[] out, int outStart) {
    assert hasNext();
    int payload = Math.min(pieceBytes, payloadLeft);
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
   * Finishes the checksum of an ordinary frame where its header asks for it.
   *
   * @return false if the header lies and the frame is unchanged
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
    // Of all protocols only UDP has its checksum there, perhaps inside of a tunnel.
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

  /** Compares what the offload header says with what the frame is. */
  private SegmentationFailure failureOf(
      OffloadHeader offload, byte[] frame, int start, int length) {
    if (offload.gsoBytes() == 0) {
      return SegmentationFailure.NO_SEGMENT_SIZE;
    }
    SegmentationFailure found = layout.find(frame, start, length);
    if (found != SegmentationFailure.NONE) {
      return found;
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
        : SegmentationFailure.WRONG_CHECKSUM_PLACE;
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
   * Says whether the checksum that is to be finished is the one that each piece gets anew.
   *
   * <p>A frame whose checksum was verified may come without one that is left to finish; but a
   * routed one may not, since then there is nothing to tell the address that its checksum covers.
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
    pieceBytes = Math.min(offload.gsoBytes(), Math.min(room, payloadLeft));
    count = payloadLeft == 0 ? 1 : (payloadLeft + pieceBytes - 1) / pieceBytes;
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
      // The field holds the sum with the address that counts; take the length out again.
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
