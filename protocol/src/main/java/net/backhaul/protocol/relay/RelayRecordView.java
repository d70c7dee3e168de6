// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.relay;

import java.net.InetSocketAddress;
import java.util.Arrays;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.packet.BigEndian;
import net.backhaul.protocol.packet.WireException;

/** A view of a complete record of a TCP relay connection (02 section 4.7); owns no bytes. */
public final class RelayRecordView {
  private static final int PORT_BYTES = 2;

  private byte[] bytes = {};
  private int bodyAt;
  private int end;
  private int ipBytes;
  private Kind kind = Kind.WITHOUT_ADDRESS;

  /** The content of a record. */
  public enum Kind {
    /** The version of the client; clients ignore it. */
    GREETING,
    /** A packet and an endpoint. */
    PACKET,
    /** A packet without an endpoint, which is ignored. */
    WITHOUT_ADDRESS
  }

  /**
   * Points this view at a record.
   *
   * @param length the length of the record, see {@link RelayRecords#firstRecordBytes}
   * @throws WireException if the body has an unknown address type or is too short for its address;
   *     the connection is to be closed
   */
  public Kind wrap(byte[] newBytes, int start, int length) {
    bytes = newBytes;
    bodyAt = start + RelayRecords.HEADER_BYTES;
    end = start + length;
    int bodyBytes = end - bodyAt;
    if (bodyBytes == RelayRecords.GREETING_BYTES) {
      kind = Kind.GREETING;
      return kind;
    }
    if (bodyBytes < 1) {
      throw new WireException("empty record of a TCP relay");
    }
    switch (BigEndian.u8(bytes, bodyAt)) {
      case RelayRecords.NO_ADDRESS -> {
        kind = Kind.WITHOUT_ADDRESS;
        return kind;
      }
      case RelayRecords.IPV4 -> ipBytes = 4;
      case RelayRecords.IPV6 -> ipBytes = 16;
      default -> throw new WireException("unknown address type in a record of a TCP relay");
    }
    if (bodyBytes < 1 + ipBytes + PORT_BYTES) {
      throw new WireException("record of a TCP relay too short for its address");
    }
    kind = Kind.PACKET;
    return kind;
  }

  /** Returns the endpoint of a packet: its destination at a relay, its source at a client. */
  public InetSocketAddress endpoint() {
    assert kind == Kind.PACKET;
    int ipAt = bodyAt + 1;
    return Endpoints.of(
        Arrays.copyOfRange(bytes, ipAt, ipAt + ipBytes), BigEndian.u16(bytes, ipAt + ipBytes));
  }

  /** Returns the index of the packet in the array. */
  public int packetStart() {
    assert kind == Kind.PACKET;
    return bodyAt + 1 + ipBytes + PORT_BYTES;
  }

  /** Returns the length of the packet. */
  public int packetLength() {
    return end - packetStart();
  }

  /** Returns the major version of a client's greeting. */
  public int major() {
    assert kind == Kind.GREETING;
    return BigEndian.u8(bytes, bodyAt);
  }

  /** Returns the minor version of a client's greeting. */
  public int minor() {
    assert kind == Kind.GREETING;
    return BigEndian.u8(bytes, bodyAt + 1);
  }

  /** Returns the revision of a client's greeting. */
  public int revision() {
    assert kind == Kind.GREETING;
    return BigEndian.u16(bytes, bodyAt + 2);
  }
}
