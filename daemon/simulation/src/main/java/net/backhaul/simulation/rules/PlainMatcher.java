// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation.rules;

import java.util.random.RandomGenerator;
import net.backhaul.protocol.network.Rule;
import net.backhaul.rules.evaluation.FrameHeader;
import net.backhaul.rules.evaluation.Party;

/** Evaluates one match entry of a rule table on a frame (03 section 5.4). */
final class PlainMatcher {
  static final int NO = 0;
  static final int YES = 1;

  /** NOT does not invert these two. */
  static final int CERTAIN_NO = 2;

  static final int CERTAIN_YES = 3;

  /** A certain yes that makes the evaluation skip the next DROP (03 section 5.4.10). */
  static final int LENIENT_YES = 4;

  private static final int ICMP = 1;
  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final int ICMPV6 = 58;
  private static final int SCTP = 132;
  private static final int UDP_LITE = 136;
  private static final int COMPARE_CODE = 0x01;

  private final RandomGenerator random;
  private final PlainIpv6 ipv6 = new PlainIpv6();
  private final PlainCharacteristics characteristics = new PlainCharacteristics();

  PlainMatcher(RandomGenerator random) {
    this.random = random;
  }

  /**
   * Returns one of the five constants for entry {@code i}.
   *
   * @param superAccept whether this node observes the frame, by an earlier entry
   */
  int match(PlainTable table, int i, FrameHeader frame, PlainParties parties, boolean superAccept) {
    long first = table.first(i);
    return switch (table.type(i)) {
      case Rule.MATCH_SOURCE_ZEROTIER_ADDRESS -> yes(frame.source() == first);
      case Rule.MATCH_DEST_ZEROTIER_ADDRESS -> yes(frame.destination() == first);
      case Rule.MATCH_VLAN_ID, Rule.MATCH_VLAN_PCP, Rule.MATCH_VLAN_DEI -> yes(first == 0);
      case Rule.MATCH_MAC_SOURCE -> yes(frame.sourceMac() == first);
      case Rule.MATCH_MAC_DEST -> yes(frame.destinationMac() == first);
      case Rule.MATCH_IPV4_SOURCE -> ipv4(table, i, frame, 12);
      case Rule.MATCH_IPV4_DEST -> ipv4(table, i, frame, 16);
      case Rule.MATCH_IPV6_SOURCE -> ipv6(table, i, frame, 8);
      case Rule.MATCH_IPV6_DEST -> ipv6(table, i, frame, 24);
      case Rule.MATCH_IP_TOS -> tos(table, i, frame);
      case Rule.MATCH_IP_PROTOCOL -> protocol(first, frame);
      case Rule.MATCH_ETHERTYPE -> yes(frame.etherType() == first);
      case Rule.MATCH_ICMP -> icmp(table, i, frame);
      case Rule.MATCH_IP_SOURCE_PORT_RANGE -> port(table, i, frame, 0);
      case Rule.MATCH_IP_DEST_PORT_RANGE -> port(table, i, frame, 2);
      case Rule.MATCH_CHARACTERISTICS ->
          yes((characteristics.of(frame, parties, first) & first) != 0);
      case Rule.MATCH_FRAME_SIZE_RANGE ->
          yes(frame.length() >= first && frame.length() <= table.second(i));
      case Rule.MATCH_RANDOM -> yes((random.nextInt() & 0xffff_ffffL) <= first);
      case Rule.MATCH_TAGS_DIFFERENCE,
          Rule.MATCH_TAGS_BITWISE_AND,
          Rule.MATCH_TAGS_BITWISE_OR,
          Rule.MATCH_TAGS_BITWISE_XOR,
          Rule.MATCH_TAGS_EQUAL ->
          tags(table, i, frame, parties, superAccept);
      case Rule.MATCH_TAG_SENDER, Rule.MATCH_TAG_RECEIVER ->
          tag(table, i, frame, parties, superAccept);
      case Rule.INTEGER_RANGE -> integer(table, i, frame);
      default -> yes(parties.settings().unknownMatchesMatch());
    };
  }

  private static int yes(boolean matches) {
    return matches ? YES : NO;
  }

  private static int ipv4(PlainTable table, int i, FrameHeader frame, int at) {
    if (!frame.isIpv4()) {
      return CERTAIN_NO;
    }
    int bits = (int) table.second(i);
    return yes(bits == 0 || (frame.u32(at) ^ table.first(i)) >>> (32 - bits) == 0);
  }

  /** Host bits of the rule are not masked: a rule with host bits set never matches. */
  private static int ipv6(PlainTable table, int i, FrameHeader frame, int at) {
    if (!frame.isIpv6()) {
      return CERTAIN_NO;
    }
    int bits = (int) table.second(i);
    byte[] ip = table.ip(i);
    for (int k = 0; k < ip.length; k++) {
      int mask = 0xff00 >> Math.clamp(bits - 8 * k, 0, 8) & 0xff;
      if ((frame.u8(at + k) & mask) != (ip[k] & 0xff)) {
        return NO;
      }
    }
    return YES;
  }

  private static int tos(PlainTable table, int i, FrameHeader frame) {
    int tos;
    if (frame.isIpv4()) {
      tos = frame.u8(1);
    } else if (frame.isIpv6()) {
      tos = frame.u8(0) << 4 & 0xf0 | frame.u8(1) >> 4;
    } else {
      return CERTAIN_NO;
    }
    long masked = tos & table.first(i);
    return yes(masked >= table.second(i) && masked <= table.third(i));
  }

  private int protocol(long wanted, FrameHeader frame) {
    if (frame.isIpv4()) {
      return yes(frame.u8(9) == wanted);
    }
    if (!frame.isIpv6() || ipv6.walk(frame) < 0) {
      return CERTAIN_NO;
    }
    return yes(ipv6.protocol() == wanted);
  }

  private int icmp(PlainTable table, int i, FrameHeader frame) {
    int at;
    if (frame.isIpv4()) {
      at = frame.u8(9) == ICMP ? frame.ipv4HeaderBytes() : -1;
    } else if (frame.isIpv6()) {
      at = ipv6.walk(frame);
      at = at >= 0 && ipv6.protocol() == ICMPV6 ? at : -1;
    } else {
      return CERTAIN_NO;
    }
    if (at < 0 || frame.length() < at + 2 || frame.u8(at) != table.first(i)) {
      return CERTAIN_NO;
    }
    if ((table.third(i) & COMPARE_CODE) == 0) {
      return CERTAIN_YES;
    }
    return yes(frame.u8(at + 1) == table.second(i));
  }

  private int port(PlainTable table, int i, FrameHeader frame, int offset) {
    int port = -1;
    if (frame.isIpv4()) {
      int header = frame.ipv4HeaderBytes();
      if (hasPorts(frame.u8(9)) && frame.length() > header + 4) {
        port = frame.u16(header + offset);
      }
    } else if (frame.isIpv6()) {
      int at = ipv6.walk(frame);
      if (at < 0) {
        return CERTAIN_NO;
      }
      if (hasPorts(ipv6.protocol()) && frame.length() > at + 4) {
        port = frame.u16(at + offset);
        port = port == 0 ? -1 : port; // As in the reference: 0 is no port on IPv6.
      }
    } else {
      return CERTAIN_NO;
    }
    return yes(port >= 0 && port >= table.first(i) && port <= table.second(i));
  }

  private static boolean hasPorts(int protocol) {
    return protocol == TCP || protocol == UDP || protocol == SCTP || protocol == UDP_LITE;
  }

  private static int tags(
      PlainTable table, int i, FrameHeader frame, PlainParties parties, boolean superAccept) {
    long mine = parties.self().tag(table.first(i));
    if (mine == Party.NO_TAG) {
      return CERTAIN_NO;
    }
    long theirs = parties.remoteTag(table.first(i));
    if (theirs == Party.NO_TAG) {
      return frame.isInbound() && !superAccept ? CERTAIN_NO : LENIENT_YES;
    }
    long value = table.second(i);
    return yes(
        switch (table.type(i)) {
          case Rule.MATCH_TAGS_DIFFERENCE -> Math.abs(mine - theirs) <= value;
          case Rule.MATCH_TAGS_BITWISE_AND -> (mine & theirs) == value;
          case Rule.MATCH_TAGS_BITWISE_OR -> (mine | theirs) == value;
          case Rule.MATCH_TAGS_BITWISE_XOR -> (mine ^ theirs) == value;
          default -> mine == value && theirs == value;
        });
  }

  /** A tag that is unknown here may be known at the other end, which decides then. */
  private static int tag(
      PlainTable table, int i, FrameHeader frame, PlainParties parties, boolean superAccept) {
    if (superAccept) {
      return LENIENT_YES;
    }
    boolean ofSender = table.type(i) == Rule.MATCH_TAG_SENDER;
    long id = table.first(i);
    long tag = ofSender == frame.isInbound() ? parties.remoteTag(id) : parties.self().tag(id);
    if (tag == Party.NO_TAG) {
      return !ofSender && !frame.isInbound() ? LENIENT_YES : CERTAIN_NO;
    }
    return yes(tag == table.second(i));
  }

  private static int integer(PlainTable table, int i, FrameHeader frame) {
    int format = table.third(i) & 0xff;
    int index = table.third(i) >>> 8;
    int bits = (format & 63) + 1;
    int bytes = (bits + 7) / 8;
    long value = 0;
    if ((format & 0x80) == 0) {
      int at = index + 8 - bytes;
      if (at + bytes <= frame.length()) {
        for (int k = 0; k < bytes; k++) {
          value = value << 8 | frame.u8(at + k);
        }
      }
      value &= -1L >>> (64 - bits);
    } else if (index + bytes <= frame.length()) {
      for (int k = bytes - 1; k >= 0; k--) {
        value = value << 8 | frame.u8(index + k);
      }
      value >>>= 8 * bytes - bits;
    }
    return yes(
        Long.compareUnsigned(value, table.first(i)) >= 0
            && Long.compareUnsigned(value, table.first(i) + table.second(i)) <= 0);
  }
}
