// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import net.backhaul.tap.Offloads;

/** Checks each frame of a device against the granted offloads, and counts the kinds of frames. */
final class GrantInspector implements DeviceLink.Inspector {
  static final int NEEDS_CSUM = 1;
  static final int DATA_VALID = 2;
  static final int NO_GSO = 0;
  static final int TCP4 = 1;
  static final int TCP6 = 4;
  static final int UDP = 5;
  static final int ECN = 0x80;

  private static final int ETHERNET_BYTES = 14;
  private static final int PROTOCOL_TCP = 6;
  private static final int PROTOCOL_UDP = 17;
  private static final int PROTOCOL_ICMP6 = 58;
  private static final int CWR = 0x80;
  private static final int CONGESTION_EVERY = 7;

  private final Offloads grant;
  private final int mtuBytes;
  private int congestible;

  volatile int tcp4;
  volatile int tcp6;
  volatile int udp4;
  volatile int udp6;
  volatile int unfinished;
  volatile int reduced;
  volatile int longestBytes;

  GrantInspector(Offloads grant, int mtuBytes) {
    this.grant = grant;
    this.mtuBytes = mtuBytes;
  }

  @Override
  @SuppressWarnings("NonAtomicOperationOnVolatileField") // One thread counts, the test reads.
  public void inspect(ByteBuffer read) {
    int flags = 0;
    int type = NO_GSO;
    int size = 0;
    int checksumStart = 0;
    int checksumOffset = 0;
    if (grant.header()) {
      ByteBuffer header = read.slice(0, Offloads.HEADER_BYTES).order(ByteOrder.LITTLE_ENDIAN);
      flags = header.get(0);
      type = header.get(1) & 0xff;
      size = header.getShort(4) & 0xffff;
      checksumStart = header.getShort(6) & 0xffff;
      checksumOffset = header.getShort(8) & 0xffff;
      int headersBytes = header.getShort(2) & 0xffff;
      assertTrue(headersBytes <= read.limit() - Offloads.HEADER_BYTES, "headers end in the frame");
    }
    ByteBuffer frame = read.slice(grant.headerBytes(), read.limit() - grant.headerBytes());
    var packet = new Packet(frame);
    longestBytes = Math.max(longestBytes, frame.limit());

    assertEquals(0, flags & ~(NEEDS_CSUM | DATA_VALID));
    boolean finished = (flags & NEEDS_CSUM) == 0;
    assertTrue(
        finished || grant.checksum(),
        "checksums are complete where the kernel does not complete them");
    if (finished) {
      assertTrue(packet.protocol == 0 || packet.sum() == 0xffff, "the checksum is right");
    } else {
      unfinished++;
      assertEquals(packet.start, checksumStart);
      assertEquals(packet.protocol == PROTOCOL_TCP ? 16 : 6, checksumOffset);
      assertEquals(packet.pseudoSum(), frame.getShort(checksumStart + checksumOffset) & 0xffff);
    }
    if (type == NO_GSO) {
      assertTrue(frame.limit() <= mtuBytes + ETHERNET_BYTES, () -> "of " + frame.limit());
    } else {
      assertTrue(!finished && size > 0, "super-frames have no checksum but a size");
      assertTrue(packet.headersBytes + size <= mtuBytes, "what is cut fits the MTU");
      assertTrue(packet.headersBytes + size + ETHERNET_BYTES < frame.limit(), "is to be cut");
      countSuperFrame(type, packet);
    }
    markCongestion(frame, packet);
  }

  @SuppressWarnings("NonAtomicOperationOnVolatileField") // One thread counts, the test reads.
  private void countSuperFrame(int type, Packet packet) {
    boolean reducing = packet.protocol == PROTOCOL_TCP && (packet.tcpFlags() & CWR) != 0;
    assertEquals(reducing, (type & ECN) != 0);
    switch (type & ~ECN) {
      case TCP4 -> {
        assertTrue(grant.tcp4() && packet.v4 && packet.protocol == PROTOCOL_TCP);
        tcp4++;
      }
      case TCP6 -> {
        assertTrue(grant.tcp6() && !packet.v4 && packet.protocol == PROTOCOL_TCP);
        tcp6++;
      }
      case UDP -> {
        assertTrue(grant.udp() && packet.protocol == PROTOCOL_UDP);
        if (packet.v4) {
          udp4++;
        } else {
          udp6++;
        }
      }
      default -> throw new AssertionError("a super-frame of type " + type);
    }
    if (reducing) {
      assertTrue(grant.ecn(), "CWR is not for all segments");
      reduced++;
    }
  }

  /** Marks a packet as congested (CE), so that the sender sets CWR. */
  private void markCongestion(ByteBuffer frame, Packet packet) {
    if (packet.protocol != PROTOCOL_TCP) {
      return;
    }
    int at = ETHERNET_BYTES;
    int ecn = packet.v4 ? frame.get(at + 1) & 3 : frame.get(at + 1) >> 4 & 3;
    if (ecn != 2 || congestible++ % CONGESTION_EVERY != 0) {
      return;
    }
    if (packet.v4) {
      frame.put(at + 1, (byte) (frame.get(at + 1) | 3));
      frame.putShort(at + 10, (short) 0);
      frame.putShort(at + 10, (short) ~Packet.sum(frame, at, packet.start - at, 0));
    } else {
      frame.put(at + 1, (byte) (frame.get(at + 1) | 0x30));
    }
  }

  /**
   * The offsets of headers in a frame; protocol 0 stands for frames without a transport checksum.
   */
  private static final class Packet {
    final ByteBuffer frame;
    final boolean v4;
    final int protocol;
    final int start;
    final int end;
    final int headersBytes;

    Packet(ByteBuffer frame) {
      this.frame = frame;
      int etherType = frame.getShort(12) & 0xffff;
      v4 = etherType == 0x0800;
      int next = 0;
      if (v4) {
        next = frame.get(ETHERNET_BYTES + 9) & 0xff;
      } else if (etherType == 0x86dd) {
        next = frame.get(ETHERNET_BYTES + 6) & 0xff;
      }
      boolean known = next == PROTOCOL_TCP || next == PROTOCOL_UDP || next == PROTOCOL_ICMP6;
      protocol = known ? next : 0;
      start = ETHERNET_BYTES + (v4 ? (frame.get(ETHERNET_BYTES) & 0xf) * 4 : 40);
      end =
          known
              ? ETHERNET_BYTES
                  + (v4
                      ? frame.getShort(ETHERNET_BYTES + 2) & 0xffff
                      : 40 + (frame.getShort(ETHERNET_BYTES + 4) & 0xffff))
              : 0;
      headersBytes =
          start
              - ETHERNET_BYTES
              + (protocol == PROTOCOL_TCP ? (frame.get(start + 12) >> 4 & 0xf) * 4 : 8);
    }

    int tcpFlags() {
      return frame.get(start + 13) & 0xff;
    }

    int pseudoSum() {
      int addresses = v4 ? 8 : 32;
      return sum(frame, start - addresses, addresses, protocol + end - start);
    }

    int sum() {
      return sum(frame, start, end - start, pseudoSum());
    }

    static int sum(ByteBuffer bytes, int start, int length, long before) {
      long sum = before;
      for (int i = 0; i < length; i++) {
        sum += (long) (bytes.get(start + i) & 0xff) << (i % 2 == 0 ? 8 : 0);
      }
      while (sum > 0xffff) {
        sum = (sum & 0xffff) + (sum >>> 16);
      }
      return (int) sum;
    }
  }
}
