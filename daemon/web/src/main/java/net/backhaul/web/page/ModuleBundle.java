// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.page;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Joins modules into one, since forty small files compress to a third more than one. Each becomes a
 * function that returns its exports, after those that it imports; modules of libraries are imported
 * by the whole.
 *
 * <p>It reads the forms that the page's modules use: {@code import { a } from 'x';}, {@code import
 * a from 'x';}, {@code export { a } from 'x';} and {@code export} before a declaration, each at the
 * start of a line.
 */
final class ModuleBundle {
  private static final Pattern IMPORT =
      Pattern.compile("(?m)^import (\\{[^}]*\\}|\\w+) from '([^']+)';$");
  private static final Pattern REEXPORT =
      Pattern.compile("(?m)^export (\\{[^}]*\\}) from '([^']+)';$");
  private static final Pattern EXPORT =
      Pattern.compile("(?m)^export ((?:async )?(?:function|const|class)) (\\w+)");
  private static final Pattern OTHER = Pattern.compile("(?m)^(?:import|export)\\b.*");

  private final UnaryOperator<String> sources;
  private final List<String> names;

  /** The variable of each module; those of libraries begin with another letter. */
  private final Map<String, String> variables = new LinkedHashMap<>();

  private final List<String> opened = new ArrayList<>();
  private final StringBuilder libraries = new StringBuilder();
  private final StringBuilder modules = new StringBuilder();

  private ModuleBundle(List<String> names, UnaryOperator<String> sources) {
    this.names = names;
    this.sources = sources;
  }

  /**
   * Returns one module with what a module needs.
   *
   * @param main the module that uses the others
   * @param names of all modules that are joined; others are imported
   * @param sources returns the text of a module
   * @throws IllegalArgumentException if modules import each other in a circle, or have another form
   */
  static String of(String main, List<String> names, UnaryOperator<String> sources) {
    var bundle = new ModuleBundle(names, sources);
    bundle.add(main);
    return bundle.libraries.append(bundle.modules).toString();
  }

  private String variable(String name) {
    if (!variables.containsKey(name)) {
      if (names.contains(name)) {
        add(name);
      } else {
        String variable = "library" + variables.size();
        variables.put(name, variable);
        libraries.append("import * as %s from '%s';\n".formatted(variable, name));
      }
    }
    return String.valueOf(variables.get(name));
  }

  private void add(String name) {
    if (opened.contains(name)) {
      throw new IllegalArgumentException("modules import each other: " + opened + ", " + name);
    }
    opened.add(name);
    var exported = new ArrayList<String>();
    String text = replace(IMPORT, sources.apply(name), this::declaration);
    text =
        replace(
            REEXPORT,
            text,
            found -> {
              String variable = variable(found.group(2));
              for (String each : found.group(1).replaceAll("[{}\\s]", "").split(",")) {
                exported.add(each + ": " + variable + "." + each);
              }
              return "";
            });
    text =
        replace(
            EXPORT,
            text,
            found -> {
              exported.add(found.group(2));
              return found.group(1) + " " + found.group(2);
            });
    Matcher other = OTHER.matcher(text);
    if (other.find()) {
      throw new IllegalArgumentException(name + ": expected another form of " + other.group());
    }
    opened.removeLast();
    variables.put(name, "module" + variables.size());
    modules
        .append("const %s = (() => {\n".formatted(variables.get(name)))
        .append(text)
        .append("\nreturn { %s };\n})();\n".formatted(String.join(", ", exported)));
  }

  private String declaration(MatchResult found) {
    String variable = variable(found.group(2));
    return found.group(1).startsWith("{")
        ? "const " + found.group(1).replace(" as ", ": ") + " = " + variable + ";"
        : "const " + found.group(1) + " = " + variable + ".default;";
  }

  private interface Replacement {
    String of(MatchResult found);
  }

  private static String replace(Pattern pattern, String text, Replacement replacement) {
    return pattern
        .matcher(text)
        .replaceAll(found -> Matcher.quoteReplacement(replacement.of(found)));
  }
}
