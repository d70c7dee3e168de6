// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import net.backhaul.json.Json;
import org.jspecify.annotations.Nullable;

/** Writes matches and actions as words (03 sections 5.8 and 5.9.7). */
final class MatchWriter {
  private static final int CHARACTERISTICS_DIGITS = 16;
  private static final int MAX_DECIMALS = 12;
  private static final Set<String> ACTIONS =
      Set.of("drop", "accept", "break", "tee", "watch", "redirect");

  private static final Map<String, MatchWords.Kind> KINDS = kinds();
  private static final Map<Integer, String> ETHERTYPES = inverse(MatchWords.ETHERTYPES);
  private static final Map<Integer, String> IP_PROTOCOLS = inverse(MatchWords.IP_PROTOCOLS);
  private static final Map<Integer, String> BITS = inverse(MatchWords.CHARACTERISTICS);

  private final Map<Long, TagNames> tags;

  /** A tag that the source defines. */
  record TagNames(
      String name, Map<String, @Nullable Object> enums, Map<String, @Nullable Object> flags) {}

  MatchWriter(Map<Long, TagNames> tags) {
    this.tags = tags;
  }

  String action(String type, int index) {
    String word = type.substring("ACTION_".length()).toLowerCase(Locale.ROOT);
    if (!ACTIONS.contains(word)) {
      throw new IllegalArgumentException(
          "rule %d: the language has no word for %s".formatted(index + 1, type));
    }
    return word;
  }

  String actionArguments(Map<String, @Nullable Object> rule, int index) {
    return switch (text(rule, "type")) {
      case "ACTION_TEE", "ACTION_WATCH" ->
          " " + number(rule, "length") + " " + text(rule, "address");
      case "ACTION_REDIRECT" -> " " + text(rule, "address");
      default -> "";
    };
  }

  /** Returns the words of a match. */
  String write(Map<String, @Nullable Object> rule, int index) {
    String type = text(rule, "type");
    MatchWords.Kind kind = KINDS.get(type);
    if (kind == null) {
      throw new IllegalArgumentException(
          "rule %d: the language has no word for %s"
              .formatted(index + 1, type.isEmpty() ? "a rule without a type" : type));
    }
    String or = Boolean.TRUE.equals(rule.get("or")) ? "or " : "";
    String not = Boolean.TRUE.equals(rule.get("not")) ? "not " : "";
    return or + not + kind.name().toLowerCase(Locale.ROOT) + " " + arguments(kind, rule, index);
  }

  private String arguments(MatchWords.Kind kind, Map<String, @Nullable Object> rule, int index) {
    return switch (kind) {
      case ZTSRC, ZTDEST -> text(rule, "zt");
      case VLAN -> Long.toString(number(rule, "vlanId"));
      case VLANPCP -> Long.toString(number(rule, "vlanPcp"));
      case VLANDEI -> Long.toString(number(rule, "vlanDei"));
      case ETHERTYPE -> named(number(rule, "etherType"), ETHERTYPES);
      case IPPROTOCOL -> named(number(rule, "ipProtocol"), IP_PROTOCOLS);
      case MACSRC, MACDEST -> text(rule, "mac");
      case IPSRC, IPDEST -> text(rule, "ip");
      case IPTOS -> number(rule, "mask") + " " + range(rule);
      case ICMP -> {
        boolean anyCode = rule.get("icmpCode") == null;
        yield number(rule, "icmpType") + " " + (anyCode ? -1 : number(rule, "icmpCode"));
      }
      case SPORT, DPORT, FRAMESIZE -> range(rule);
      case CHR -> characteristics(text(rule, "mask"), index);
      case RANDOM -> fraction(number(rule, "probability"));
      default -> tagAndValue(rule);
    };
  }

  private static String range(Map<String, @Nullable Object> rule) {
    long start = number(rule, "start");
    long end = number(rule, "end");
    return start == end ? Long.toString(start) : start + "-" + end;
  }

  private static String named(long number, Map<Integer, String> names) {
    String name = number <= Integer.MAX_VALUE ? names.get((int) number) : null;
    return name == null ? Long.toString(number) : name;
  }

  /** A half with its top bit and another one cannot be written (03 section 5.9.7). */
  private static String characteristics(String mask, int index) {
    if (!mask.matches("[0-9a-fA-F]{" + CHARACTERISTICS_DIGITS + "}")) {
      throw new IllegalArgumentException(
          "rule %d: mask: expected %d hex digits, found \"%s\""
              .formatted(index + 1, CHARACTERISTICS_DIGITS, mask));
    }
    long bits = Long.parseUnsignedLong(mask, 16);
    var list = new ArrayList<String>();
    for (int bit = Long.SIZE - 1; bit >= 0; bit--) {
      if ((bits >>> bit & 1) != 0) {
        list.add(BITS.getOrDefault(bit, Integer.toString(bit)));
      }
    }
    if (list.isEmpty() || isMixed((int) (bits >>> Integer.SIZE)) || isMixed((int) bits)) {
      throw new IllegalArgumentException(
          "rule %d: the language cannot express the characteristics %s".formatted(index + 1, mask));
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

  private String tagAndValue(Map<String, @Nullable Object> rule) {
    long id = number(rule, "id");
    long value = number(rule, "value");
    TagNames tag = tags.get(id);
    if (tag == null) {
      return id + " " + value;
    }
    String name = nameOf(tag.flags(), value);
    if (name.isEmpty()) {
      name = nameOf(tag.enums(), value);
    }
    boolean usable =
        !name.isEmpty()
            && !Words.isReserved(name)
            && (!tag.flags().containsKey(name) || nameOf(tag.flags(), value).equals(name));
    return tag.name() + " " + (usable ? name : Long.toString(value));
  }

  private static String nameOf(Map<String, @Nullable Object> names, long value) {
    for (Map.Entry<String, @Nullable Object> each : names.entrySet()) {
      if (each.getValue() instanceof Number number && number.longValue() == value) {
        return each.getKey();
      }
    }
    return "";
  }

  /** Returns a field that is one word, empty where there is no text. */
  static String text(Map<String, @Nullable Object> rule, String key) {
    return rule.get(key) instanceof String text ? word(text, key) : "";
  }

  /** Returns a text that cannot end a statement or begin another. */
  static String word(String text, String what) {
    if (!text.matches("[^\\s;#$]*")) {
      throw new IllegalArgumentException(
          "%s: expected one word, found %s".formatted(what, Json.write(text)));
    }
    return text;
  }

  static long number(Map<String, @Nullable Object> rule, String key) {
    if (rule.get(key) instanceof Number number) {
      return number.longValue();
    }
    throw new IllegalArgumentException(
        "%s: expected a number as %s, found %s"
            .formatted(rule.getOrDefault("type", "definition"), key, Json.write(rule.get(key))));
  }

  private static Map<String, MatchWords.Kind> kinds() {
    var kinds = new HashMap<String, MatchWords.Kind>();
    for (MatchWords.Kind each : MatchWords.Kind.values()) {
      kinds.put(each.type(), each);
    }
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
