// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.ethernet;

import static net.backhaul.protocol.ethernet.IpLayout.ACK;
import static net.backhaul.protocol.ethernet.IpLayout.ETHERNET_BYTES;
import static net.backhaul.protocol.ethernet.IpLayout.IPV4_CHECKSUM;
import static net.backhaul.protocol.ethernet.IpLayout.IPV4_LENGTH;
import static net.backhaul.protocol.ethernet.IpLayout.IPV6_BYTES;
import static net.backhaul.protocol.ethernet.IpLayout.IPV6_LENGTH;
import static net.backhaul.protocol.ethernet.IpLayout.MAX_IP_BYTES;
import static net.backhaul.protocol.ethernet.IpLayout.PSH;
import static net.backhaul.protocol.ethernet.IpLayout.TCP_BYTES;
import static net.backhaul.protocol.ethernet.IpLayout.TCP_CHECKSUM;
import static net.backhaul.protocol.ethernet.IpLayout.TCP_FLAGS;
import static net.backhaul.protocol.ethernet.IpLayout.UDP_CHECKSUM;
import static net.backhaul.protocol.ethernet.IpLayout.UDP_LENGTH;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** A super-frame under construction, behind its offload header; reused for other flows. */
final class SuperFrame {
  /** The lowest UDP_MAX_SEGMENTS of any kernel with UDP segmentation. */
  static final int MAX_DATAGRAMS = 64;

  private static final int FRAME = OffloadHeader.BYTES;
  private static final int IP = FRAME + ETHERNET_BYTES;
  private static final int MAX_BYTES = IP + MAX_IP_BYTES;
  private static final int MAX_OPTION_BYTES = 40;
  private static final int ID_UNKNOWN = -1;

  final int slot;
  private final ByteBuffer buffer;
  private final OffloadHeader offload = new OffloadHeader();

  private long macs64;
  private int macs32;
  private long ports;
  private long address0;
  private long address1;
  private long address2;
  private long address3;

  private boolean v6;
  private boolean tcp;
  private long ipInvariant64;
  private int ipInvariant16;
  private long tcpInvariant;
  private int urgentPointer;
  private final byte[] options = new byte[MAX_OPTION_BYTES];
  private int optionBytes;
  private long pseudoSum;
  private long ipv4Sum;

  private int transport;
  private int headerEnd;
  private int gsoBytes;
  private int end;
  private int count;
  private int nextSequence;
  private int nextId;
  private int idStep;
  private boolean mayFragment;
  private boolean pushed;
  private boolean full;

  SuperFrame(int slot, ByteBuffer buffer) {
    this.slot = slot;
    this.buffer = buffer.duplicate().clear();
  }

  boolean hasMacsOf(SegmentView segment) {
    return macs64 == segment.macs64 && macs32 == segment.macs32;
  }

  boolean isFlowOf(SegmentView segment) {
    return ports == segment.ports
        && address0 == segment.address0
        && address1 == segment.address1
        && address2 == segment.address2
        && address3 == segment.address3
        && hasMacsOf(segment);
  }

  /** Starts with a first segment, whose checksums are verified. */
  void open(SegmentView segment) {
    macs64 = segment.macs64;
    macs32 = segment.macs32;
    ports = segment.ports;
    address0 = segment.address0;
    address1 = segment.address1;
    address2 = segment.address2;
    address3 = segment.address3;
    v6 = segment.v6;
    tcp = segment.tcp;
    ipInvariant64 = segment.ipInvariant64;
    ipInvariant16 = segment.ipInvariant16;
    tcpInvariant = segment.tcpInvariant;
    urgentPointer = segment.urgentPointer;
    optionBytes = tcp ? segment.payloadAt - segment.transportAt - TCP_BYTES : 0;
    if (optionBytes > 0) {
      System.arraycopy(segment.bytes, segment.transportAt + TCP_BYTES, options, 0, optionBytes);
    }
    pseudoSum = segment.pseudoSum();
    ipv4Sum = v6 ? 0 : segment.ipv4Sum();
    transport = FRAME + segment.transportAt - segment.start;
    headerEnd = FRAME + segment.payloadAt - segment.start;
    gsoBytes = segment.payloadBytes;
    end = FRAME + segment.length;
    count = 1;
    nextSequence = tcp ? segment.sequence + segment.payloadBytes : 0;
    nextId = segment.ipId;
    idStep = v6 ? 0 : ID_UNKNOWN;
    mayFragment = segment.mayFragment;
    pushed = false;
    full = false;
    buffer.put(FRAME, segment.bytes, segment.start, segment.length);
  }

  /** Returns whether a segment of the same flow continues this super-frame. */
  boolean isContinuedBy(SegmentView segment) {
    return segment.sequence == nextSequence
        && segment.ipInvariant64 == ipInvariant64
        && segment.ipInvariant16 == ipInvariant16
        && segment.tcpInvariant == tcpInvariant
        && segment.urgentPointer == urgentPointer
        && segment.payloadBytes <= gsoBytes
        && end + segment.payloadBytes <= MAX_BYTES
        && hasNextId(segment)
        && hasSameOptions(segment);
  }

  /** Appends the next segment, whose checksums are verified. */
  void append(SegmentView segment) {
    int payloadBytes = segment.payloadBytes;
    buffer.put(end, segment.bytes, segment.payloadAt, payloadBytes);
    end += payloadBytes;
    count++;
    if (idStep == ID_UNKNOWN) {
      idStep = segment.ipId - nextId & 0xffff;
    }
    nextId = segment.ipId;
    nextSequence = tcp ? nextSequence + payloadBytes : 0;
    pushed = segment.pushed;
    full = pushed || payloadBytes < gsoBytes || !tcp && count == MAX_DATAGRAMS;
  }

  /** Returns whether no segment may follow. */
  boolean isFull() {
    return full;
  }

  /** Writes the headers and returns the length of header and frame. */
  int finish() {
    if (count == 1) {
      offload.clear();
      offload.set(OffloadHeader.DATA_VALID, OffloadHeader.GSO_NONE, 0, 0, 0, 0);
    } else {
      finishIp();
      finishTransport();
      offload.set(
          OffloadHeader.NEEDS_CHECKSUM,
          gsoType(),
          headerEnd - FRAME,
          gsoBytes,
          transport - FRAME,
          tcp ? TCP_CHECKSUM : UDP_CHECKSUM);
    }
    offload.write(buffer, 0);
    return end;
  }

  /**
   * Ids increase by one. If packets must not be fragmented, ids have no meaning (RFC 6864) and some
   * senders use the same for all.
   */
  private boolean hasNextId(SegmentView segment) {
    int step = segment.ipId - nextId & 0xffff;
    return idStep == ID_UNKNOWN ? step == 1 || step == 0 && !mayFragment : step == idStep;
  }

  private boolean hasSameOptions(SegmentView segment) {
    int at = segment.transportAt + TCP_BYTES;
    return optionBytes == 0
        || Arrays.equals(options, 0, optionBytes, segment.bytes, at, at + optionBytes);
  }

  private int gsoType() {
    if (!tcp) {
      return OffloadHeader.GSO_UDP_DATAGRAMS;
    }
    return v6 ? OffloadHeader.GSO_TCP6 : OffloadHeader.GSO_TCP4;
  }

  private void finishIp() {
    int length = end - IP;
    if (v6) {
      buffer.putShort(IP + IPV6_LENGTH, (short) (length - IPV6_BYTES));
      return;
    }
    buffer.putShort(IP + IPV4_LENGTH, (short) length);
    putSum(IP + IPV4_CHECKSUM, InternetChecksum.finish(ipv4Sum + InternetChecksum.number(length)));
  }

  private void finishTransport() {
    int length = end - transport;
    int sum = InternetChecksum.fold(pseudoSum + InternetChecksum.number(length));
    if (tcp) {
      buffer.put(transport + TCP_FLAGS, (byte) (pushed ? ACK | PSH : ACK));
      putSum(transport + TCP_CHECKSUM, sum);
    } else {
      buffer.putShort(transport + UDP_LENGTH, (short) length);
      putSum(transport + UDP_CHECKSUM, sum);
    }
  }

  private void putSum(int at, int sum) {
    buffer.putShort(at, (short) InternetChecksum.number(sum));
  }
}
