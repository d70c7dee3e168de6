// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.backhaul.rules.Element.Token;
import org.jspecify.annotations.Nullable;

/** Compiles the block of a tag (03 section 5.9.4). */
final class TagCompiler {
  private static final int MAX_BIT = 31;

  private final Token name;
  private final Map<String, Long> enums = new LinkedHashMap<>();
  private final Map<String, Long> flags = new LinkedHashMap<>();
  private long id = -1;
  private @Nullable Token defaultValue;

  private TagCompiler(Token name) {
    this.name = name;
  }

  static NamedTag compile(Token name, List<Token> words) throws RulesException {
    var tag = new TagCompiler(name);
    for (int i = 0; i < words.size(); ) {
      i += tag.define(words, i);
    }
    if (tag.id < 0) {
      throw new RulesException(
          name, "Tag definition is missing a numeric ID.", "Add id and a number.");
    }
    return new NamedTag(name.lowerCase(), tag.id, tag.resolveDefault(), tag.enums, tag.flags);
  }

  /** Handles one keyword with its values; returns the number of words. */
  private int define(List<Token> words, int at) throws RulesException {
    Token keyword = words.get(at);
    int left = words.size() - at - 1;
    switch (keyword.lowerCase()) {
      case "id" -> {
        if (id >= 0) {
          throw new RulesException(keyword, "Duplicate tag id definition.");
        }
        require(left >= 1, keyword, "Missing numeric ID in tag definition.");
        id = value(words.get(at + 1), "Invalid or out of range tag ID.");
        return 2;
      }
      case "default" -> {
        require(defaultValue == null, keyword, "Duplicate tag default value definition.");
        require(left >= 1, keyword, "Missing value for tag default.");
        defaultValue = words.get(at + 1);
        return 2;
      }
      case "flag" -> {
        require(left >= 2, keyword, "Missing tag flag name or bits.");
        define(flags, words.get(at + 2), bits(words.get(at + 1)), "flag");
        return 3;
      }
      case "enum" -> {
        require(left >= 2, keyword, "Missing tag enum name or value.");
        long value = value(words.get(at + 1), "Invalid or out of range tag enum value.");
        define(enums, words.get(at + 2), value, "enum");
        return 3;
      }
      default ->
          throw new RulesException(
              keyword,
              "Unrecognized keyword \"%s\" in tag definition; expected id, default, flag or enum."
                  .formatted(keyword.text()));
    }
  }

  private static void define(Map<String, Long> names, Token name, long value, String kind)
      throws RulesException {
    if (!Words.isName(name.lowerCase())) {
      throw new RulesException(name, "Invalid or reserved tag " + kind + " name.");
    }
    if (names.putIfAbsent(name.lowerCase(), value) != null) {
      throw new RulesException(name, "Duplicate tag " + kind + " name.");
    }
  }

  /** Returns the bits of a list of numbers and names of flags; with bit 31 they are negative. */
  private long bits(Token list) throws RulesException {
    int bits = 0;
    for (String each : list.text().split(",", -1)) {
      Long known = flags.get(each);
      long bit = Words.number(each);
      if (known != null) {
        bits |= known.intValue();
      } else if (bit >= 0 && bit <= MAX_BIT) {
        bits |= 1 << bit;
      } else {
        throw new RulesException(
            list, "Invalid bit index (range 0-31) or unrecognized flag name in tag definition.");
      }
    }
    return bits;
  }

  private @Nullable Long resolveDefault() {
    Token given = defaultValue;
    if (given == null) {
      return null;
    }
    Long value = enums.get(given.text());
    if (value == null) {
      value = flags.get(given.text());
    }
    return value == null ? Math.abs(Words.decimal(given.text(), 0)) : value;
  }

  private static long value(Token word, String otherwise) throws RulesException {
    long value = Words.number(word.text());
    require(value >= 0 && value <= Words.MAX_U32, word, otherwise);
    return value;
  }

  private static void require(boolean condition, Token at, String otherwise) throws RulesException {
    if (!condition) {
      throw new RulesException(at, otherwise);
    }
  }
}
