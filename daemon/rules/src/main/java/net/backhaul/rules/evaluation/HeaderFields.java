// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules.evaluation;

import net.backhaul.protocol.packet.BigEndian;
import org.jspecify.annotations.Nullable;

/**
 * The fields of one frame that matches compare, parsed once per frame: numbers by the index of the
 * field, and which of them are valid (03 section 5.4). Mutable and reused.
 */
final class HeaderFields {
  static final int SOURCE = 0;
  static final int DESTINATION = 1;
  static final int SOURCE_MAC = 2;
  static final int DESTINATION_MAC = 3;
  static final int ETHER_TYPE = 4;
  static final int LENGTH = 5;
  static final int IPV4_SOURCE = 6;
  static final int IPV4_DESTINATION = 7;

  /** Two fields, as the destination. */
  static final int IPV6_SOURCE = 8;

  static final int IPV6_DESTINATION = 10;
  static final int TOS = 12;
  static final int PROTOCOL = 13;

  /** Type and code, or -1; always valid, and so are the ports, of which -1 stands for none. */
  static final int ICMP = 14;

  static final int SOURCE_PORT = 15;
  static final int DESTINATION_PORT = 16;
  static final int CHARACTERISTICS = 17;

  /** Whether matches of unknown types match. */
  static final int UNKNOWN = 18;

  static final int ZERO = 19;

  static final int FIELDS = 20;
  private static final int ALWAYS_VALID =
      1 << ZERO
          | 1 << UNKNOWN
          | 1 << SOURCE
          | 1 << DESTINATION
          | 1 << SOURCE_MAC
          | 1 << DESTINATION_MAC
          | 1 << ETHER_TYPE
          | 1 << LENGTH
          | 1 << ICMP
          | 1 << CHARACTERISTICS;
  private static final int VALID_OF_IP =
      1 << TOS | 1 << PROTOCOL | 1 << SOURCE_PORT | 1 << DESTINATION_PORT;
  private static final int VALID_OF_IPV4 = 1 << IPV4_SOURCE | 1 << IPV4_DESTINATION | VALID_OF_IP;
  private static final int VALID_OF_IPV6 = 1 << IPV6_SOURCE | 1 << IPV6_DESTINATION | 1 << TOS;

  private static final int ICMP_PROTOCOL = 1;
  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final int ICMPV6_PROTOCOL = 58;
  private static final int SCTP = 132;
  private static final int UDP_LITE = 136;

  private final long[] values = new long[FIELDS];
  private final Characteristics characteristics = new Characteristics();
  private @Nullable Parties parties;
  private int valid;
  private long knownCharacteristics;

  /** Returns the field whose bit in {@link #valid} says whether a field is valid. */
  static int validityOf(int field) {
    return field == IPV6_SOURCE + 1 || field == IPV6_DESTINATION + 1 ? field - 1 : field;
  }

  /** Parses a frame. */
  void parse(FrameHeader frame, Parties of) {
    parties = of;
    long[] to = values;
    to[SOURCE] = frame.source();
    to[DESTINATION] = frame.destination();
    to[SOURCE_MAC] = frame.sourceMac();
    to[DESTINATION_MAC] = frame.destinationMac();
    to[ETHER_TYPE] = frame.etherType();
    to[LENGTH] = frame.length();
    to[UNKNOWN] = of.rules().unknownMatchesMatch() ? 1 : 0;
    to[ICMP] = -1;
    to[SOURCE_PORT] = -1;
    to[DESTINATION_PORT] = -1;
    knownCharacteristics = 0;
    valid = ALWAYS_VALID;
    if (frame.isIpv4()) {
      parseIpv4(frame, to);
    } else if (frame.isIpv6()) {
      parseIpv6(frame, to);
    }
  }

  private void parseIpv4(FrameHeader frame, long[] to) {
    byte[] bytes = frame.array();
    int start = frame.at(0);
    valid |= VALID_OF_IPV4;
    to[IPV4_SOURCE] = BigEndian.i32(bytes, start + 12) & 0xffff_ffffL;
    to[IPV4_DESTINATION] = BigEndian.i32(bytes, start + 16) & 0xffff_ffffL;
    to[TOS] = bytes[start + 1] & 0xff;
    int protocol = bytes[start + 9] & 0xff;
    to[PROTOCOL] = protocol;
    int at = frame.ipv4HeaderBytes();
    if (protocol == ICMP_PROTOCOL) {
      parseIcmp(frame, at, to);
    } else if (hasPorts(protocol) && frame.length() > at + 4) {
      to[SOURCE_PORT] = BigEndian.u16(bytes, start + at);
      to[DESTINATION_PORT] = BigEndian.u16(bytes, start + at + 2);
    }
  }

  private void parseIpv6(FrameHeader frame, long[] to) {
    byte[] bytes = frame.array();
    int start = frame.at(0);
    valid |= VALID_OF_IPV6;
    to[IPV6_SOURCE] = BigEndian.i64(bytes, start + 8);
    to[IPV6_SOURCE + 1] = BigEndian.i64(bytes, start + 16);
    to[IPV6_DESTINATION] = BigEndian.i64(bytes, start + 24);
    to[IPV6_DESTINATION + 1] = BigEndian.i64(bytes, start + 32);
    to[TOS] = BigEndian.u16(bytes, start) >>> 4 & 0xff;
    int at = frame.ipv6PayloadAt();
    if (at < 0) {
      return;
    }
    valid |= VALID_OF_IP;
    int protocol = frame.ipv6Protocol();
    to[PROTOCOL] = protocol;
    if (protocol == ICMPV6_PROTOCOL) {
      parseIcmp(frame, at, to);
    } else if (hasPorts(protocol) && frame.length() > at + 4) {
      to[SOURCE_PORT] = nonZero(BigEndian.u16(bytes, start + at));
      to[DESTINATION_PORT] = nonZero(BigEndian.u16(bytes, start + at + 2));
    }
  }

  private static void parseIcmp(FrameHeader frame, int at, long[] to) {
    if (frame.length() >= at + 2) {
      to[ICMP] = frame.u16(at);
    }
  }

  /** As in the reference: 0 is no port on IPv6. */
  private static int nonZero(int port) {
    return port == 0 ? -1 : port;
  }

  private static boolean hasPorts(int protocol) {
    return protocol == TCP || protocol == UDP || protocol == SCTP || protocol == UDP_LITE;
  }

  /** Computes characteristics that a table needs, unless they are known. */
  void require(long mask, FrameHeader frame) {
    Parties of = parties;
    if ((mask & ~knownCharacteristics) != 0 && of != null) {
      knownCharacteristics |= mask;
      values[CHARACTERISTICS] = characteristics.of(frame, of, knownCharacteristics);
    }
  }

  /** Returns the values by the index of the field, borrowed. */
  long[] values() {
    return values;
  }

  /** Returns a bit for each field that is valid. */
  int valid() {
    return valid;
  }
}
