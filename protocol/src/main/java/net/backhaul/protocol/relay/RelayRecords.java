// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.relay;

import java.net.InetSocketAddress;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.packet.BigEndian;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireWriter;

/** Delimits and writes the records of a TCP relay connection (02 section 4.7). */
public final class RelayRecords {
  /** The length of the header of a record. */
  public static final int HEADER_BYTES = 5;

  /** The length of the body of a greeting; every body of this length is one. */
  public static final int GREETING_BYTES = 4;

  /** The maximum length of the body of a record. */
  public static final int MAX_BODY_BYTES = 0xffff;

  /** The maximum length of a record. */
  public static final int MAX_RECORD_BYTES = HEADER_BYTES + MAX_BODY_BYTES;

  /** The maximum length of a packet in a record, whatever its address. */
  public static final int MAX_PACKET_BYTES = MAX_BODY_BYTES - 19;

  static final int NO_ADDRESS = 0;
  static final int IPV4 = 4;
  static final int IPV6 = 6;

  /** The header of TLS application data, which the connection imitates. */
  private static final byte[] MARK = {0x17, 0x03, 0x03};

  private RelayRecords() {}

  /**
   * Returns the length of the first record of a part of the stream, or 0 if it is incomplete.
   *
   * @param length the number of bytes that were received
   * @throws WireException if the bytes do not start a record
   */
  public static int firstRecordBytes(byte[] bytes, int start, int length) {
    for (int i = 0; i < MARK.length && i < length; i++) {
      if (bytes[start + i] != MARK[i]) {
        throw new WireException("no record of a TCP relay");
      }
    }
    if (length < HEADER_BYTES) {
      return 0;
    }
    int recordBytes = HEADER_BYTES + BigEndian.u16(bytes, start + MARK.length);
    return recordBytes <= length ? recordBytes : 0;
  }

  /** Writes the first record of a client: its version. */
  public static void writeGreeting(WireWriter out, int major, int minor, int revision) {
    out.bytes(MARK).u16(GREETING_BYTES).u8(major).u8(minor).u16(revision);
  }

  /**
   * Writes a packet.
   *
   * @param endpoint the destination, in records to a relay; the source, in records to a client
   * @throws IllegalArgumentException if the packet is longer than {@link #MAX_PACKET_BYTES}
   */
  public static void writePacket(
      WireWriter out, InetSocketAddress endpoint, byte[] bytes, int start, int length) {
    if (length > MAX_PACKET_BYTES) {
      throw new IllegalArgumentException(
          "a packet to relay has at most " + MAX_PACKET_BYTES + " bytes, not " + length);
    }
    int lengthAt = out.size() + MARK.length;
    out.bytes(MARK).u16(0);
    Endpoints.write(out, endpoint);
    out.bytes(bytes, start, length);
    out.setU16(lengthAt, out.size() - lengthAt - Short.BYTES);
  }
}
