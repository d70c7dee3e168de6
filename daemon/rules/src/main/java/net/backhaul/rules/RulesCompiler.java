// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import net.backhaul.json.Json;
import net.backhaul.rules.Element.Block;
import net.backhaul.rules.Element.Token;
import org.jspecify.annotations.Nullable;

/** Compiles sources of the rules language (03 section 5.9). */
public final class RulesCompiler {
  /** Maximum length of a source, in characters. */
  public static final int MAX_SOURCE_CHARS = 1 << 20;

  /** Maximum matches and actions that a source may stand for, with all macros included. */
  public static final int MAX_RULES = 100_000;

  private static final int MAX_MACRO_DEPTH = 64;
  private static final int TARGET_CHARS = 10;
  private static final int MAX_LENGTH = 0xffff;

  private final Map<String, Macro> macros = new LinkedHashMap<>();
  private final Map<String, NamedTag> tags = new LinkedHashMap<>();
  private final Map<String, CapabilitySource> capabilities = new LinkedHashMap<>();
  private final Set<Long> capabilityIds = new HashSet<>();
  private final List<Element> base = new ArrayList<>();
  private int count;

  /** A capability whose statements are not compiled yet. */
  private record CapabilitySource(long id, boolean isDefault, List<Element> statements) {}

  private RulesCompiler() {}

  /**
   * Compiles a source.
   *
   * @throws RulesException for the first error
   */
  public static CompiledRules compile(String source) throws RulesException {
    if (source.length() > MAX_SOURCE_CHARS) {
      throw new RulesException(
          Token.NOWHERE,
          "The source has %d characters; at most %d are allowed."
              .formatted(source.length(), MAX_SOURCE_CHARS));
    }
    return new RulesCompiler().compile(RulesScanner.scan(source));
  }

  private CompiledRules compile(List<Element> document) throws RulesException {
    for (int i = 0; i < document.size(); i++) {
      if (document.get(i) instanceof Token keyword && isDefinition(keyword)) {
        define(keyword, i + 1 < document.size() ? document.get(++i) : null);
      } else {
        base.add(document.get(i));
      }
    }
    var compiled = new ArrayList<NamedCapability>();
    for (Map.Entry<String, CapabilitySource> each : capabilities.entrySet()) {
      CapabilitySource of = each.getValue();
      List<CompiledRule> rules = statements(of.statements(), Map.of(), 0);
      compiled.add(new NamedCapability(each.getKey(), of.id(), of.isDefault(), rules));
    }
    return new CompiledRules(statements(base, Map.of(), 0), compiled, List.copyOf(tags.values()));
  }

  private static boolean isDefinition(Token word) {
    return switch (word.lowerCase()) {
      case "macro", "tag", "cap" -> true;
      default -> false;
    };
  }

  private void define(Token keyword, @Nullable Element definition) throws RulesException {
    if (!(definition instanceof Block block)
        || !(block.elements().getFirst() instanceof Token name)) {
      throw new RulesException(
          keyword, "Missing name and definition after \"%s\".".formatted(keyword.text()));
    }
    List<Element> rest = block.elements().subList(1, block.elements().size());
    switch (keyword.lowerCase()) {
      case "macro" -> {
        String written = Macro.name(name.text());
        String plain = written.toLowerCase(Locale.ROOT);
        verifyName(name, written, "macro", macros.containsKey(plain));
        macros.put(plain, new Macro(Macro.parameters(name.text()), rest));
      }
      case "tag" -> {
        verifyName(name, name.text(), "tag", tags.containsKey(name.lowerCase()));
        tags.put(name.lowerCase(), TagCompiler.compile(name, words(name, rest)));
      }
      default -> {
        boolean taken = capabilities.containsKey(name.lowerCase());
        verifyName(name, name.text(), "capability", taken);
        capabilities.put(name.lowerCase(), capability(name, rest));
      }
    }
  }

  private static void verifyName(Token at, String name, String kind, boolean taken)
      throws RulesException {
    if (!Words.isName(name.toLowerCase(Locale.ROOT))) {
      throw new RulesException(
          at,
          "Invalid " + kind + " name.",
          "Names have letters, digits and underscores, and begin with no digit.");
    }
    if (Words.isReserved(name)) {
      throw new RulesException(at, "Invalid " + kind + " name: it is a reserved word.");
    }
    if (taken) {
      throw new RulesException(at, "Multiple definition of " + kind + " name.");
    }
  }

  private static List<Token> words(Token name, List<Element> elements) throws RulesException {
    var words = new ArrayList<Token>();
    for (Element each : elements) {
      if (!(each instanceof Token word)) {
        throw new RulesException(name, "A tag definition contains no statements.");
      }
      words.add(word);
    }
    return words;
  }

  private CapabilitySource capability(Token name, List<Element> elements) throws RulesException {
    long id = -1;
    boolean isDefault = false;
    var statements = new ArrayList<Element>();
    for (int i = 0; i < elements.size(); i++) {
      String word = elements.get(i) instanceof Token token ? token.lowerCase() : "";
      if (word.equals("id")) {
        Token keyword = (Token) elements.get(i);
        Element value = i + 1 < elements.size() ? elements.get(i + 1) : null;
        id = capabilityId(keyword, id, value);
        i++;
      } else if (word.equals("default")) {
        isDefault = true;
      } else {
        statements.add(elements.get(i));
      }
    }
    if (id < 0) {
      throw new RulesException(
          name, "Capability definition is missing a numeric ID.", "Add id and a number.");
    }
    return new CapabilitySource(id, isDefault, statements);
  }

  private long capabilityId(Token keyword, long before, @Nullable Element value)
      throws RulesException {
    if (before >= 0) {
      throw new RulesException(keyword, "Duplicate capability id definition.");
    }
    long id = value instanceof Token word ? Words.number(word.text()) : -1;
    if (id < 0 || id > Words.MAX_U32) {
      throw new RulesException(keyword, "Missing or invalid capability ID.");
    }
    if (!capabilityIds.add(id)) {
      throw new RulesException(keyword, "Duplicate capability ID.");
    }
    return id;
  }

  // Statements (03 section 5.9.6).

  private List<CompiledRule> statements(
      List<Element> elements, Map<String, String> values, int depth) throws RulesException {
    var rules = new ArrayList<CompiledRule>();
    for (int i = 0; i < elements.size(); i++) {
      Token word = elements.get(i) instanceof Token token ? token : Token.NOWHERE;
      Element next = i + 1 < elements.size() ? elements.get(i + 1) : null;
      switch (word.lowerCase()) {
        case "drop", "accept", "break" -> {
          if (next instanceof Block block) {
            rules.addAll(matches(values, block.elements()));
            i++;
          }
          count(word, 1);
          rules.add(action(word, null));
        }
        case "tee", "watch", "redirect" -> {
          if (!(next instanceof Block block)) {
            throw new RulesException(word, "Missing arguments to \"%s\".".formatted(word.text()));
          }
          rules.addAll(copy(word, block, values));
          i++;
        }
        case "include" -> {
          rules.addAll(include(word, next, depth));
          i++;
        }
        default ->
            throw new RulesException(
                word, "Unrecognized action or directive in rule set.", hint(word));
      }
    }
    return rules;
  }

  private static String hint(Token word) {
    return MatchWords.kind(word.lowerCase()) != null
        ? "It is a match: the statement before it ended with a semicolon, or its keyword is not in"
            + " lower case."
        : "Statements are: drop accept break tee watch redirect include; definitions: macro tag"
            + " cap.";
  }

  /** Counts rules, and inclusions: those of macros without rules could be endless, too. */
  private void count(Token at, int more) throws RulesException {
    count += more;
    if (count > MAX_RULES) {
      throw new RulesException(at, "More than %d rules.".formatted(MAX_RULES));
    }
  }

  private List<CompiledRule> copy(Token word, Block block, Map<String, String> values)
      throws RulesException {
    boolean redirects = word.lowerCase().equals("redirect");
    List<Element> elements = block.elements();
    int arguments = redirects ? 1 : 2;
    if (elements.size() < arguments
        || !elements.subList(0, arguments).stream().allMatch(Token.class::isInstance)) {
      throw new RulesException(
          Token.NOWHERE, "Missing length or target of \"%s\".".formatted(word.text()));
    }
    Token target = (Token) elements.get(arguments - 1);
    Long length = redirects ? null : length((Token) elements.getFirst(), target, word);
    if (target.text().length() != TARGET_CHARS) {
      throw new RulesException(
          target, "Missing or invalid ZeroTier address target for %s.".formatted(word.lowerCase()));
    }
    var rules = new ArrayList<CompiledRule>();
    rules.addAll(matches(values, elements.subList(arguments, elements.size())));
    CompiledRule action = action(word, target);
    if (length != null) {
      action.json().put("length", length);
    }
    rules.add(action);
    return rules;
  }

  /** The reference reports a wrong length at the column of the target. */
  private static long length(Token given, Token target, Token word) throws RulesException {
    long length = Words.number(given.text());
    if (length < -1 || length > MAX_LENGTH) {
      throw new RulesException(
          new Token(given.text(), given.line(), target.column(), given.offset()),
          "Invalid packet length for %s (range -1 to %d).".formatted(word.lowerCase(), MAX_LENGTH));
    }
    return length;
  }

  private List<CompiledRule> include(Token word, @Nullable Element next, int depth)
      throws RulesException {
    if (!(next instanceof Token name)) {
      throw new RulesException(word, "Include directive is missing a macro name.");
    }
    Macro macro = macros.get(Macro.name(name.text()));
    if (macro == null) {
      throw new RulesException(
          name,
          "Undefined macro \"%s\".".formatted(Macro.name(name.text())),
          macros.isEmpty()
              ? "There are no macros."
              : "The macros, in lower case: " + String.join(" ", macros.keySet()) + ".");
    }
    List<String> given = Macro.arguments(name.text());
    if (given.size() < macro.parameters().size()) {
      throw new RulesException(
          name,
          "Missing values for macro: %d of %d.".formatted(given.size(), macro.parameters().size()));
    }
    if (depth >= MAX_MACRO_DEPTH) {
      throw new RulesException(
          Token.NOWHERE,
          "Macro \"%s\" is included in itself, or more than %d deep."
              .formatted(Macro.name(name.text()), MAX_MACRO_DEPTH));
    }
    count(name, 1);
    var values = new HashMap<String, String>();
    for (int i = 0; i < macro.parameters().size(); i++) {
      values.put(macro.parameters().get(i), given.get(i));
    }
    return statements(macro.body(), values, depth + 1);
  }

  private List<CompiledRule> matches(Map<String, String> values, List<Element> words)
      throws RulesException {
    List<CompiledRule> matches = new MatchCompiler(tags, values, words).compile();
    count(
        words.isEmpty() || !(words.getFirst() instanceof Token at) ? Token.NOWHERE : at,
        matches.size());
    return matches;
  }

  private static CompiledRule action(Token word, @Nullable Token target) {
    Map<String, @Nullable Object> json = Json.object();
    json.put("type", "ACTION_" + word.lowerCase().toUpperCase(Locale.ROOT));
    if (target != null) {
      json.put("address", target.text());
    }
    return new CompiledRule(json, word.offset());
  }
}
