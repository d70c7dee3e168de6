// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Writes a source for the rules of a network: {@link RulesCompiler} makes the same of it.
 *
 * <p>Matches without an action, which have no effect, are left out.
 */
public final class RulesDecompiler {
  private static final List<String> PARTS = List.of("rules", "capabilities", "tags");

  private final StringBuilder source = new StringBuilder();
  private final Map<Long, TagWords> tags = new HashMap<>();

  /** The last number that made a name unique. */
  private int serial = 1;

  private RulesDecompiler() {}

  /**
   * Returns a source.
   *
   * @param json what the compiler has printed, or an object with rules, capabilities and tags, as
   *     the controller's API returns for a network
   * @throws IllegalArgumentException with the first part that is not of the form of 03 section 5.8,
   *     or that the language has no words for
   */
  public static String decompile(@Nullable Object json) {
    return new RulesDecompiler().write(JsonFields.of("network", json));
  }

  private String write(JsonFields json) {
    JsonFields config = json.isNull("config") ? json : json.object("config");
    if (PARTS.stream().allMatch(config::isNull)) {
      throw new IllegalArgumentException(
          "expected an object with rules, capabilities or tags, found "
              + JsonFields.shown(config.members()));
    }
    config = new JsonFields("", config.members());
    writeTags(config.objects("tags", "tag"), json.object("tagsByName"));
    writeCapabilities(
        config.objects("capabilities", "capability"), json.object("capabilitiesByName"));
    writeStatements("", config.objects("rules", "rule"), true);
    return source.toString();
  }

  /** What the configuration has of a tag. */
  private record IdAndDefault(@Nullable Object id, @Nullable Object defaultValue) {
    static IdAndDefault of(JsonFields tag) {
      return new IdAndDefault(tag.members().get("id"), tag.members().get("default"));
    }
  }

  private void writeTags(List<JsonFields> definitions, JsonFields byName) {
    var names = new HashMap<IdAndDefault, Deque<String>>();
    for (String each : byName.members().keySet()) {
      names
          .computeIfAbsent(IdAndDefault.of(byName.object(each)), key -> new ArrayDeque<>())
          .add(each);
    }
    Set<String> taken = new HashSet<>(byName.members().keySet());
    for (JsonFields each : definitions) {
      Deque<String> known = names.getOrDefault(IdAndDefault.of(each), new ArrayDeque<>());
      String name =
          known.isEmpty() ? unused("tag_" + each.members().get("id"), taken) : known.remove();
      writeTag(name, each, byName.object(name));
    }
  }

  private String unused(String wanted, Set<String> taken) {
    String name = wanted;
    while (!taken.add(name)) {
      name = wanted + "_" + ++serial;
    }
    return name;
  }

  private void writeTag(String name, JsonFields tag, JsonFields named) {
    long id = tag.number("id", 0, Words.MAX_U32);
    Map<String, Long> enums = values(named.object("enums"), 0, Words.MAX_U32);
    Map<String, Long> flags = values(named.object("flags"), Integer.MIN_VALUE, Integer.MAX_VALUE);
    line("tag ", definedName(name));
    line("  id ", Long.toString(id));
    flags.forEach((flag, bits) -> line("  flag ", bitList(flag, bits) + " " + inTag(flag)));
    enums.forEach((word, value) -> line("  enum ", value + " " + inTag(word)));
    if (!tag.isNull("default")) {
      line("  default ", defaultWord(tag, enums, flags));
    }
    line(";", "\n");
    tags.putIfAbsent(id, TagWords.of(name, enums, flags));
  }

  private static Map<String, Long> values(JsonFields named, long min, long max) {
    var values = new TreeMap<String, Long>();
    for (String each : named.members().keySet()) {
      values.put(name(each), named.number(each, min, max));
    }
    return values;
  }

  /** Upper case keeps a word from opening a block; names are defined in lower case. */
  private static String inTag(String name) {
    return RulesScanner.OPENS_BLOCK.contains(name) ? name.toUpperCase(Locale.ROOT) : name;
  }

  private static String definedName(String text) {
    if (Words.isReserved(text)) {
      throw new IllegalArgumentException(
          "expected a name, found the reserved word " + JsonFields.shown(text));
    }
    return name(text);
  }

  /** Returns a name as matches can use it. */
  private static String name(String text) {
    boolean fits = text.length() <= RulesScanner.MAX_WORD_CHARS;
    if (!fits || !Words.isName(text) || !text.equals(text.toLowerCase(Locale.ROOT))) {
      throw new IllegalArgumentException(
          "expected a name of lower-case letters, digits and underscores, found "
              + JsonFields.shown(text));
    }
    return text;
  }

  /** A negative value is that of a flag of bit 31, which has no decimal form. */
  private static String defaultWord(
      JsonFields tag, Map<String, Long> enums, Map<String, Long> flags) {
    long value = tag.number("default", Integer.MIN_VALUE, Words.MAX_DECIMAL);
    if (value >= 0) {
      return Long.toString(value);
    }
    return flags.entrySet().stream()
        .filter(each -> each.getValue() == value && !enums.containsKey(each.getKey()))
        .map(Map.Entry::getKey)
        .filter(each -> !RulesScanner.OPENS_BLOCK.contains(each))
        .findFirst()
        .orElseThrow(() -> tag.unexpected("a value that is not negative", "default"));
  }

  private static String bitList(String flag, long bits) {
    var list = new ArrayList<String>();
    for (int bit = 0; bit < Integer.SIZE; bit++) {
      if ((bits >>> bit & 1) != 0) {
        list.add(Integer.toString(bit));
      }
    }
    if (list.isEmpty()) {
      throw new IllegalArgumentException("flag " + flag + ": expected at least one bit, found 0");
    }
    return String.join(",", list);
  }

  private void writeCapabilities(List<JsonFields> definitions, JsonFields byName) {
    var names = new HashMap<Long, String>();
    for (String each : byName.members().keySet()) {
      names.putIfAbsent(byName.number(each, 0, Words.MAX_U32), each);
    }
    Set<String> taken = new HashSet<>(byName.members().keySet());
    var ids = new HashSet<Long>();
    for (JsonFields each : definitions) {
      long id = each.number("id", 0, Words.MAX_U32);
      if (!ids.add(id)) {
        throw each.unexpected("a number that no other capability has", "id");
      }
      String known = names.get(id);
      line("cap ", definedName(known == null ? unused("cap_" + id, taken) : known));
      line("  id ", Long.toString(id));
      if (each.flag("default")) {
        line("  default", "");
      }
      writeStatements("  ", each.objects("rules", "rule"), false);
      line(";", "\n");
    }
  }

  /**
   * Writes matches and their actions.
   *
   * @param ends whether the last statement is that of the document, which needs no matches
   */
  private void writeStatements(String indent, List<JsonFields> rules, boolean ends) {
    int last = lastAction(rules);
    var matches = new ArrayList<String>();
    var writer = new MatchWriter(tags);
    for (int i = 0; i < rules.size(); i++) {
      JsonFields rule = rules.get(i);
      if (!MatchWriter.isAction(rule)) {
        matches.add(writer.match(rule));
        continue;
      }
      String action = writer.action(rule);
      if (matches.isEmpty()) {
        boolean bare = action.indexOf(' ') < 0 && !(ends && i == last);
        line(indent, action + (bare ? " and" : "") + ";");
      } else {
        line(indent, action);
        matches.forEach(each -> line(indent + "  ", each));
        line(indent, ";");
      }
      matches.clear();
    }
  }

  private static int lastAction(List<JsonFields> rules) {
    int last = rules.size() - 1;
    while (last >= 0 && !MatchWriter.isAction(rules.get(last))) {
      last--;
    }
    return last;
  }

  private void line(String start, String rest) {
    source.append(start).append(rest).append('\n');
  }
}
