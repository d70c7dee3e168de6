// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import net.backhaul.rules.Element.Token;
import org.jspecify.annotations.Nullable;

/** The words of matches (03 sections 5.4.8 and 5.9.7). */
public final class MatchWords {
  /** Numbers of EtherTypes by name. */
  public static final Map<String, Integer> ETHERTYPES =
      numbers(
          "ipv4 2048 arp 2054 wol 2114 rarp 32821 ipv6 34525 atalk 32923 aarp 33011"
              + " ipx_a 33079 ipx_b 33080");

  /** Numbers of IP protocols by name. */
  public static final Map<String, Integer> IP_PROTOCOLS =
      numbers(
          "icmp 1 icmp4 1 icmpv4 1 igmp 2 ipip 4 tcp 6 egp 8 igp 9 udp 17 rdp 27 esp 50 ah 51"
              + " icmp6 58 icmpv6 58 l2tp 115 sctp 132 udplite 136");

  static final Map<String, Integer> CHARACTERISTICS =
      numbers(
          "inbound 63 multicast 62 broadcast 61 ipauth 60 macauth 59 tcp_rs0 11 tcp_rs1 10"
              + " tcp_rs2 9 tcp_ns 8 tcp_cwr 7 tcp_ece 6 tcp_urg 5 tcp_ack 4 tcp_psh 3 tcp_rst 2"
              + " tcp_syn 1 tcp_fin 0");

  /** A match; its name is the keyword. */
  enum Kind {
    ZTSRC("MATCH_SOURCE_ZEROTIER_ADDRESS"),
    ZTDEST("MATCH_DEST_ZEROTIER_ADDRESS"),
    VLAN("MATCH_VLAN_ID"),
    VLANPCP("MATCH_VLAN_PCP"),
    VLANDEI("MATCH_VLAN_DEI"),
    ETHERTYPE("MATCH_ETHERTYPE"),
    MACSRC("MATCH_MAC_SOURCE"),
    MACDEST("MATCH_MAC_DEST"),
    /** Of both versions; the address decides. */
    IPSRC("MATCH_IP_SOURCE"),
    IPDEST("MATCH_IP_DEST"),
    IPTOS("MATCH_IP_TOS"),
    IPPROTOCOL("MATCH_IP_PROTOCOL"),
    ICMP("MATCH_ICMP"),
    SPORT("MATCH_IP_SOURCE_PORT_RANGE"),
    DPORT("MATCH_IP_DEST_PORT_RANGE"),
    CHR("MATCH_CHARACTERISTICS"),
    FRAMESIZE("MATCH_FRAME_SIZE_RANGE"),
    RANDOM("MATCH_RANDOM"),
    TAND("MATCH_TAGS_BITWISE_AND"),
    TOR("MATCH_TAGS_BITWISE_OR"),
    TXOR("MATCH_TAGS_BITWISE_XOR"),
    TDIFF("MATCH_TAGS_DIFFERENCE"),
    TEQ("MATCH_TAGS_EQUAL"),
    TSEQ("MATCH_TAG_SENDER"),
    TREQ("MATCH_TAG_RECEIVER");

    private final String type;

    Kind(String type) {
      this.type = type;
    }

    /** Returns the name in JSON. */
    String type() {
      return type;
    }
  }

  private static final Map<String, Kind> KINDS = kinds();

  private MatchWords() {}

  /** Returns the match of a keyword in lower case, or null. */
  static @Nullable Kind kind(String keyword) {
    return KINDS.get(keyword);
  }

  /** Returns what may be wrong about an unknown match. */
  static String hint(Token keyword) {
    if (Words.isReserved(keyword.text())) {
      return "It begins a statement: a semicolon is missing before it, or the statement before it"
          + " has no matches, which only the last one may (write \"accept and;\" for another).";
    }
    if (keyword.text().matches("[0-9].*")) {
      return "The match before it has all of its arguments.";
    }
    return keyword.text().endsWith(",") || keyword.text().contains(",")
        ? "Values of a match are separated by blanks."
        : "The matches are: " + String.join(" ", new TreeSet<>(KINDS.keySet())) + ".";
  }

  /** Returns the names that a source can use, separated by blanks. */
  static String list(Map<String, Integer> names) {
    var usable = new TreeSet<>(names.keySet());
    usable.removeIf(Words::isReserved);
    return String.join(" ", usable);
  }

  private static Map<String, Kind> kinds() {
    var kinds = new HashMap<String, Kind>();
    for (Kind each : Kind.values()) {
      kinds.put(each.name().toLowerCase(Locale.ROOT), each);
    }
    return Map.copyOf(kinds);
  }

  private static Map<String, Integer> numbers(String list) {
    String[] words = list.split(" ");
    var numbers = new HashMap<String, Integer>();
    for (int i = 0; i < words.length; i += 2) {
      numbers.put(words[i], Integer.valueOf(words[i + 1]));
    }
    return Map.copyOf(numbers);
  }
}
