// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.backhaul.json.Json;
import net.backhaul.json.Lenient;
import net.backhaul.protocol.network.Rule;
import org.jspecify.annotations.Nullable;

/**
 * The rules, capabilities and tags of a network, as a controller stores them (04 section 5.3).
 *
 * @param rules those that apply to all members
 * @param capabilities ascending by id
 * @param tags ascending by id
 */
public record RuleSet(List<Rule> rules, List<StoredCapability> capabilities, List<StoredTag> tags) {
  public RuleSet {
    rules = List.copyOf(rules);
    capabilities = List.copyOf(capabilities);
    tags = List.copyOf(tags);
  }

  /**
   * The rules of a capability.
   *
   * @param isDefault whether new members get it
   */
  public record StoredCapability(long id, boolean isDefault, List<Rule> rules) {
    public StoredCapability {
      rules = List.copyOf(rules);
    }
  }

  /**
   * A tag of a network.
   *
   * @param defaultValue the value of members without one; null for none
   */
  public record StoredTag(long id, @Nullable Long defaultValue) {}

  /** Returns what a source stands for, as a controller stores it. */
  public static RuleSet of(CompiledRules compiled) {
    return read(Json.asObject(compiled.json().get("config")));
  }

  /**
   * Reads the members {@code rules}, {@code capabilities} and {@code tags} of a network's object.
   *
   * @throws IllegalArgumentException for a mask of a wrong type, which the reference rejects
   */
  public static RuleSet read(Map<String, @Nullable Object> network) {
    return new RuleSet(
        RuleJson.readAll(network.get("rules")),
        capabilities(network.get("capabilities")),
        tags(network.get("tags")));
  }

  /** Reads an array of capabilities; of those with the same id the last one counts. */
  public static List<StoredCapability> capabilities(@Nullable Object array) {
    var byId = new TreeMap<Long, StoredCapability>(Long::compareUnsigned);
    for (Object entry : Lenient.entries(array)) {
      if (entry instanceof Map) {
        Map<String, @Nullable Object> json = Json.asObject(entry);
        long id = Lenient.integer(json.get("id"), 0);
        boolean isDefault = Lenient.bool(json.get("default"), false);
        byId.put(id, new StoredCapability(id, isDefault, RuleJson.readAll(json.get("rules"))));
      }
    }
    return new ArrayList<>(byId.values());
  }

  /** Reads an array of tags; of those with the same id the last one counts. */
  public static List<StoredTag> tags(@Nullable Object array) {
    var byId = new TreeMap<Long, StoredTag>(Long::compareUnsigned);
    for (Object entry : Lenient.entries(array)) {
      if (entry instanceof Map) {
        Map<String, @Nullable Object> json = Json.asObject(entry);
        long id = Lenient.integer(json.get("id"), 0);
        Object value = json.get("default");
        byId.put(id, new StoredTag(id, value == null ? null : Lenient.integer(value, 0)));
      }
    }
    return new ArrayList<>(byId.values());
  }
}
