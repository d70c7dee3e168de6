// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.network;

import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireReader;

/**
 * An entry of a rule table: an action or a match (03 section 5.1).
 *
 * @param type the low six bits on the wire; the constants are the known types
 * @param not whether the match is negated
 * @param or whether the match is combined with the result so far by OR
 * @param field the arguments in the fixed layout of the type; empty for unknown types
 */
public record Rule(int type, boolean not, boolean or, Bytes field) {
  public static final int ACTION_DROP = 0;
  public static final int ACTION_ACCEPT = 1;
  public static final int ACTION_TEE = 2;
  public static final int ACTION_WATCH = 3;
  public static final int ACTION_REDIRECT = 4;
  public static final int ACTION_BREAK = 5;
  public static final int ACTION_PRIORITY = 6;
  public static final int LAST_ACTION = 15;
  public static final int MATCH_SOURCE_ZEROTIER_ADDRESS = 24;
  public static final int MATCH_DEST_ZEROTIER_ADDRESS = 25;
  public static final int MATCH_VLAN_ID = 26;
  public static final int MATCH_VLAN_PCP = 27;
  public static final int MATCH_VLAN_DEI = 28;
  public static final int MATCH_MAC_SOURCE = 29;
  public static final int MATCH_MAC_DEST = 30;
  public static final int MATCH_IPV4_SOURCE = 31;
  public static final int MATCH_IPV4_DEST = 32;
  public static final int MATCH_IPV6_SOURCE = 33;
  public static final int MATCH_IPV6_DEST = 34;
  public static final int MATCH_IP_TOS = 35;
  public static final int MATCH_IP_PROTOCOL = 36;
  public static final int MATCH_ETHERTYPE = 37;
  public static final int MATCH_ICMP = 38;
  public static final int MATCH_IP_SOURCE_PORT_RANGE = 39;
  public static final int MATCH_IP_DEST_PORT_RANGE = 40;
  public static final int MATCH_CHARACTERISTICS = 41;
  public static final int MATCH_FRAME_SIZE_RANGE = 42;
  public static final int MATCH_RANDOM = 43;
  public static final int MATCH_TAGS_DIFFERENCE = 44;
  public static final int MATCH_TAGS_BITWISE_AND = 45;
  public static final int MATCH_TAGS_BITWISE_OR = 46;
  public static final int MATCH_TAGS_BITWISE_XOR = 47;
  public static final int MATCH_TAGS_EQUAL = 48;
  public static final int MATCH_TAG_SENDER = 49;
  public static final int MATCH_TAG_RECEIVER = 50;
  public static final int INTEGER_RANGE = 51;

  /** Creates an action without arguments, such as ACCEPT. */
  public static Rule action(int type) {
    return new Rule(type, false, false, Bytes.EMPTY);
  }

  /** Creates a match that is neither negated nor combined by OR. */
  public static Rule match(int type, Bytes field) {
    return new Rule(type, false, false, field);
  }

  /** Returns whether this is an action. */
  public boolean isAction() {
    return type <= LAST_ACTION;
  }

  /** Returns a cursor over the field. */
  public WireReader fields() {
    return new WireReader(field.toByteArray(), 0, field.length());
  }
}
