// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.backhaul.cli.ManualPage.Code;
import net.backhaul.cli.ManualPage.Declared;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * The manual pages: what the grammars declare, which the help prints too, the tables of
 * docs/operating.md, and the words of docs/man.
 */
final class Manuals {
  static final Path TOP = Path.of("").toAbsolutePath().getParent();

  /** The day on which what the pages say was last changed; their footer shows it. */
  private static final String DATE = "2026-11-30";

  private static final int SYNOPSIS_COLUMNS = 72;

  private Manuals() {}

  /** Returns the generated files of all pages, by their paths in the tree. */
  static Map<String, String> files() throws IOException {
    var files = new LinkedHashMap<String, String>();
    add(files, "zerotier-one.8", new DaemonGrammar(), daemonTables());
    add(files, "zerotier-cli.1", new CliGrammar(), Map.of());
    add(files, "zerotier-idtool.1", new IdtoolGrammar(), Map.of());
    return files;
  }

  private static void add(
      Map<String, String> files, String name, Grammar grammar, Map<String, List<Declared>> tables)
      throws IOException {
    String source = "docs/man/" + name + ".md";
    Map<String, List<Declared>> declared = new LinkedHashMap<>(tables);
    CommandSpec program = grammar.whole();
    if (!program.options().isEmpty()) {
      declared.put("Options", options(program));
    }
    if (!program.subcommands().isEmpty()) {
      declared.put("Commands", commands(program));
    }
    for (CommandLine command : program.subcommands().values()) {
      if (!command.getCommandSpec().options().isEmpty()) {
        declared.put("Options of " + command.getCommandName(), options(command.getCommandSpec()));
      }
    }
    ManualPage page =
        ManualPage.read(Files.readString(TOP.resolve(source))).with(synopsis(program), declared);
    files.put(source, page.markdown());
    files.put("scripts/dist/man/" + name, Roff.of(page, source, DATE));
  }

  private static Code synopsis(CommandSpec program) {
    var words = new ArrayList<String>();
    for (OptionSpec option : program.options()) {
      if (!option.hidden()) {
        words.add("[" + Help.term(option) + "]");
      }
    }
    String tail = program.usageMessage().customSynopsis()[0].replaceFirst("^\\S+ ", "");
    words.add(tail.replace("[-switches] ", "").replace(' ', '\0'));
    String indent = " ".repeat(program.name().length() + 1);
    List<String> lines =
        ManualPage.wrap(String.join(" ", words), SYNOPSIS_COLUMNS - indent.length())
            .replace('\0', ' ')
            .lines()
            .toList();
    var result = new ArrayList<String>();
    for (String line : lines) {
      result.add((result.isEmpty() ? program.name() + " " : indent) + line);
    }
    return new Code(result);
  }

  private static List<Declared> options(CommandSpec program) {
    var declared = new ArrayList<Declared>();
    for (OptionSpec option : program.options()) {
      var names = new ArrayList<String>();
      for (String name : option.names()) {
        String separator = name.startsWith("--") ? "=" : "";
        names.add(
            "`" + name + (option.arity().max() == 0 ? "" : separator + option.paramLabel()) + "`");
      }
      declared.add(new Declared(String.join(", ", names), sentence(option.description()[0]), true));
    }
    return declared;
  }

  private static List<Declared> commands(CommandSpec program) {
    var declared = new ArrayList<Declared>();
    for (CommandLine command : program.subcommands().values()) {
      String[] forms = Help.forms(command.getCommandSpec());
      for (int i = 0; i < forms.length; i++) {
        String sentence = command.getCommandSpec().usageMessage().header()[i];
        declared.add(new Declared("`" + forms[i] + "`", sentence(sentence), true));
      }
    }
    for (String line : program.usageMessage().footer()) {
      if (line.startsWith("  /")) {
        String[] parts = line.strip().split(" +- ", 2);
        declared.add(new Declared("`" + parts[0] + "`", parts[1], true));
      }
    }
    return declared;
  }

  /** Returns a description as the first sentence of a definition, without its full stop. */
  private static String sentence(String description) {
    String sentence = description.replaceFirst("\\.$", "");
    if (sentence.contains(". ")) {
      throw new IllegalArgumentException("expected one sentence: " + description);
    }
    return sentence;
  }

  /** Returns the definitions that are tables of docs/operating.md: files and settings. */
  private static Map<String, List<Declared>> daemonTables() throws IOException {
    String operating = Files.readString(TOP.resolve("docs/operating.md"));
    var files = new ArrayList<Declared>();
    for (List<String> row : table(operating, "| file | what |")) {
      files.add(new Declared(row.get(0), row.get(1) + " (written by: " + row.get(2) + ")", false));
    }
    var settings = new ArrayList<Declared>();
    for (List<String> row : table(operating, "| key of `settings` |")) {
      settings.add(new Declared(row.get(0), row.get(2) + " (default: " + row.get(1) + ")", false));
    }
    return Map.of("Files", files, "Settings", settings);
  }

  private static List<List<String>> table(String markdown, String firstCells) {
    List<List<String>> rows =
        markdown
            .lines()
            .dropWhile(line -> !line.startsWith(firstCells))
            .skip(2)
            .takeWhile(line -> line.startsWith("|"))
            .map(line -> List.of(line.substring(2).split(" *\\| *")))
            .toList();
    if (rows.isEmpty()) {
      throw new IllegalStateException("docs/operating.md has no table " + firstCells);
    }
    return rows;
  }
}
