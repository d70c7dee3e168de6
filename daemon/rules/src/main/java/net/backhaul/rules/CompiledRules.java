// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.backhaul.json.Json;
import org.jspecify.annotations.Nullable;

/**
 * What a source stands for (03 section 5.9.8).
 *
 * @param rules those that apply to all members
 * @param capabilities in the order of their definitions
 * @param tags in the order of their definitions
 */
public record CompiledRules(
    List<CompiledRule> rules, List<NamedCapability> capabilities, List<NamedTag> tags) {
  public CompiledRules {
    rules = List.copyOf(rules);
    capabilities = List.copyOf(capabilities);
    tags = List.copyOf(tags);
  }

  /** Returns the object that the reference's compiler prints. */
  public Map<String, @Nullable Object> json() {
    Map<String, @Nullable Object> config = Json.object();
    config.put("rules", array(rules));
    config.put("capabilities", capabilities.stream().map(CompiledRules::json).toList());
    config.put("tags", tags.stream().map(CompiledRules::idAndDefault).toList());
    Map<String, @Nullable Object> capabilitiesByName = Json.object();
    capabilities.forEach(each -> capabilitiesByName.put(each.name(), each.id()));
    Map<String, @Nullable Object> tagsByName = Json.object();
    tags.forEach(each -> tagsByName.put(each.name(), json(each)));
    Map<String, @Nullable Object> all = Json.object();
    all.put("config", config);
    all.put("capabilitiesByName", capabilitiesByName);
    all.put("tagsByName", tagsByName);
    return all;
  }

  private static Map<String, @Nullable Object> json(NamedCapability capability) {
    Map<String, @Nullable Object> json = Json.object();
    json.put("id", capability.id());
    json.put("default", capability.isDefault());
    json.put("rules", array(capability.rules()));
    return json;
  }

  private static Map<String, @Nullable Object> idAndDefault(NamedTag tag) {
    Map<String, @Nullable Object> json = Json.object();
    json.put("id", tag.id());
    json.put("default", tag.defaultValue());
    return json;
  }

  private static Map<String, @Nullable Object> json(NamedTag tag) {
    Map<String, @Nullable Object> json = idAndDefault(tag);
    Map<String, @Nullable Object> enums = Json.object();
    enums.putAll(tag.enums());
    Map<String, @Nullable Object> flags = Json.object();
    flags.putAll(tag.flags());
    json.put("enums", enums);
    json.put("flags", flags);
    return json;
  }

  private static List<@Nullable Object> array(List<CompiledRule> rules) {
    var array = new ArrayList<@Nullable Object>();
    rules.forEach(each -> array.add(each.json()));
    return array;
  }
}
