// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.backhaul.json.Json;
import net.backhaul.rules.Element.Block;
import net.backhaul.rules.Element.Token;
import org.jspecify.annotations.Nullable;

/** Compiles the matches in the block of an action (03 section 5.9.7). */
final class MatchCompiler {
  private static final int ADDRESS_DIGITS = 10;
  private static final int MAC_DIGITS = 12;
  private static final int MAX_U8 = 0xff;
  private static final int MAX_U16 = 0xffff;

  private final Map<String, NamedTag> tags;
  private final Map<String, String> values;
  private final List<Element> words;
  private final List<CompiledRule> matches = new ArrayList<>();
  private int at;

  /**
   * Prepares to compile matches.
   *
   * @param values of the parameters of the macro that includes them, by their names
   */
  MatchCompiler(Map<String, NamedTag> tags, Map<String, String> values, List<Element> words) {
    this.tags = tags;
    this.values = values;
    this.words = words;
  }

  List<CompiledRule> compile() throws RulesException {
    boolean not = false;
    boolean or = false;
    while (at < words.size()) {
      Token keyword = token(words.get(at++));
      switch (keyword.lowerCase()) {
        case "and" -> {}
        case "not" -> not = true;
        case "or" -> or = true;
        default -> {
          Map<String, @Nullable Object> json = Json.object();
          json.put("not", not);
          json.put("or", or);
          compile(keyword, json);
          matches.add(new CompiledRule(json, keyword.offset()));
          not = false;
          or = false;
        }
      }
    }
    return matches;
  }

  private void compile(Token keyword, Map<String, @Nullable Object> json) throws RulesException {
    MatchWords.Kind kind = MatchWords.kind(keyword.lowerCase());
    if (kind == null) {
      throw new RulesException(
          keyword,
          "Unrecognized match type \"%s\".".formatted(keyword.text()),
          MatchWords.hint(keyword));
    }
    Token first = argument(keyword);
    String text = value(first);
    json.put("type", kind.type());
    switch (kind) {
      case ZTSRC, ZTDEST -> json.put("zt", address(first, text));
      case VLAN -> json.put("vlanId", number(first, text, Map.of()));
      case VLANPCP -> json.put("vlanPcp", number(first, text, Map.of()));
      case VLANDEI -> json.put("vlanDei", number(first, text, Map.of()));
      case ETHERTYPE -> json.put("etherType", number(first, text, MatchWords.ETHERTYPES));
      case IPPROTOCOL -> json.put("ipProtocol", number(first, text, MatchWords.IP_PROTOCOLS));
      case MACSRC, MACDEST -> json.put("mac", mac(first, text));
      case IPSRC, IPDEST -> putIp(kind, json, first, text);
      case IPTOS -> {
        long mask = Words.number(text);
        require(
            mask >= 0 && mask <= MAX_U8, first, "Invalid mask.", "It is a number from 0 to 255.");
        json.put("mask", mask);
        Token second = argument(first);
        putRange(json, second, value(second), MAX_U8);
      }
      case ICMP -> {
        long type = Words.number(text);
        require(type >= 0 && type <= MAX_U8, first, "Missing or invalid ICMP type.");
        Token second = argument(first);
        long code = Words.number(value(second));
        require(code <= MAX_U8, second, "Missing or invalid ICMP code (use -1 for none).");
        json.put("icmpType", type);
        json.put("icmpCode", code < 0 ? null : code);
      }
      case SPORT, DPORT, FRAMESIZE -> putRange(json, first, text, MAX_U16);
      case CHR -> json.put("mask", characteristics(first, text));
      case RANDOM -> json.put("probability", probability(text));
      default -> putTag(json, first, text);
    }
  }

  /** Returns the next word, which is an argument of the match. */
  private Token argument(Token before) throws RulesException {
    require(at < words.size(), before, "Missing argument(s) to match.");
    Token argument = token(words.get(at++));
    require(
        !Words.isReserved(argument.text()),
        before,
        "Missing argument(s) to match (invalid argument or argument is reserved word).",
        argument.lowerCase().equals("icmp")
            ? "The protocol is icmp4 or icmp6."
            : "\"%s\" has a meaning of its own.".formatted(argument.text()));
    return argument;
  }

  private String value(Token argument) throws RulesException {
    if (!argument.text().startsWith("$")) {
      return argument.text();
    }
    String value = values.get(argument.text());
    if (value == null) {
      throw new RulesException(
          argument, "Undefined variable name.", known("parameters", values.keySet()));
    }
    return value;
  }

  private static String address(Token at, String text) throws RulesException {
    String digits = hexDigits(text);
    require(digits.length() == ADDRESS_DIGITS, at, "Invalid ZeroTier address (10 hex digits).");
    return digits;
  }

  private static String mac(Token at, String text) throws RulesException {
    String digits = hexDigits(text);
    require(
        digits.length() >= MAC_DIGITS, at, "Invalid MAC address.", "It has 12 hexadecimal digits.");
    return HexFormat.ofDelimiter(":")
        .formatHex(HexFormat.of().parseHex(digits.substring(0, MAC_DIGITS)));
  }

  private static String hexDigits(String text) {
    var digits = new StringBuilder();
    text.codePoints()
        .filter(c -> c < 128 && HexFormat.isHexDigit(c))
        .forEach(c -> digits.append(Character.toLowerCase((char) c)));
    return digits.toString();
  }

  private static long number(Token at, String text, Map<String, Integer> names)
      throws RulesException {
    Integer named = names.get(text);
    long number = named == null ? Words.number(text) : named;
    require(
        number >= 0 && number <= Words.MAX_U32,
        at,
        "Invalid numeric value.",
        names.isEmpty()
            ? "It is a number from 0 to " + Words.MAX_U32 + "."
            : "It is a number, or one of: " + MatchWords.list(names) + ".");
    return number;
  }

  private static void putIp(
      MatchWords.Kind kind, Map<String, @Nullable Object> json, Token at, String text)
      throws RulesException {
    int slash = text.indexOf('/');
    require(
        slash > 0,
        at,
        "Missing /bits netmask length designation in IP.",
        "One address is /32 in IPv4 and /128 in IPv6.");
    int allBits = IpText.bits(text.substring(0, slash));
    require(allBits > 0, at, "Invalid IP address (not valid IPv4 or IPv6).");
    require(
        IpText.isPrefixLength(text.substring(slash + 1), allBits),
        at,
        "Invalid netmask length (range 0-" + allBits + ").");
    json.put("type", kind.type().replace("IP_", allBits == IpText.V4_BITS ? "IPV4_" : "IPV6_"));
    json.put("ip", text);
  }

  private static void putRange(Map<String, @Nullable Object> json, Token at, String text, long max)
      throws RulesException {
    String[] ends = text.split("-", -1);
    long start = Words.number(ends[0]);
    long end = ends.length > 1 ? Words.number(ends[1]) : start;
    require(
        ends.length <= 2 && start >= 0 && start <= end && end <= max,
        at,
        "Invalid numeric range.",
        "It is a number from 0 to %d, or two with a hyphen, the smaller one first.".formatted(max));
    json.put("start", start);
    json.put("end", end);
  }

  /** Each half whose top bit is set is written as the reference does: 2^32 minus the half. */
  private static String characteristics(Token at, String text) throws RulesException {
    long mask = 0;
    for (String each : text.split(",", -1)) {
      Integer named = MatchWords.CHARACTERISTICS.get(each);
      long bit = named == null ? Words.number(each) : named;
      require(
          bit >= 0 && bit < Long.SIZE,
          at,
          "Invalid bit index (range 0-63) or unrecognized name.",
          "Names, separated by commas without blanks: "
              + MatchWords.list(MatchWords.CHARACTERISTICS)
              + ".");
      mask |= 1L << bit;
    }
    return half(mask >>> Integer.SIZE) + half(mask);
  }

  private static String half(long bits) {
    long signed = (int) bits;
    return "%08x".formatted(Math.abs(signed));
  }

  private static long probability(String text) {
    Matcher number = Pattern.compile("^[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?").matcher(text);
    double p = number.find() ? Double.parseDouble(number.group()) : 0;
    return (long) Math.floor(Words.MAX_U32 * Math.clamp(p, 0.0, 1.0));
  }

  private void putTag(Map<String, @Nullable Object> json, Token first, String text)
      throws RulesException {
    NamedTag tag = tags.get(text);
    long id = tag == null ? Words.number(text) : tag.id();
    require(
        id >= 0 && id <= Words.MAX_U32,
        first,
        "Undefined tag name and invalid tag value.",
        known("tags", tags.keySet()));
    Token second = argument(first);
    String name = value(second);
    Long value = tag == null ? null : tag.flags().get(name);
    if (value == null && tag != null) {
      value = tag.enums().get(name);
    }
    long number = value == null ? Words.number(name) : value;
    require(
        number >= 0 && number <= Words.MAX_U32,
        second,
        "Invalid tag value or unrecognized flag/enum name.",
        tag == null
            ? "A tag that is a number has values that are numbers."
            : known("flags and enums", names(tag)));
    json.put("id", id);
    json.put("value", number);
  }

  private static List<String> names(NamedTag tag) {
    var names = new ArrayList<>(tag.flags().keySet());
    names.addAll(tag.enums().keySet());
    return names;
  }

  /** Names are defined in lower case, and used so. */
  private static String known(String what, Collection<String> names) {
    return names.isEmpty()
        ? "There are no " + what + "."
        : "The %s, in lower case: %s.".formatted(what, String.join(" ", names));
  }

  private static Token token(Element element) throws RulesException {
    if (element instanceof Token token) {
      return token;
    }
    List<Element> inner = ((Block) element).elements();
    throw new RulesException(
        inner.getFirst() instanceof Token first ? first : Token.NOWHERE,
        "A block is not a match; is a semicolon missing before it?");
  }

  private static void require(boolean condition, Token at, String otherwise) throws RulesException {
    require(condition, at, otherwise, "");
  }

  private static void require(boolean condition, Token at, String otherwise, String hint)
      throws RulesException {
    if (!condition) {
      throw new RulesException(at, otherwise, hint);
    }
  }
}
