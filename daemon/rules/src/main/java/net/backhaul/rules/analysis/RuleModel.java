// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules.analysis;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.network.Rule;
import net.backhaul.rules.CompiledRule;
import net.backhaul.rules.CompiledRules;
import net.backhaul.rules.NamedCapability;
import net.backhaul.rules.NamedTag;
import net.backhaul.rules.RuleSet;
import net.backhaul.rules.SourceText;
import net.backhaul.rules.evaluation.CapabilityRules;
import net.backhaul.rules.evaluation.NetworkRules;
import net.backhaul.rules.evaluation.RuleTable;
import org.jspecify.annotations.Nullable;

/** The rules of a source, ready to be evaluated, with their places in it. */
public final class RuleModel {
  private static final int MAX_PORT = 0xffff;

  private final String source;
  private final CompiledRules compiled;
  private final RuleSet set;
  private final NetworkRules rules;
  private final Map<Long, CapabilityRules> capabilities = new HashMap<>();
  private final Map<Long, NamedCapability> namedCapabilities = new LinkedHashMap<>();
  private final Map<Long, NamedTag> namedTags = new LinkedHashMap<>();
  private final SortedMap<Long, Long> defaultTags = new TreeMap<>();
  private final SortedSet<Long> defaultCapabilities = new TreeSet<>();
  private final List<Rule> all = new ArrayList<>();

  private RuleModel(String source, CompiledRules compiled) {
    this.source = source;
    this.compiled = compiled;
    set = RuleSet.of(compiled);
    rules = NetworkRules.of(set.rules());
    all.addAll(set.rules());
    for (RuleSet.StoredCapability each : set.capabilities()) {
      capabilities.put(each.id(), new CapabilityRules(each.id(), new RuleTable(each.rules())));
      if (each.isDefault()) {
        defaultCapabilities.add(each.id());
      }
      all.addAll(each.rules());
    }
    for (RuleSet.StoredTag each : set.tags()) {
      Long value = each.defaultValue();
      if (value != null) {
        defaultTags.put(each.id(), value);
      }
    }
    compiled.capabilities().forEach(each -> namedCapabilities.put(each.id(), each));
    compiled.tags().forEach(each -> namedTags.putIfAbsent(each.id(), each));
  }

  /** Returns the model of a source that has been compiled. */
  public static RuleModel of(String source, CompiledRules compiled) {
    return new RuleModel(source, compiled);
  }

  /** Returns the source. */
  public String source() {
    return source;
  }

  NetworkRules rules() {
    return rules;
  }

  /** Returns the rules of a capability, or of the network for none. */
  List<Rule> rules(@Nullable Long capability) {
    if (capability == null) {
      return set.rules();
    }
    return set.capabilities().stream()
        .filter(each -> each.id() == capability)
        .findFirst()
        .map(RuleSet.StoredCapability::rules)
        .orElse(List.of());
  }

  /** Returns the places of the rules of a capability, or of the network for none. */
  List<CompiledRule> places(@Nullable Long capability) {
    NamedCapability named = capability == null ? null : namedCapabilities.get(capability);
    return capability == null ? compiled.rules() : named == null ? List.of() : named.rules();
  }

  /** Returns the line of an action or match, as editors count. */
  int line(@Nullable Long capability, int index) {
    return SourceText.line(source, places(capability).get(index).offset());
  }

  /** Returns the capabilities that a member has of those in the rules, ascending by id. */
  List<CapabilityRules> capabilities(MemberCredentials member) {
    var held = new ArrayList<CapabilityRules>();
    for (long id : member.capabilities()) {
      CapabilityRules capability = capabilities.get(id);
      if (capability != null) {
        held.add(capability);
      }
    }
    return held;
  }

  /** Returns the tags of a member: the controller adds default values to those it lacks. */
  SortedMap<Long, Long> tags(MemberCredentials member) {
    var tags = new TreeMap<>(defaultTags);
    tags.putAll(member.tags());
    return tags;
  }

  /** Returns an example of a member as a controller makes it, with default capabilities. */
  MemberCredentials newMember(long address) {
    return new MemberCredentials(
        address,
        "a new member",
        true,
        new TreeMap<>(),
        new TreeSet<>(defaultCapabilities),
        List.of());
  }

  @Nullable NamedTag tag(String name) {
    return namedTags.values().stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElse(null);
  }

  List<String> tagNames() {
    return namedTags.values().stream().map(NamedTag::name).toList();
  }

  @Nullable NamedCapability capability(String name) {
    return namedCapabilities.values().stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElse(null);
  }

  List<String> capabilityNames() {
    return namedCapabilities.values().stream().map(NamedCapability::name).toList();
  }

  SortedSet<Long> capabilityIds() {
    return new TreeSet<>(capabilities.keySet());
  }

  String capabilityName(long id) {
    NamedCapability named = namedCapabilities.get(id);
    return named == null ? Long.toString(id) : named.name();
  }

  /** Returns a tag with a value in the words of the source, such as {@code role=server}. */
  String tagText(long id, long value) {
    NamedTag named = namedTags.get(id);
    if (named == null) {
      return id + "=" + value;
    }
    var words = new ArrayList<String>();
    named.enums().forEach((word, of) -> addIf(of == value, words, word));
    if (words.isEmpty()) {
      named.flags().forEach((word, bits) -> addIf((bits & 0xffff_ffffL) == value, words, word));
    }
    return named.name() + "=" + (words.isEmpty() ? Long.toString(value) : words.getFirst());
  }

  private static void addIf(boolean condition, List<String> words, String word) {
    if (condition) {
      words.add(word);
    }
  }

  /** Returns the values of tags that the source states, by id. */
  SortedMap<Long, SortedSet<Long>> tagValues() {
    var values = new TreeMap<Long, SortedSet<Long>>();
    for (NamedTag tag : namedTags.values()) {
      SortedSet<Long> known = values.computeIfAbsent(tag.id(), id -> new TreeSet<>());
      known.addAll(tag.enums().values());
      tag.flags().values().forEach(bits -> known.add(bits & 0xffff_ffffL));
    }
    for (Rule rule : all) {
      if (rule.type() >= Rule.MATCH_TAGS_DIFFERENCE && rule.type() <= Rule.MATCH_TAG_RECEIVER) {
        var in = rule.fields();
        values.computeIfAbsent(in.u32(), id -> new TreeSet<>()).add(in.u32());
      }
    }
    return values;
  }

  /** Returns the addresses of members that matches name. */
  SortedSet<Long> memberAddresses() {
    var addresses = new TreeSet<Long>();
    for (Rule rule : all) {
      if (rule.type() == Rule.MATCH_SOURCE_ZEROTIER_ADDRESS
          || rule.type() == Rule.MATCH_DEST_ZEROTIER_ADDRESS) {
        addresses.add(rule.fields().address());
      }
    }
    return addresses;
  }

  /** Returns an address that no rule names: the rules do not distinguish it from most others. */
  long unnamedAddress(int number) {
    SortedSet<Long> taken = memberAddresses();
    for (Rule rule : all) {
      if (rule.type() == Rule.ACTION_TEE
          || rule.type() == Rule.ACTION_WATCH
          || rule.type() == Rule.ACTION_REDIRECT) {
        taken.add(rule.fields().u64() & Addresses.MASK);
      }
    }
    long address = 0x1_0000_0000L + number;
    while (taken.contains(address)) {
      address += 1_000_000;
    }
    return address;
  }

  boolean dependsOnChance() {
    return has(Rule.MATCH_RANDOM);
  }

  boolean dependsOnAddresses() {
    return has(Rule.MATCH_IPV4_SOURCE)
        || has(Rule.MATCH_IPV4_DEST)
        || has(Rule.MATCH_IPV6_SOURCE)
        || has(Rule.MATCH_IPV6_DEST)
        || has(Rule.MATCH_MAC_SOURCE)
        || has(Rule.MATCH_MAC_DEST);
  }

  private boolean has(int type) {
    return all.stream().anyMatch(rule -> rule.type() == type);
  }

  /** Returns the first port of each range of destination ports in the rules. */
  SortedSet<Integer> namedPorts() {
    var ports = new TreeSet<Integer>();
    for (Rule rule : all) {
      if (rule.type() == Rule.MATCH_IP_DEST_PORT_RANGE) {
        ports.add(rule.fields().u16());
      }
    }
    return ports;
  }

  /** Returns one port of each range of destination ports that the rules treat alike. */
  public List<Integer> ports() {
    var starts = new TreeSet<Integer>();
    starts.add(1);
    for (Rule rule : all) {
      if (rule.type() == Rule.MATCH_IP_DEST_PORT_RANGE) {
        var in = rule.fields();
        starts.add(Math.max(1, in.u16()));
        starts.add(Math.min(MAX_PORT, in.u16() + 1));
      }
    }
    return List.copyOf(starts);
  }
}
