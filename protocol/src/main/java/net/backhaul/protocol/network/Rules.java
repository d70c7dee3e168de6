// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.network;

import java.util.ArrayList;
import java.util.List;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;

/** Reads and writes rule tables (03 section 5.2). */
public final class Rules {
  /** The maximum number of rules of a network. */
  public static final int MAX_BASE_RULES = 1_024;

  private static final int NOT = 0x80;
  private static final int OR = 0x40;
  private static final int TYPE = 0x3f;
  private static final int UNKNOWN = -1;

  private Rules() {}

  /** Reads rules up to a maximum number; further ones are ignored. */
  public static List<Rule> read(byte[] bytes, int max) {
    var in = new WireReader(bytes, 0, bytes.length);
    var rules = new ArrayList<Rule>();
    while (rules.size() < max && in.remaining() > 0) {
      rules.add(readOne(in, true));
    }
    return rules;
  }

  static List<Rule> readExactly(WireReader in, int count) {
    var rules = new ArrayList<Rule>(count);
    for (int i = 0; i < count; i++) {
      rules.add(readOne(in, false));
    }
    return rules;
  }

  /** Fields of known types have a fixed layout; the length byte only locates the next rule. */
  private static Rule readOne(WireReader in, boolean lastMayBeShort) {
    int flags = in.u8();
    int stated = in.u8();
    int type = flags & TYPE;
    int known = fieldBytes(type);
    Bytes field = Bytes.EMPTY;
    if (known > 0) {
      int skipped = in.position();
      byte[] ahead = new byte[known];
      if (in.remaining() < known) {
        throw new WireException("rule ends early");
      }
      System.arraycopy(in.array(), skipped, ahead, 0, known);
      field = Bytes.of(normal(type, ahead));
    }
    in.skip(lastMayBeShort ? Math.min(stated, in.remaining()) : stated);
    return new Rule(type, (flags & NOT) != 0, (flags & OR) != 0, field);
  }

  /** Writes rules. */
  public static void write(WireWriter out, List<Rule> rules) {
    for (Rule rule : rules) {
      out.u8(rule.type() | (rule.not() ? NOT : 0) | (rule.or() ? OR : 0));
      out.u8(rule.field().length());
      rule.field().writeTo(out);
    }
  }

  /** Returns the length of a type's field, or -1 for an unknown type. */
  static int fieldBytes(int type) {
    return switch (type) {
      case Rule.ACTION_DROP, Rule.ACTION_ACCEPT, Rule.ACTION_BREAK, Rule.ACTION_PRIORITY -> 0;
      case Rule.ACTION_TEE, Rule.ACTION_WATCH, Rule.ACTION_REDIRECT -> 14;
      case Rule.MATCH_SOURCE_ZEROTIER_ADDRESS,
          Rule.MATCH_DEST_ZEROTIER_ADDRESS,
          Rule.MATCH_IPV4_SOURCE,
          Rule.MATCH_IPV4_DEST ->
          5;
      case Rule.MATCH_VLAN_ID, Rule.MATCH_ETHERTYPE -> 2;
      case Rule.MATCH_VLAN_PCP, Rule.MATCH_VLAN_DEI, Rule.MATCH_IP_PROTOCOL -> 1;
      case Rule.MATCH_MAC_SOURCE, Rule.MATCH_MAC_DEST -> 6;
      case Rule.MATCH_IPV6_SOURCE, Rule.MATCH_IPV6_DEST -> 17;
      case Rule.MATCH_IP_TOS, Rule.MATCH_ICMP -> 3;
      case Rule.MATCH_IP_SOURCE_PORT_RANGE,
          Rule.MATCH_IP_DEST_PORT_RANGE,
          Rule.MATCH_FRAME_SIZE_RANGE,
          Rule.MATCH_RANDOM ->
          4;
      case Rule.MATCH_CHARACTERISTICS,
          Rule.MATCH_TAGS_DIFFERENCE,
          Rule.MATCH_TAGS_BITWISE_AND,
          Rule.MATCH_TAGS_BITWISE_OR,
          Rule.MATCH_TAGS_BITWISE_XOR,
          Rule.MATCH_TAGS_EQUAL,
          Rule.MATCH_TAG_SENDER,
          Rule.MATCH_TAG_RECEIVER ->
          8;
      case Rule.INTEGER_RANGE -> 19;
      default -> UNKNOWN;
    };
  }

  /** Reduces the span of an integer range to 32 bits, as the reference does. */
  private static byte[] normal(int type, byte[] field) {
    if (type != Rule.INTEGER_RANGE) {
      return field;
    }
    var in = new WireReader(field, 0, field.length);
    long first = in.u64();
    long span = in.u64() - first & 0xffffffffL;
    return new WireWriter().u64(first).u64(first + span).u16(in.u16()).u8(in.u8()).toByteArray();
  }
}
