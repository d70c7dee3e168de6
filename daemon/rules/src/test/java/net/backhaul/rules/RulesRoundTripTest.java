// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.backhaul.json.Json;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Random networks of all matches, as sources and back; and networks with values of any kind. */
class RulesRoundTripTest {
  /** Names that look like words of the language, like numbers, and like other names. */
  private static final String[] VALUE_NAMES =
      ("a b x1 e5 _ größe inbound tcp tag_1 cap_1 id default flag enum drop tag accept icmp not"
              + " and include teq tostring")
          .split(" ");

  private static final String[] NAMES =
      "a b x1 e5 _ größe inbound tcp tag_1 tag_1_2 tag_2 cap_1 cap_2 id flag".split(" ");

  private static final @Nullable Object[] HOSTILE = {
    null,
    true,
    "",
    "drop",
    "a b",
    ";",
    "#",
    "$x",
    "İ",
    "Drop",
    "1.2.3.4/33",
    "::/0",
    "\u001b[31m",
    "\u009b",
    "x".repeat(10_000),
    -1L,
    1L << 32,
    Long.MIN_VALUE,
    1.5,
    1e300,
    new BigInteger("18446744073709551615"),
    List.of(),
    List.of(List.of()),
    Map.of(),
    Map.of("type", "ACTION_DROP"),
    Map.of("1", 5L, "A", "b", "drop", 1L)
  };

  private final Random random = new Random(20);

  @Test
  void survivesDecompilationAndCompilation() throws Exception {
    for (int round = 0; round < 2_000; round++) {
      Map<String, @Nullable Object> network = network();
      String source = RulesDecompiler.decompile(network);

      String again;
      try {
        again = Json.write(RulesCompiler.compile(source).json());
      } catch (RulesException e) {
        throw new AssertionError(source + e.show(source), e);
      }
      assertEquals(Json.write(network), again, source);
    }
  }

  @Test
  void compilesAllThatItDecompiles() {
    int decompiled = 0;
    int rounds = 5_000;
    for (int round = 0; round < rounds; round++) {
      Map<String, @Nullable Object> network = network();
      spoil(network);
      String source;
      try {
        source = RulesDecompiler.decompile(network);
      } catch (IllegalArgumentException e) {
        assertTrue(e.getMessage().contains("expected") || e.getMessage().contains("language"));
        assertTrue(e.getMessage().length() < 400, e.getMessage());
        continue;
      }
      decompiled++;
      try {
        RulesCompiler.compile(source);
      } catch (RulesException e) {
        throw new AssertionError(Json.write(network) + "\n" + source + e.show(source), e);
      }
      assertTrue(
          source.chars().noneMatch(c -> c != '\n' && Character.isISOControl(c)),
          () -> Json.write(source));
    }
    assertTrue(decompiled > 100 && decompiled < rounds - 100, "decompiled " + decompiled);
  }

  /** Puts a value of any kind somewhere. */
  private void spoil(Map<String, @Nullable Object> object) {
    Map<String, @Nullable Object> at = object;
    while (true) {
      List<String> keys = new ArrayList<>(at.keySet());
      if (keys.isEmpty()) {
        return;
      }
      String key = keys.get(random.nextInt(keys.size()));
      Object value = at.get(key);
      if (value instanceof List<?> list && !list.isEmpty() && random.nextInt(8) != 0) {
        value = list.get(random.nextInt(list.size()));
      }
      if (!(value instanceof Map) || random.nextInt(8) == 0) {
        String name = random.nextInt(8) == 0 ? "A".repeat(1 + random.nextInt(2)) : key;
        at.put(name, HOSTILE[random.nextInt(HOSTILE.length)]);
        return;
      }
      at = Json.asObject(value);
    }
  }

  private Map<String, @Nullable Object> network() {
    var tags = new ArrayList<@Nullable Object>();
    Map<String, @Nullable Object> tagsByName = Json.object();
    for (String name : some(NAMES, 4)) {
      Map<String, @Nullable Object> tag = tag();
      tagsByName.put(name, tag);
      Map<String, @Nullable Object> inConfig = Json.object();
      inConfig.put("id", tag.get("id"));
      inConfig.put("default", tag.get("default"));
      tags.add(inConfig);
    }
    var capabilities = new ArrayList<@Nullable Object>();
    Map<String, @Nullable Object> capabilitiesByName = Json.object();
    long id = 0;
    for (String name : some(NAMES, 3)) {
      id += 1 + random.nextInt(3);
      capabilitiesByName.put(name, id);
      Map<String, @Nullable Object> capability = Json.object();
      capability.put("id", id);
      capability.put("default", random.nextBoolean());
      capability.put("rules", rules());
      capabilities.add(capability);
    }
    Map<String, @Nullable Object> config = Json.object();
    config.put("rules", rules());
    config.put("capabilities", capabilities);
    config.put("tags", tags);
    Map<String, @Nullable Object> network = Json.object();
    network.put("config", config);
    network.put("capabilitiesByName", capabilitiesByName);
    network.put("tagsByName", tagsByName);
    return network;
  }

  private Map<String, @Nullable Object> tag() {
    Map<String, @Nullable Object> enums = Json.object();
    some(VALUE_NAMES, 4).forEach(each -> enums.put(each, small(0xffff_ffffL)));
    Map<String, @Nullable Object> flags = Json.object();
    some(VALUE_NAMES, 4)
        .forEach(each -> flags.put(each, (long) (int) Math.max(1, small(0xffff_ffffL))));
    Map<String, @Nullable Object> tag = Json.object();
    tag.put("id", small(0xffff_ffffL));
    tag.put("default", random.nextBoolean() ? null : (Long) small(0xffff_ffffL));
    if (random.nextInt(4) == 0) {
      flags.put("top", (long) Integer.MIN_VALUE);
      tag.put("default", (long) Integer.MIN_VALUE);
    }
    tag.put("enums", enums);
    tag.put("flags", flags);
    return tag;
  }

  private List<@Nullable Object> rules() {
    var rules = new ArrayList<@Nullable Object>();
    for (int i = random.nextInt(6); i > 0; i--) {
      for (int j = random.nextInt(4); j > 0; j--) {
        rules.add(match());
      }
      rules.add(action());
    }
    return rules;
  }

  private Map<String, @Nullable Object> action() {
    Map<String, @Nullable Object> json = Json.object();
    String type = one("DROP ACCEPT BREAK TEE WATCH REDIRECT".split(" "));
    json.put("type", "ACTION_" + type);
    if (type.equals("TEE") || type.equals("WATCH")) {
      json.put("length", small(0xffff) - 1);
    }
    if (type.equals("TEE") || type.equals("WATCH") || type.equals("REDIRECT")) {
      json.put("address", one(new String[] {"a1b2c3d4e5", "$x;y#z!ö(0", "1234567890"}));
    }
    return json;
  }

  private Map<String, @Nullable Object> match() {
    MatchWords.Kind[] kinds = MatchWords.Kind.values();
    MatchWords.Kind kind = kinds[random.nextInt(kinds.length)];
    Map<String, @Nullable Object> json = Json.object();
    json.put("type", kind.type());
    json.put("not", random.nextBoolean());
    json.put("or", random.nextBoolean());
    switch (kind) {
      case ZTSRC, ZTDEST -> json.put("zt", "%010x".formatted(random.nextLong(1L << 40)));
      case VLAN -> json.put("vlanId", small(0xffff_ffffL));
      case VLANPCP -> json.put("vlanPcp", small(0xffff_ffffL));
      case VLANDEI -> json.put("vlanDei", small(0xffff_ffffL));
      case ETHERTYPE -> json.put("etherType", named(MatchWords.ETHERTYPES));
      case IPPROTOCOL -> json.put("ipProtocol", named(MatchWords.IP_PROTOCOLS));
      case MACSRC, MACDEST ->
          json.put(
              "mac", "%012x".formatted(random.nextLong(1L << 48)).replaceAll("..(?!$)", "$0:"));
      case IPSRC, IPDEST -> {
        boolean v6 = random.nextBoolean();
        json.put("type", kind.type().replace("IP_", v6 ? "IPV6_" : "IPV4_"));
        json.put(
            "ip",
            v6
                ? one(new String[] {"::/0", "fd00::1/128", "::ffff:1.2.3.4/97", "::1.2.3.4/96"})
                : one(new String[] {"0.0.0.0/0", "10.1.2.3/8", "255.255.255.255/32"}));
      }
      case IPTOS -> {
        json.put("mask", small(0xff));
        putRange(json, 0xff);
      }
      case ICMP -> {
        json.put("icmpType", small(0xff));
        json.put("icmpCode", random.nextBoolean() ? null : (Long) small(0xff));
      }
      case SPORT, DPORT, FRAMESIZE -> putRange(json, 0xffff);
      case CHR -> json.put("mask", half() + half().replace("00000000", "80000000"));
      case RANDOM -> json.put("probability", small(0xffff_ffffL));
      default -> {
        json.put("id", small(0xffff_ffffL));
        json.put("value", small(0xffff_ffffL));
      }
    }
    return json;
  }

  private String half() {
    return "%08x"
        .formatted(
            random.nextBoolean() ? 1 << random.nextInt(32) : random.nextInt(Integer.MAX_VALUE));
  }

  private void putRange(Map<String, @Nullable Object> json, long max) {
    long start = small(max);
    json.put("start", start);
    json.put("end", random.nextBoolean() ? start : random.nextLong(start, max + 1));
  }

  private long named(Map<String, Integer> names) {
    List<Integer> numbers = new ArrayList<>(names.values());
    return random.nextBoolean() ? numbers.get(random.nextInt(numbers.size())) : small(0xffff_ffffL);
  }

  /** Returns a number up to a maximum: often a small one, which another one may equal. */
  private long small(long max) {
    return switch (random.nextInt(4)) {
      case 0 -> max - random.nextInt(2);
      case 1 -> random.nextLong(max + 1);
      default -> random.nextInt(4);
    };
  }

  private <T> T one(T[] choices) {
    return choices[random.nextInt(choices.length)];
  }

  private List<String> some(String[] names, int max) {
    var chosen = new ArrayList<String>();
    for (int i = random.nextInt(max + 1); i > 0; i--) {
      String name = one(names);
      if (!chosen.contains(name)) {
        chosen.add(name);
      }
    }
    return chosen;
  }
}
