// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules.analysis;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.ethernet.EtherTypes;
import net.backhaul.rules.MatchWords;
import net.backhaul.rules.RulesException;
import net.backhaul.rules.analysis.TestFlow.Field;
import org.jspecify.annotations.Nullable;

/** Flows in words: those of the matches, as far as one frame can have them. */
final class FlowWords {
  private static final int MAX_U8 = 0xff;
  private static final int MAX_U16 = 0xffff;
  private static final int MAX_VLAN = 0xfff;
  private static final List<String> FLAGS =
      List.of("fin", "syn", "rst", "psh", "ack", "urg", "ece", "cwr");
  private static final String WORDS =
      "ethertype, ipprotocol, sport, dport, flags, icmp, ipsrc, ipdest, iptos, vlan, framesize,"
          + " multicast or broadcast";

  private final WordReader in;
  private final Map<Field, Integer> fields = new EnumMap<>(Field.class);
  private @Nullable InetAddress source;
  private @Nullable InetAddress destination;

  private FlowWords(WordReader in) {
    this.in = in;
  }

  /** Reads the words up to the end. */
  static TestFlow read(WordReader in) throws RulesException {
    return new FlowWords(in).read();
  }

  private TestFlow read() throws RulesException {
    while (in.hasNext()) {
      String word = in.next();
      switch (word) {
        case "ethertype" -> put(Field.ETHERTYPE, named(word, MatchWords.ETHERTYPES, MAX_U16));
        case "ipprotocol" -> put(Field.IPPROTOCOL, named(word, MatchWords.IP_PROTOCOLS, MAX_U8));
        case "sport" -> put(Field.SPORT, in.number("a port", 0, MAX_U16));
        case "dport" -> put(Field.DPORT, in.number("a port", 0, MAX_U16));
        case "flags" -> put(Field.FLAGS, flags());
        case "icmp" -> {
          put(Field.ICMP_TYPE, in.number("an ICMP type", 0, MAX_U8));
          if (in.peek().matches("[0-9].*")) {
            put(Field.ICMP_CODE, in.number("an ICMP code", 0, MAX_U8));
          }
        }
        case "ipsrc" -> {
          reject(source != null, word);
          source = ip();
        }
        case "ipdest" -> {
          reject(destination != null, word);
          destination = ip();
        }
        case "iptos" -> put(Field.IPTOS, in.number("a type of service", 0, MAX_U8));
        case "vlan" -> put(Field.VLAN, in.number("a VLAN", 0, MAX_VLAN));
        case "framesize" ->
            put(Field.FRAMESIZE, in.number("a length", 0, FrameBuilder.MAX_FRAME_BYTES));
        case "multicast" -> put(Field.CAST, TestFlow.MULTICAST);
        case "broadcast" -> put(Field.CAST, TestFlow.BROADCAST);
        default -> throw in.wrongLast(WORDS, "");
      }
    }
    return complete();
  }

  private void put(Field field, int value) throws RulesException {
    reject(fields.put(field, value) != null, field.name().toLowerCase(Locale.ROOT));
  }

  private void reject(boolean isRepeated, String word) throws RulesException {
    if (isRepeated) {
      throw in.error("Second " + word + "; a frame has one.", "");
    }
  }

  private int named(String what, Map<String, Integer> names, int max) throws RulesException {
    String all = String.join(" ", new TreeMap<>(names).keySet());
    Integer known = names.get(in.peek());
    if (known != null) {
      in.next();
      return known;
    }
    if (in.hasNext() && !in.peek().matches("[0-9].*")) {
      in.next();
      throw in.wrongLast("an " + what, "It is a number, or one of: " + all + ".");
    }
    return in.number("an " + what, 0, max);
  }

  private int flags() throws RulesException {
    int flags = 0;
    for (String each : in.next("TCP flags").split(",", -1)) {
      int bit = FLAGS.indexOf(each);
      if (bit < 0) {
        throw in.wrongLast(
            "TCP flags", "They are separated by commas: " + String.join(" ", FLAGS) + ".");
      }
      flags |= 1 << bit;
    }
    return flags;
  }

  private InetAddress ip() throws RulesException {
    String word = in.next("an IP address");
    try {
      if (word.matches("[0-9a-fA-F:.]+")) {
        return Endpoints.parseIp(word);
      }
    } catch (IllegalArgumentException e) {
      // Reported below.
    }
    throw in.wrongLast(
        "an IP address", word.indexOf('/') >= 0 ? "A frame has one address, no prefix." : "");
  }

  /** Verifies that one frame can have all of these fields. */
  private TestFlow complete() throws RulesException {
    boolean v6 =
        source != null && source.getAddress().length > 4
            || destination != null && destination.getAddress().length > 4;
    boolean v4 =
        source != null && source.getAddress().length == 4
            || destination != null && destination.getAddress().length == 4;
    if (v4 && v6) {
      throw in.error("ipsrc and ipdest are of different versions of IP.", "");
    }
    int etherType = fields.getOrDefault(Field.ETHERTYPE, v6 ? EtherTypes.IPV6 : EtherTypes.IPV4);
    boolean isIp = etherType == EtherTypes.IPV4 || etherType == EtherTypes.IPV6;
    if (v6 && etherType != EtherTypes.IPV6 || v4 && etherType == EtherTypes.IPV6) {
      throw in.error("The EtherType is not that of the addresses.", "");
    }
    if (fields.containsKey(Field.ICMP_TYPE)) {
      fields.putIfAbsent(Field.IPPROTOCOL, TestFlow.ICMP);
    }
    Integer protocol = fields.get(Field.IPPROTOCOL);
    if (!isIp && (protocol != null || fields.containsKey(Field.IPTOS) || hasPort() || hasFlags())) {
      throw in.error("Only frames of IPv4 and IPv6 have a protocol, ports and flags.", "");
    }
    if (protocol != null && protocol == TestFlow.ICMP && etherType == EtherTypes.IPV6) {
      protocol = TestFlow.ICMPV6;
      fields.put(Field.IPPROTOCOL, protocol);
    }
    boolean statesV4 = v4 || fields.containsKey(Field.ETHERTYPE) && etherType == EtherTypes.IPV4;
    if (protocol != null && protocol == TestFlow.ICMPV6 && statesV4) {
      throw in.error("icmp6 is a protocol of IPv6.", "Use ipprotocol icmp.");
    }
    if (hasPort() && (protocol == null || !TestFlow.hasPorts(protocol))) {
      throw in.error(
          "sport and dport need a protocol that has ports.",
          "Add ipprotocol tcp, udp, sctp or udplite.");
    }
    if (hasFlags() && (protocol == null || protocol != TestFlow.TCP)) {
      throw in.error("flags need ipprotocol tcp.", "");
    }
    boolean isIcmp = protocol != null && (protocol == TestFlow.ICMP || protocol == TestFlow.ICMPV6);
    if (fields.containsKey(Field.ICMP_TYPE) && !isIcmp) {
      throw in.error("icmp needs ipprotocol icmp or icmp6.", "");
    }
    return new TestFlow(fields, source, destination);
  }

  private boolean hasPort() {
    return fields.containsKey(Field.SPORT) || fields.containsKey(Field.DPORT);
  }

  private boolean hasFlags() {
    return fields.containsKey(Field.FLAGS);
  }

  /** Writes a flow in these words. */
  static String text(TestFlow flow) {
    var words = new ArrayList<String>();
    add(words, "ethertype", flow.get(Field.ETHERTYPE, -1), MatchWords.ETHERTYPES);
    add(words, "ipprotocol", flow.get(Field.IPPROTOCOL, -1), MatchWords.IP_PROTOCOLS);
    if (flow.get(Field.SPORT, TestFlow.CLIENT_PORT) != TestFlow.CLIENT_PORT) {
      add(words, "sport", flow.get(Field.SPORT, -1), Map.of());
    }
    add(words, "dport", flow.get(Field.DPORT, -1), Map.of());
    if (flow.has(Field.FLAGS)) {
      words.add("flags " + flagsText(flow.get(Field.FLAGS, 0)));
    }
    add(words, "icmp", flow.get(Field.ICMP_TYPE, -1), Map.of());
    if (flow.has(Field.ICMP_CODE)) {
      words.add(Integer.toString(flow.get(Field.ICMP_CODE, 0)));
    }
    if (flow.source() != null) {
      words.add("ipsrc " + Endpoints.ipText(flow.source()));
    }
    if (flow.destination() != null) {
      words.add("ipdest " + Endpoints.ipText(flow.destination()));
    }
    add(words, "iptos", flow.get(Field.IPTOS, -1), Map.of());
    add(words, "vlan", flow.get(Field.VLAN, -1), Map.of());
    add(words, "framesize", flow.get(Field.FRAMESIZE, -1), Map.of());
    if (flow.has(Field.CAST)) {
      words.add(flow.get(Field.CAST, 0) == TestFlow.BROADCAST ? "broadcast" : "multicast");
    }
    return String.join(" ", words);
  }

  private static void add(
      List<String> words, String keyword, int value, Map<String, Integer> names) {
    if (value >= 0) {
      String name =
          new TreeMap<>(names)
              .entrySet().stream()
                  .filter(each -> each.getValue() == value)
                  .map(Map.Entry::getKey)
                  .findFirst()
                  .orElse(Integer.toString(value));
      words.add(keyword + " " + name);
    }
  }

  private static String flagsText(int flags) {
    var names = new ArrayList<String>();
    for (int bit = 0; bit < FLAGS.size(); bit++) {
      if ((flags >> bit & 1) != 0) {
        names.add(FLAGS.get(bit));
      }
    }
    return String.join(",", names);
  }
}
