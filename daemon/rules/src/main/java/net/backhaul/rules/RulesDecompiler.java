// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import net.backhaul.json.Json;
import org.jspecify.annotations.Nullable;

/**
 * Writes a source for the rules of a network: {@link RulesCompiler} makes the same of it.
 *
 * <p>Matches without an action, which have no effect, are left out.
 */
public final class RulesDecompiler {
  private final StringBuilder source = new StringBuilder();
  private final Map<Long, MatchWriter.TagNames> tags = new HashMap<>();

  private RulesDecompiler() {}

  /**
   * Returns a source.
   *
   * @param json what the compiler has printed, or an object with rules, capabilities and tags, as
   *     the controller's API returns for a network
   * @throws IllegalArgumentException with the first part that the language has no words for
   */
  public static String decompile(Map<String, @Nullable Object> json) {
    return new RulesDecompiler().write(json);
  }

  private String write(Map<String, @Nullable Object> json) {
    Map<String, @Nullable Object> config =
        json.containsKey("config") ? Json.asObject(json.get("config")) : json;
    writeTags(entries(config, "tags"), Json.asObject(json.get("tagsByName")));
    writeCapabilities(
        entries(config, "capabilities"), Json.asObject(json.get("capabilitiesByName")));
    writeStatements("", entries(config, "rules"), true);
    return source.toString();
  }

  private void writeTags(
      List<Map<String, @Nullable Object>> definitions, Map<String, @Nullable Object> byName) {
    var names = new ArrayList<String>(byName.keySet());
    for (Map<String, @Nullable Object> each : definitions) {
      long id = MatchWriter.number(each, "id");
      String name = "";
      for (String candidate : names) {
        Map<String, @Nullable Object> named = Json.asObject(byName.get(candidate));
        if (Objects.equals(named.get("id"), each.get("id"))
            && Objects.equals(named.get("default"), each.get("default"))) {
          name = candidate;
          break;
        }
      }
      names.remove(name);
      writeTag(name.isEmpty() ? "tag_" + id : name, each, Json.asObject(byName.get(name)));
    }
  }

  private void writeTag(
      String name, Map<String, @Nullable Object> tag, Map<String, @Nullable Object> named) {
    Map<String, @Nullable Object> enums = Json.asObject(named.get("enums"));
    Map<String, @Nullable Object> flags = Json.asObject(named.get("flags"));
    long id = MatchWriter.number(tag, "id");
    line("tag ", name(name));
    line("  id ", Long.toString(id));
    if (tag.get("default") instanceof Number number) {
      line("  default ", defaultWord(number.longValue(), flags));
    }
    flags.forEach((flag, bits) -> line("  flag ", bitList(bits) + " " + name(flag)));
    enums.forEach((value, number) -> line("  enum ", number + " " + name(value)));
    line(";", "\n");
    tags.putIfAbsent(id, new MatchWriter.TagNames(name, enums, flags));
  }

  private static String name(String text) {
    if (!Words.isName(text)) {
      throw new IllegalArgumentException(
          "expected a name of letters, digits and underscores, found " + Json.write(text));
    }
    return text;
  }

  /** A negative value is that of a flag of bit 31, which has no decimal form. */
  private static String defaultWord(long value, Map<String, @Nullable Object> flags) {
    for (Map.Entry<String, @Nullable Object> each : flags.entrySet()) {
      if (value < 0 && each.getValue() instanceof Number bits && bits.longValue() == value) {
        return each.getKey();
      }
    }
    return Long.toString(value);
  }

  private static String bitList(@Nullable Object bits) {
    int value = bits instanceof Number number ? number.intValue() : 0;
    var list = new ArrayList<String>();
    for (int bit = 0; bit < Integer.SIZE; bit++) {
      if ((value >>> bit & 1) != 0) {
        list.add(Integer.toString(bit));
      }
    }
    return String.join(",", list);
  }

  private void writeCapabilities(
      List<Map<String, @Nullable Object>> definitions, Map<String, @Nullable Object> byName) {
    var names = new HashMap<Long, String>();
    byName.forEach(
        (name, id) -> {
          if (id instanceof Number number) {
            names.putIfAbsent(number.longValue(), name);
          }
        });
    for (Map<String, @Nullable Object> each : definitions) {
      long id = MatchWriter.number(each, "id");
      line("cap ", name(names.getOrDefault(id, "cap_" + id)));
      line("  id ", Long.toString(id));
      if (Boolean.TRUE.equals(each.get("default"))) {
        line("  default", "");
      }
      writeStatements("  ", entries(each, "rules"), false);
      line(";", "\n");
    }
  }

  /**
   * Writes matches and their actions.
   *
   * @param ends whether the last statement is that of the document, which needs no matches
   */
  private void writeStatements(
      String indent, List<Map<String, @Nullable Object>> rules, boolean ends) {
    int last = lastAction(rules);
    var matches = new ArrayList<String>();
    var writer = new MatchWriter(tags);
    for (int i = 0; i <= last; i++) {
      Map<String, @Nullable Object> rule = rules.get(i);
      String type = MatchWriter.text(rule, "type");
      if (!type.startsWith("ACTION_")) {
        matches.add(writer.write(rule, i));
        continue;
      }
      String arguments = writer.actionArguments(rule, i);
      String action = writer.action(type, i);
      if (matches.isEmpty()) {
        boolean bare = arguments.isEmpty() && !(ends && i == last);
        line(indent, action + arguments + (bare ? " and" : "") + ";");
      } else {
        line(indent, action + arguments);
        matches.forEach(each -> line(indent + "  ", each));
        line(indent, ";");
      }
      matches.clear();
    }
  }

  private static int lastAction(List<Map<String, @Nullable Object>> rules) {
    int last = rules.size() - 1;
    while (last >= 0 && !MatchWriter.text(rules.get(last), "type").startsWith("ACTION_")) {
      last--;
    }
    return last;
  }

  private void line(String start, String rest) {
    source.append(start).append(rest).append('\n');
  }

  private static List<Map<String, @Nullable Object>> entries(
      Map<String, @Nullable Object> object, String key) {
    return object.get(key) instanceof List<?> list
        ? list.stream().map(Json::asObject).toList()
        : List.of();
  }
}
