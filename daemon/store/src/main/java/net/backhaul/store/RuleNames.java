// SPDX-License-Identifier: Apache-2.0
package net.backhaul.store;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.backhaul.controller.CapabilityDefinition;
import net.backhaul.controller.NetworkRecord;
import net.backhaul.controller.TagDefinition;
import net.backhaul.json.Json;
import net.backhaul.rules.CompiledRules;
import net.backhaul.rules.NamedCapability;
import net.backhaul.rules.NamedTag;
import net.backhaul.rules.NetworkSource;
import net.backhaul.rules.RulesCompiler;
import net.backhaul.rules.RulesException;
import org.jspecify.annotations.Nullable;

/** The tags and capabilities of a network by the names that the source of its rules gives them. */
public final class RuleNames {
  private static final long ID_MASK = 0xffff_ffffL;

  private RuleNames() {}

  /**
   * Returns an object with {@code tags} and {@code capabilities}: id, name and default of each, and
   * the names of a tag's values. Names are ids where there is no source that says more. Compiling
   * takes up to half a second.
   */
  public static Map<String, @Nullable Object> of(NetworkRecord network) {
    Map<String, @Nullable Object> out = Json.object();
    if (network.tags().isEmpty() && network.capabilities().isEmpty()) {
      out.put("tags", List.of());
      out.put("capabilities", List.of());
      return out;
    }
    try {
      CompiledRules rules = RulesCompiler.compile(NetworkSource.of(NetworkJson.write(network)));
      out.put("tags", rules.tags().stream().map(RuleNames::tag).toList());
      out.put("capabilities", rules.capabilities().stream().map(RuleNames::capability).toList());
    } catch (IllegalArgumentException | RulesException noSource) {
      out.put("tags", unnamedTags(network));
      out.put("capabilities", unnamedCapabilities(network));
    }
    return out;
  }

  private static Map<String, @Nullable Object> tag(NamedTag tag) {
    Map<String, @Nullable Object> json = definition(tag.id(), tag.name());
    Long defaultValue = tag.defaultValue();
    json.put("default", defaultValue == null ? null : (Long) (defaultValue & ID_MASK));
    json.put("enums", values(tag.enums()));
    json.put("flags", values(tag.flags()));
    return json;
  }

  private static Map<String, @Nullable Object> definition(long id, String name) {
    Map<String, @Nullable Object> json = Json.object();
    json.put("id", id & ID_MASK);
    json.put("name", name);
    return json;
  }

  private static Map<String, @Nullable Object> values(Map<String, Long> names) {
    Map<String, @Nullable Object> json = Json.object();
    names.forEach((name, value) -> json.put(name, value & ID_MASK));
    return json;
  }

  private static Map<String, @Nullable Object> capability(NamedCapability capability) {
    Map<String, @Nullable Object> json = definition(capability.id(), capability.name());
    json.put("default", capability.isDefault());
    return json;
  }

  private static List<@Nullable Object> unnamedTags(NetworkRecord network) {
    var tags = new ArrayList<@Nullable Object>();
    for (TagDefinition each : network.tags()) {
      String name = Long.toString(each.id() & ID_MASK);
      tags.add(tag(new NamedTag(name, each.id(), each.defaultValue(), Map.of(), Map.of())));
    }
    return tags;
  }

  private static List<@Nullable Object> unnamedCapabilities(NetworkRecord network) {
    var capabilities = new ArrayList<@Nullable Object>();
    for (CapabilityDefinition each : network.capabilities()) {
      Map<String, @Nullable Object> json =
          definition(each.id(), Long.toString(each.id() & ID_MASK));
      json.put("default", each.isDefault());
      capabilities.add(json);
    }
    return capabilities;
  }
}
