// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Writes matches and actions as words (03 sections 5.8 and 5.9.7). */
final class MatchWriter {
  private static final int CHARACTERISTICS_DIGITS = 16;
  private static final int MAX_DECIMALS = 12;
  private static final String ACTION = "ACTION_";
  private static final int ADDRESS_CHARS = 10;
  private static final int MAX_U8 = 0xff;
  private static final int MAX_U16 = 0xffff;
  private static final Set<String> ACTIONS =
      Set.of("DROP", "ACCEPT", "BREAK", "TEE", "WATCH", "REDIRECT");

  private static final Map<String, MatchWords.Kind> KINDS = kinds();
  private static final Map<Integer, String> ETHERTYPES = inverse(MatchWords.ETHERTYPES);
  private static final Map<Integer, String> IP_PROTOCOLS = inverse(MatchWords.IP_PROTOCOLS);
  private static final Map<Integer, String> BITS = inverse(MatchWords.CHARACTERISTICS);

  private final Map<Long, TagWords> tags;

  MatchWriter(Map<Long, TagWords> tags) {
    this.tags = tags;
  }

  static boolean isAction(JsonFields rule) {
    return rule.text("type").startsWith(ACTION);
  }

  /** Returns the word of an action and its arguments. */
  String action(JsonFields rule) {
    String type = rule.text("type").substring(ACTION.length());
    if (!ACTIONS.contains(type)) {
      throw noWord(rule);
    }
    String word = type.toLowerCase(Locale.ROOT);
    return switch (type) {
      case "TEE", "WATCH" -> word + " " + rule.number("length", -1, MAX_U16) + " " + target(rule);
      case "REDIRECT" -> word + " " + target(rule);
      default -> word;
    };
  }

  private static IllegalArgumentException noWord(JsonFields rule) {
    return new IllegalArgumentException(
        rule.where()
            + ": the language has no word for "
            + (rule.isNull("type")
                ? "a rule without a type"
                : JsonFields.shown(rule.text("type")).replace("\"", "")));
  }

  /** Returns a target, which may be any word of ten characters (03 section 5.9.6). */
  private static String target(JsonFields rule) {
    if (!rule.isNull("flags")) {
      rule.number("flags", 0, 0);
    }
    return rule.text(
        "address",
        "(?!#)[^\\s\\p{Cntrl}\\u0080-\\u009f]{" + ADDRESS_CHARS + "}(?<!;)",
        "a word of " + ADDRESS_CHARS + " characters");
  }

  /** Returns the words of a match. */
  String match(JsonFields rule) {
    MatchWords.Kind kind = KINDS.get(rule.text("type"));
    if (kind == null) {
      throw noWord(rule);
    }
    String or = rule.flag("or") ? "or " : "";
    String not = rule.flag("not") ? "not " : "";
    return or + not + kind.name().toLowerCase(Locale.ROOT) + " " + arguments(kind, rule);
  }

  private String arguments(MatchWords.Kind kind, JsonFields rule) {
    return switch (kind) {
      case ZTSRC, ZTDEST -> rule.text("zt", "[0-9a-fA-F]{10}", "10 hex digits");
      case VLAN -> Long.toString(u32(rule, "vlanId"));
      case VLANPCP -> Long.toString(u32(rule, "vlanPcp"));
      case VLANDEI -> Long.toString(u32(rule, "vlanDei"));
      case ETHERTYPE -> named(u32(rule, "etherType"), ETHERTYPES);
      case IPPROTOCOL -> named(u32(rule, "ipProtocol"), IP_PROTOCOLS);
      case MACSRC, MACDEST ->
          rule.text("mac", "([0-9a-fA-F]{2}[:-]?){5}[0-9a-fA-F]{2}", "12 hex digits");
      case IPSRC, IPDEST -> ip(rule);
      case IPTOS -> rule.number("mask", 0, MAX_U8) + " " + range(rule, MAX_U8);
      case ICMP -> {
        long code = rule.isNull("icmpCode") ? -1 : rule.number("icmpCode", 0, MAX_U8);
        yield rule.number("icmpType", 0, MAX_U8) + " " + code;
      }
      case SPORT, DPORT, FRAMESIZE -> range(rule, MAX_U16);
      case CHR -> characteristics(rule);
      case RANDOM -> fraction(u32(rule, "probability"));
      default -> tagAndValue(rule);
    };
  }

  private static long u32(JsonFields rule, String key) {
    return rule.number(key, 0, Words.MAX_U32);
  }

  private static String ip(JsonFields rule) {
    String ip = rule.text("ip");
    int allBits = rule.text("type").contains("IPV6") ? IpText.V6_BITS : IpText.V4_BITS;
    if (!IpText.isPrefix(ip, allBits)) {
      throw rule.unexpected(
          "an address of " + allBits + " bits with /0 to /" + allBits + " after it", "ip");
    }
    return ip;
  }

  private static String range(JsonFields rule, long max) {
    long start = rule.number("start", 0, max);
    long end = rule.number("end", start, max);
    return start == end ? Long.toString(start) : start + "-" + end;
  }

  private static String named(long number, Map<Integer, String> names) {
    String name = number <= Integer.MAX_VALUE ? names.get((int) number) : null;
    return name == null ? Long.toString(number) : name;
  }

  /** A half with its top bit and another one cannot be written (03 section 5.9.7). */
  private static String characteristics(JsonFields rule) {
    String mask =
        rule.text(
            "mask",
            "[0-9a-fA-F]{" + CHARACTERISTICS_DIGITS + "}",
            CHARACTERISTICS_DIGITS + " hex digits");
    long bits = Long.parseUnsignedLong(mask, 16);
    var list = new ArrayList<String>();
    for (int bit = Long.SIZE - 1; bit >= 0; bit--) {
      if ((bits >>> bit & 1) != 0) {
        list.add(BITS.getOrDefault(bit, Integer.toString(bit)));
      }
    }
    if (list.isEmpty() || isMixed((int) (bits >>> Integer.SIZE)) || isMixed((int) bits)) {
      throw new IllegalArgumentException(
          rule.where() + ": the language cannot express the characteristics " + mask);
    }
    return String.join(",", list);
  }

  private static boolean isMixed(int half) {
    return half < 0 && half != Integer.MIN_VALUE;
  }

  /** Returns the shortest fraction that stands for a probability. */
  private static String fraction(long probability) {
    double exact = (probability + 0.5) / Words.MAX_U32;
    for (int decimals = 0; decimals <= MAX_DECIMALS; decimals++) {
      for (double candidate : new double[] {probability / (double) Words.MAX_U32, exact}) {
        String text = String.format(Locale.ROOT, "%." + decimals + "f", candidate);
        if ((long) Math.floor(Words.MAX_U32 * Double.parseDouble(text)) == probability) {
          return text;
        }
      }
    }
    return Double.toString(exact);
  }

  private String tagAndValue(JsonFields rule) {
    long id = u32(rule, "id");
    long value = u32(rule, "value");
    TagWords tag = tags.get(id);
    return tag == null ? id + " " + value : tag.name() + " " + tag.word(value);
  }

  private static Map<String, MatchWords.Kind> kinds() {
    var kinds = new HashMap<String, MatchWords.Kind>();
    for (MatchWords.Kind each : MatchWords.Kind.values()) {
      kinds.put(each.type(), each);
    }
    kinds.remove(MatchWords.Kind.IPSRC.type());
    kinds.remove(MatchWords.Kind.IPDEST.type());
    kinds.put("MATCH_IPV4_SOURCE", MatchWords.Kind.IPSRC);
    kinds.put("MATCH_IPV6_SOURCE", MatchWords.Kind.IPSRC);
    kinds.put("MATCH_IPV4_DEST", MatchWords.Kind.IPDEST);
    kinds.put("MATCH_IPV6_DEST", MatchWords.Kind.IPDEST);
    return Map.copyOf(kinds);
  }

  /** Names by number; reserved words cannot be arguments. */
  private static Map<Integer, String> inverse(Map<String, Integer> numbers) {
    var names = new HashMap<Integer, String>();
    new TreeMap<>(numbers)
        .forEach(
            (name, number) -> {
              if (!Words.isReserved(name)) {
                names.putIfAbsent(number, name);
              }
            });
    return Map.copyOf(names);
  }
}
