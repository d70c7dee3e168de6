// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation.rules;

import java.util.List;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.network.Rule;
import net.backhaul.protocol.packet.WireReader;

/** Rules as arrays, so that evaluating a frame allocates nothing (03 section 5.2). */
public final class PlainTable {
  private static final long U32 = 0xffff_ffffL;
  private static final byte[] NO_IP = {};
  private static final int NOT = 0x100;
  private static final int OR = 0x200;
  private static final int TYPE = 0xff;

  /** Types with the flags NOT and OR, in one array so that each entry is one load. */
  private final int[] entries;

  private final long[] first;
  private final long[] second;
  private final int[] third;
  private final byte[][] ips;

  /** Decodes the rules of a network or of a capability. */
  public PlainTable(List<Rule> rules) {
    int count = rules.size();
    entries = new int[count];
    first = new long[count];
    second = new long[count];
    third = new int[count];
    ips = new byte[count][];
    for (int i = 0; i < count; i++) {
      take(i, rules.get(i));
    }
  }

  private void take(int i, Rule rule) {
    entries[i] = rule.type() | (rule.not() ? NOT : 0) | (rule.or() ? OR : 0);
    ips[i] = NO_IP;
    WireReader in = rule.fields();
    switch (rule.type()) {
      case Rule.ACTION_TEE, Rule.ACTION_WATCH, Rule.ACTION_REDIRECT -> {
        first[i] = in.u64() & Addresses.MASK;
        in.skip(4);
        second[i] = in.u16();
      }
      case Rule.MATCH_SOURCE_ZEROTIER_ADDRESS, Rule.MATCH_DEST_ZEROTIER_ADDRESS ->
          first[i] = in.address();
      case Rule.MATCH_VLAN_ID, Rule.MATCH_ETHERTYPE -> first[i] = in.u16();
      case Rule.MATCH_VLAN_PCP, Rule.MATCH_VLAN_DEI, Rule.MATCH_IP_PROTOCOL -> first[i] = in.u8();
      case Rule.MATCH_MAC_SOURCE, Rule.MATCH_MAC_DEST -> first[i] = in.mac();
      case Rule.MATCH_IPV4_SOURCE, Rule.MATCH_IPV4_DEST -> {
        first[i] = in.u32();
        second[i] = Math.min(in.u8(), 32);
      }
      case Rule.MATCH_IPV6_SOURCE, Rule.MATCH_IPV6_DEST -> {
        ips[i] = in.bytes(16);
        second[i] = Math.min(in.u8(), 128);
      }
      case Rule.MATCH_IP_TOS, Rule.MATCH_ICMP -> {
        first[i] = in.u8();
        second[i] = in.u8();
        third[i] = in.u8();
      }
      case Rule.MATCH_IP_SOURCE_PORT_RANGE,
          Rule.MATCH_IP_DEST_PORT_RANGE,
          Rule.MATCH_FRAME_SIZE_RANGE -> {
        first[i] = in.u16();
        second[i] = in.u16();
      }
      case Rule.MATCH_CHARACTERISTICS -> first[i] = in.u64();
      case Rule.MATCH_RANDOM -> first[i] = in.u32();
      case Rule.MATCH_TAGS_DIFFERENCE,
          Rule.MATCH_TAGS_BITWISE_AND,
          Rule.MATCH_TAGS_BITWISE_OR,
          Rule.MATCH_TAGS_BITWISE_XOR,
          Rule.MATCH_TAGS_EQUAL,
          Rule.MATCH_TAG_SENDER,
          Rule.MATCH_TAG_RECEIVER -> {
        first[i] = in.u32();
        second[i] = in.u32();
      }
      case Rule.INTEGER_RANGE -> {
        first[i] = in.u64();
        second[i] = in.u64() - first[i] & U32;
        third[i] = in.u16() << 8 | in.u8();
      }
      default -> {}
    }
  }

  int size() {
    return entries.length;
  }

  int type(int i) {
    return entries[i] & TYPE;
  }

  boolean isAction(int i) {
    return type(i) <= Rule.LAST_ACTION;
  }

  boolean not(int i) {
    return (entries[i] & NOT) != 0;
  }

  boolean or(int i) {
    return (entries[i] & OR) != 0;
  }

  /** Returns the first value of a field: an address, a MAC, a mask, the id of a tag, a start. */
  long first(int i) {
    return first[i];
  }

  /** Returns the second value: bits of a prefix, the value of a tag, an end, a length, a span. */
  long second(int i) {
    return second[i];
  }

  /** Returns the third value: the end of a TOS range, ICMP flags, index and format of integers. */
  int third(int i) {
    return third[i];
  }

  /** Returns the 16 bytes of an IPv6 address, borrowed. */
  byte[] ip(int i) {
    return ips[i];
  }
}
