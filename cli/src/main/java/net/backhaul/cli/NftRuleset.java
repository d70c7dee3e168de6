// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.backhaul.cli.FirewallRules.Action;
import net.backhaul.cli.FirewallRules.Condition;
import net.backhaul.cli.FirewallRules.Datagram;
import net.backhaul.cli.FirewallRules.FirewallRule;
import net.backhaul.cli.FirewallRules.Match;
import net.backhaul.json.InvalidJsonException;
import net.backhaul.json.Json;
import org.jspecify.annotations.Nullable;

/** Reads the output of {@code nft -j list ruleset} (libnftables-json(5)). */
final class NftRuleset {
  private static final List<String> FAMILIES = List.of("ip", "ip6", "inet");
  private static final List<String> INBOUND = List.of("prerouting", "input");
  private static final List<String> OUTBOUND = List.of("output", "postrouting");
  private static final String UDP = "udp";
  private static final long UDP_NUMBER = 17;

  private NftRuleset() {}

  /** Returns the rules; throws if the text is not JSON. */
  static FirewallRules read(String text) throws InvalidJsonException {
    var rules = new FirewallRules();
    JsonObject ruleset = JsonObject.of(Json.parse(text));
    for (JsonObject each : ruleset.objects("nftables")) {
      JsonObject chain = JsonObject.of(each.get("chain"));
      JsonObject rule = JsonObject.of(each.get("rule"));
      if (FAMILIES.contains(chain.text("family", ""))) {
        rules.addChain(
            key(chain, chain.text("name", "")),
            "the chain %s of the nft table %s %s"
                .formatted(
                    chain.text("name", ""), chain.text("family", ""), chain.text("table", "")),
            direction(chain.text("hook", "")),
            chain.text("policy", "").equals("drop"));
      } else if (FAMILIES.contains(rule.text("family", ""))) {
        add(rules, rule);
      }
    }
    return rules;
  }

  private static String key(JsonObject of, String chain) {
    return of.text("family", "") + " " + of.text("table", "") + " " + chain;
  }

  private static @Nullable Boolean direction(String hook) {
    return INBOUND.contains(hook) ? Boolean.TRUE : OUTBOUND.contains(hook) ? Boolean.FALSE : null;
  }

  /** Adds a rule of nft as one for each of its verdicts: a map has several. */
  private static void add(FirewallRules rules, JsonObject rule) {
    var conditions = new ArrayList<Condition>();
    for (JsonObject statement : rule.objects("expr")) {
      for (Map.Entry<?, ?> entry : statement.members().entrySet()) {
        String kind = String.valueOf(entry.getKey());
        JsonObject value = JsonObject.of(entry.getValue());
        switch (kind) {
          case "match" -> conditions.add(condition(value));
          case "vmap" -> addMap(rules, rule, conditions, value);
          case "counter", "log", "comment" -> {}
          default -> addVerdict(rules, rule, conditions, kind, value);
        }
      }
    }
  }

  private static void addVerdict(
      FirewallRules rules,
      JsonObject rule,
      List<Condition> conditions,
      String kind,
      JsonObject value) {
    Action action =
        switch (kind) {
          case "accept" -> Action.ACCEPT;
          case "drop", "reject" -> Action.DROP;
          case "return" -> Action.RETURN;
          case "jump", "goto" -> Action.JUMP;
          default -> Action.NOTHING;
        };
    if (action == Action.NOTHING) {
      conditions.add(datagram -> Match.UNKNOWN);
      return;
    }
    rules.addRule(
        key(rule, rule.text("chain", "")),
        new FirewallRule(List.copyOf(conditions), action, key(rule, value.text("target", ""))));
  }

  private static void addMap(
      FirewallRules rules, JsonObject rule, List<Condition> conditions, JsonObject map) {
    Object set = JsonObject.of(map.get("data")).get("set");
    for (Object element : set instanceof List<?> elements ? elements : List.of()) {
      if (!(element instanceof List<?> pair) || pair.size() != 2) {
        continue;
      }
      var all = new ArrayList<>(conditions);
      all.add(datagram -> matches(map.get("key"), pair.getFirst(), datagram));
      JsonObject verdict = JsonObject.of(pair.getLast());
      for (Map.Entry<?, ?> entry : verdict.members().entrySet()) {
        JsonObject value = JsonObject.of(entry.getValue());
        addVerdict(rules, rule, all, String.valueOf(entry.getKey()), value);
      }
    }
  }

  private static Condition condition(JsonObject match) {
    String operator = match.text("op", "==");
    Object left = match.get("left");
    Object right = match.get("right");
    return switch (operator) {
      case "==", "in" -> datagram -> matches(left, right, datagram);
      case "!=" ->
          datagram ->
              switch (matches(left, right, datagram)) {
                case YES -> Match.NO;
                case NO -> Match.YES;
                case UNKNOWN -> Match.UNKNOWN;
              };
      default -> datagram -> Match.UNKNOWN;
    };
  }

  private static Match matches(@Nullable Object left, @Nullable Object right, Datagram datagram) {
    JsonObject expression = JsonObject.of(left);
    JsonObject payload = JsonObject.of(expression.get("payload"));
    String meta = JsonObject.of(expression.get("meta")).text("key", "");
    String ct = JsonObject.of(expression.get("ct")).text("key", "");
    if (payload.get("field") != null) {
      return payload(payload.text("protocol", ""), payload.text("field", ""), right, datagram);
    }
    if (ct.equals("state")) {
      return contains(right, datagram.established() ? "established" : "new", 0);
    }
    return switch (meta) {
      case "l4proto" -> contains(right, UDP, UDP_NUMBER);
      case "iif", "iifname", "oif", "oifname" ->
          contains(right, "lo", 0) == Match.YES ? Match.NO : Match.UNKNOWN;
      case "nfproto" -> contains(right, "ipv4", 2) == Match.YES ? Match.YES : Match.UNKNOWN;
      default -> Match.UNKNOWN;
    };
  }

  private static Match payload(
      String protocol, String field, @Nullable Object right, Datagram datagram) {
    return switch (protocol) {
      case UDP, "th" -> {
        boolean ours = field.equals(datagram.inbound() ? "dport" : "sport");
        yield ours ? contains(right, "", datagram.port()) : Match.UNKNOWN;
      }
      case "ip", "ip6" ->
          field.equals("protocol") || field.equals("nexthdr")
              ? contains(right, UDP, UDP_NUMBER)
              : Match.UNKNOWN;
      case "tcp", "icmp", "icmpv6", "sctp", "dccp", "igmp" -> Match.NO;
      default -> Match.UNKNOWN;
    };
  }

  /** Returns whether a value, or one of a set, a list or a range, is a name or a number. */
  private static Match contains(@Nullable Object values, String name, long number) {
    if (values instanceof List<?> list) {
      Match any = Match.NO;
      for (Object each : list) {
        Match one = contains(each, name, number);
        any = one == Match.YES || any == Match.YES ? Match.YES : any == Match.NO ? one : any;
      }
      return any;
    }
    JsonObject object = JsonObject.of(values);
    if (object.get("set") != null) {
      return contains(object.get("set"), name, number);
    }
    if (object.get("elem") != null) {
      return contains(JsonObject.of(object.get("elem")).get("val"), name, number);
    }
    if (object.get("range") instanceof List<?> range
        && range.getFirst() instanceof Number from
        && range.getLast() instanceof Number to) {
      return Match.of(from.longValue() <= number && number <= to.longValue());
    }
    if (values instanceof Number one) {
      return Match.of(one.longValue() == number);
    }
    return values instanceof String text && !text.startsWith("@")
        ? Match.of(text.equals(name))
        : Match.UNKNOWN;
  }
}
