// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import net.backhaul.json.Json;
import net.backhaul.json.Lenient;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.network.Rule;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;
import org.jspecify.annotations.Nullable;

/** Converts rules from and to JSON (03 section 5.8, 04 section 5.4). */
public final class RuleJson {
  private static final int U8 = 0xff;
  private static final int U16 = 0xffff;
  private static final long U32 = 0xffff_ffffL;
  private static final int ICMP_COMPARES_CODE = 0x01;
  private static final int MAC_BYTES = 6;
  private static final int LITTLE_ENDIAN = 0x80;
  private static final int BITS = 0x3f;

  /** Types by name, as parsed. */
  private static final Map<String, Integer> TYPES = new TreeMap<>();

  /** Names by type, as written. */
  private static final Map<Integer, String> NAMES = new TreeMap<>();

  static {
    name(Rule.ACTION_DROP, "ACTION_DROP");
    name(Rule.ACTION_ACCEPT, "ACTION_ACCEPT");
    name(Rule.ACTION_TEE, "ACTION_TEE");
    name(Rule.ACTION_WATCH, "ACTION_WATCH");
    name(Rule.ACTION_REDIRECT, "ACTION_REDIRECT");
    name(Rule.ACTION_BREAK, "ACTION_BREAK");
    name(Rule.MATCH_SOURCE_ZEROTIER_ADDRESS, "MATCH_SOURCE_ZEROTIER_ADDRESS");
    name(Rule.MATCH_DEST_ZEROTIER_ADDRESS, "MATCH_DEST_ZEROTIER_ADDRESS");
    name(Rule.MATCH_VLAN_ID, "MATCH_VLAN_ID");
    name(Rule.MATCH_VLAN_PCP, "MATCH_VLAN_PCP");
    name(Rule.MATCH_VLAN_DEI, "MATCH_VLAN_DEI");
    name(Rule.MATCH_MAC_SOURCE, "MATCH_MAC_SOURCE");
    name(Rule.MATCH_MAC_DEST, "MATCH_MAC_DEST");
    name(Rule.MATCH_IPV4_SOURCE, "MATCH_IPV4_SOURCE");
    name(Rule.MATCH_IPV4_DEST, "MATCH_IPV4_DEST");
    name(Rule.MATCH_IPV6_SOURCE, "MATCH_IPV6_SOURCE");
    name(Rule.MATCH_IPV6_DEST, "MATCH_IPV6_DEST");
    name(Rule.MATCH_IP_TOS, "MATCH_IP_TOS");
    name(Rule.MATCH_IP_PROTOCOL, "MATCH_IP_PROTOCOL");
    name(Rule.MATCH_ETHERTYPE, "MATCH_ETHERTYPE");
    name(Rule.MATCH_ICMP, "MATCH_ICMP");
    name(Rule.MATCH_IP_SOURCE_PORT_RANGE, "MATCH_IP_SOURCE_PORT_RANGE");
    name(Rule.MATCH_IP_DEST_PORT_RANGE, "MATCH_IP_DEST_PORT_RANGE");
    name(Rule.MATCH_CHARACTERISTICS, "MATCH_CHARACTERISTICS");
    name(Rule.MATCH_FRAME_SIZE_RANGE, "MATCH_FRAME_SIZE_RANGE");
    name(Rule.MATCH_RANDOM, "MATCH_RANDOM");
    name(Rule.MATCH_TAGS_DIFFERENCE, "MATCH_TAGS_DIFFERENCE");
    name(Rule.MATCH_TAGS_BITWISE_AND, "MATCH_TAGS_BITWISE_AND");
    name(Rule.MATCH_TAGS_BITWISE_OR, "MATCH_TAGS_BITWISE_OR");
    name(Rule.MATCH_TAGS_BITWISE_XOR, "MATCH_TAGS_BITWISE_XOR");
    name(Rule.MATCH_TAGS_EQUAL, "MATCH_TAGS_EQUAL");
    name(Rule.MATCH_TAG_SENDER, "MATCH_TAG_SENDER");
    name(Rule.MATCH_TAG_RECEIVER, "MATCH_TAG_RECEIVER");
    // Written but not parsed: the reference's parser drops rules of this type.
    NAMES.put(Rule.INTEGER_RANGE, "INTEGER_RANGE");
  }

  private RuleJson() {}

  private static void name(int type, String name) {
    TYPES.put(name, type);
    NAMES.put(type, name);
  }

  /**
   * Parses a list of rules; unknown types are skipped.
   *
   * @throws IllegalArgumentException for a mask of a wrong type, which the reference rejects
   */
  public static List<Rule> readAll(@Nullable Object array) {
    var rules = new ArrayList<Rule>();
    for (Object entry : Lenient.entries(array)) {
      Rule rule = entry instanceof Map ? read(Json.asObject(entry)) : null;
      if (rule != null) {
        rules.add(rule);
      }
    }
    return rules;
  }

  private static @Nullable Rule read(Map<String, @Nullable Object> json) {
    Integer type = TYPES.get(Lenient.string(json.get("type"), ""));
    if (type == null) {
      return null;
    }
    Bytes field = Bytes.of(readField(type, json).toByteArray());
    return new Rule(
        type, Lenient.bool(json.get("not"), false), Lenient.bool(json.get("or"), false), field);
  }

  private static WireWriter readField(int type, Map<String, @Nullable Object> json) {
    var out = new WireWriter();
    return switch (type) {
      case Rule.ACTION_TEE, Rule.ACTION_WATCH ->
          out.u64(address(json, "address")).u32(u32(json, "flags")).u16(u16(json, "length"));
      case Rule.ACTION_REDIRECT -> out.u64(address(json, "address")).u32(u32(json, "flags")).u16(0);
      case Rule.MATCH_SOURCE_ZEROTIER_ADDRESS, Rule.MATCH_DEST_ZEROTIER_ADDRESS ->
          out.address(address(json, "zt"));
      case Rule.MATCH_VLAN_ID -> out.u16(u16(json, "vlanId"));
      case Rule.MATCH_VLAN_PCP -> out.u8(u8(json, "vlanPcp"));
      case Rule.MATCH_VLAN_DEI -> out.u8(u8(json, "vlanDei"));
      case Rule.MATCH_MAC_SOURCE, Rule.MATCH_MAC_DEST -> out.bytes(mac(json));
      case Rule.MATCH_IPV4_SOURCE, Rule.MATCH_IPV4_DEST -> writeIp(out, json, 4);
      case Rule.MATCH_IPV6_SOURCE, Rule.MATCH_IPV6_DEST -> writeIp(out, json, 16);
      case Rule.MATCH_IP_TOS -> out.u8(u8(json, "mask")).u8(u8(json, "start")).u8(u8(json, "end"));
      case Rule.MATCH_IP_PROTOCOL -> out.u8(u8(json, "ipProtocol"));
      case Rule.MATCH_ETHERTYPE -> out.u16(u16(json, "etherType"));
      case Rule.MATCH_ICMP ->
          out.u8(u8(json, "icmpType"))
              .u8(u8(json, "icmpCode"))
              .u8(json.get("icmpCode") == null ? 0 : ICMP_COMPARES_CODE);
      case Rule.MATCH_IP_SOURCE_PORT_RANGE,
          Rule.MATCH_IP_DEST_PORT_RANGE,
          Rule.MATCH_FRAME_SIZE_RANGE -> {
        int start = u16(json, "start");
        yield out.u16(start).u16((int) Lenient.integer(json.get("end"), start) & U16);
      }
      case Rule.MATCH_CHARACTERISTICS -> out.u64(characteristics(json));
      case Rule.MATCH_RANDOM -> out.u32(u32(json, "probability"));
      case Rule.MATCH_TAGS_DIFFERENCE,
          Rule.MATCH_TAGS_BITWISE_AND,
          Rule.MATCH_TAGS_BITWISE_OR,
          Rule.MATCH_TAGS_BITWISE_XOR,
          Rule.MATCH_TAGS_EQUAL,
          Rule.MATCH_TAG_SENDER,
          Rule.MATCH_TAG_RECEIVER ->
          out.u32(u32(json, "id")).u32(u32(json, "value"));
      default -> out;
    };
  }

  private static int u8(Map<String, @Nullable Object> json, String key) {
    return (int) Lenient.integer(json.get(key), 0) & U8;
  }

  private static int u16(Map<String, @Nullable Object> json, String key) {
    return (int) Lenient.integer(json.get(key), 0) & U16;
  }

  private static long u32(Map<String, @Nullable Object> json, String key) {
    return Lenient.integer(json.get(key), 0) & U32;
  }

  private static long address(Map<String, @Nullable Object> json, String key) {
    return Lenient.hex(json.get(key), 0) & Addresses.MASK;
  }

  /** Hexadecimal digits fill the address from the left; other characters are skipped. */
  private static byte[] mac(Map<String, @Nullable Object> json) {
    String digits =
        Lenient.string(json.get("mac"), "").toLowerCase(Locale.ROOT).replaceAll("[^0-9a-f]", "");
    byte[] mac = new byte[MAC_BYTES];
    for (int i = 0; i < MAC_BYTES && 2 * i + 2 <= digits.length(); i++) {
      mac[i] = (byte) HexFormat.fromHexDigits(digits, 2 * i, 2 * i + 2);
    }
    return mac;
  }

  private static WireWriter writeIp(
      WireWriter out, Map<String, @Nullable Object> json, int length) {
    IpPrefix prefix = LenientIp.prefix(Lenient.string(json.get("ip"), ""));
    if (prefix == null || prefix.address().getAddress().length != length) {
      return out.bytes(new byte[length]).u8(0);
    }
    return out.bytes(prefix.address().getAddress()).u8(Math.min(prefix.bits(), length * 8));
  }

  private static long characteristics(Map<String, @Nullable Object> json) {
    if (!json.containsKey("mask")) {
      return 0;
    }
    Object mask = json.get("mask");
    return mask instanceof Number
        ? Lenient.integer(mask, 0)
        : Lenient.leadingDigits(Lenient.mustBeString(mask), 16);
  }

  /** Writes rules as the reference does; unknown types become empty objects. */
  public static List<@Nullable Object> writeAll(List<Rule> rules) {
    var array = new ArrayList<@Nullable Object>();
    rules.forEach(rule -> array.add(write(rule)));
    return array;
  }

  private static Map<String, @Nullable Object> write(Rule rule) {
    Map<String, @Nullable Object> json = Json.object();
    String name = NAMES.get(rule.type());
    if (name == null) {
      return json;
    }
    json.put("type", name);
    if (!rule.isAction()) {
      json.put("not", rule.not());
      json.put("or", rule.or());
    }
    writeField(rule.type(), rule.fields(), json);
    return json;
  }

  private static void writeField(int type, WireReader in, Map<String, @Nullable Object> json) {
    switch (type) {
      case Rule.ACTION_TEE, Rule.ACTION_WATCH -> {
        json.put("address", Addresses.text(in.u64()));
        json.put("flags", in.u32());
        json.put("length", (long) in.u16());
      }
      case Rule.ACTION_REDIRECT -> {
        json.put("address", Addresses.text(in.u64()));
        json.put("flags", in.u32());
      }
      case Rule.MATCH_SOURCE_ZEROTIER_ADDRESS, Rule.MATCH_DEST_ZEROTIER_ADDRESS ->
          json.put("zt", Addresses.text(in.address()));
      case Rule.MATCH_VLAN_ID -> json.put("vlanId", (long) in.u16());
      case Rule.MATCH_VLAN_PCP -> json.put("vlanPcp", (long) in.u8());
      case Rule.MATCH_VLAN_DEI -> json.put("vlanDei", (long) in.u8());
      case Rule.MATCH_MAC_SOURCE, Rule.MATCH_MAC_DEST ->
          json.put("mac", HexFormat.ofDelimiter(":").formatHex(in.bytes(MAC_BYTES)));
      case Rule.MATCH_IPV4_SOURCE, Rule.MATCH_IPV4_DEST -> json.put("ip", ip(in, 4));
      case Rule.MATCH_IPV6_SOURCE, Rule.MATCH_IPV6_DEST -> json.put("ip", ip(in, 16));
      case Rule.MATCH_IP_TOS -> {
        json.put("mask", (long) in.u8());
        json.put("start", (long) in.u8());
        json.put("end", (long) in.u8());
      }
      case Rule.MATCH_IP_PROTOCOL -> json.put("ipProtocol", (long) in.u8());
      case Rule.MATCH_ETHERTYPE -> json.put("etherType", (long) in.u16());
      case Rule.MATCH_ICMP -> {
        json.put("icmpType", (long) in.u8());
        long code = in.u8();
        json.put("icmpCode", (in.u8() & ICMP_COMPARES_CODE) != 0 ? code : null);
      }
      case Rule.MATCH_IP_SOURCE_PORT_RANGE,
          Rule.MATCH_IP_DEST_PORT_RANGE,
          Rule.MATCH_FRAME_SIZE_RANGE -> {
        json.put("start", (long) in.u16());
        json.put("end", (long) in.u16());
      }
      case Rule.MATCH_CHARACTERISTICS -> json.put("mask", HexFormat.of().toHexDigits(in.u64()));
      case Rule.MATCH_RANDOM -> json.put("probability", in.u32());
      case Rule.MATCH_TAGS_DIFFERENCE,
          Rule.MATCH_TAGS_BITWISE_AND,
          Rule.MATCH_TAGS_BITWISE_OR,
          Rule.MATCH_TAGS_BITWISE_XOR,
          Rule.MATCH_TAGS_EQUAL,
          Rule.MATCH_TAG_SENDER,
          Rule.MATCH_TAG_RECEIVER -> {
        json.put("id", in.u32());
        json.put("value", in.u32());
      }
      case Rule.INTEGER_RANGE -> {
        json.put("start", HexFormat.of().toHexDigits(in.u64()));
        json.put("end", HexFormat.of().toHexDigits(in.u64()));
        json.put("idx", (long) in.u16());
        int format = in.u8();
        json.put("bits", (long) (format & BITS) + 1);
        json.put("little", (format & LITTLE_ENDIAN) != 0);
      }
      default -> {
        // Actions without fields.
      }
    }
  }

  private static String ip(WireReader in, int length) {
    byte[] ip = in.bytes(length);
    return (length == 4 ? Endpoints.ipText(Endpoints.of(ip, 0).getAddress()) : v6Text(ip))
        + "/"
        + in.u8();
  }

  /** Formats by way of text: from bytes, the JDK turns an IPv4-mapped address into IPv4. */
  private static String v6Text(byte[] ip) {
    String groups = HexFormat.of().formatHex(ip).replaceAll("(.{4})(?!$)", "$1:");
    return Endpoints.ipText(Endpoints.parseIp(groups));
  }
}
