// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.util.List;
import net.backhaul.protocol.Version;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The help of a program (04 section 1.6): its grammar, laid out as the reference's help. */
public final class Help {
  private static final int ARCHITECTURE_JVM = 14;
  private static final int COLUMN = 24;
  private static final int DAEMON_COLUMN = 18;
  private static final List<String> HELP_WORDS = List.of("help", "-h", "--help", "-?");

  private Help() {}

  /** Returns the help of {@code zerotier-one}, which was started as this program. */
  public static String daemon(String program) {
    CommandSpec grammar = new DaemonGrammar().program();
    var text = new StringBuilder();
    append(
        text,
        "Backhaul "
            + Version.backhaul()
            + ", a mesh VPN that speaks ZeroTier's protocol (as version "
            + Version.REFERENCE
            + " does).",
        "Licence: Apache-2.0",
        "",
        "Usage: " + grammar.usageMessage().customSynopsis()[0].replace("%s", program),
        "",
        "Available switches:");
    appendOptions(text, grammar, DAEMON_COLUMN);
    return text.toString();
  }

  static String cli() {
    return version()
        + " (platform "
        + Platform.CURRENT.number()
        + " arch "
        + ARCHITECTURE_JVM
        + ")\n"
        + of(new CliGrammar().whole());
  }

  static String idtool() {
    return versions() + of(new IdtoolGrammar().whole());
  }

  /** Returns the output of the command {@code version}. */
  static String versions() {
    return version() + "\n";
  }

  private static String version() {
    return "Backhaul version "
        + Version.backhaul()
        + ", compatible with ZeroTier One "
        + Version.REFERENCE;
  }

  /** Returns the hint for a word that is no command; null for one that requests help. */
  static @Nullable String unknownCommand(String word, Grammar grammar) {
    if (HELP_WORDS.contains(word)) {
      return null;
    }
    return word.isEmpty()
        ? "expected a command, found none"
        : "unknown command "
            + Text.quoted(word)
            + NearestWords.suggestion(word, grammar.commands());
  }

  private static String of(CommandSpec program) {
    var text = new StringBuilder("Licensed under the Apache License, Version 2.0\nUsage: ");
    append(text, program.usageMessage().customSynopsis());
    text.append('\n');
    if (!program.options().isEmpty()) {
      append(text, program.usageMessage().optionListHeading());
      appendOptions(text, program, COLUMN);
      text.append('\n');
    }
    append(text, "Commands:");
    for (CommandLine command : program.subcommands().values()) {
      appendCommand(text, command.getCommandSpec());
    }
    append(text, program.usageMessage().footer());
    return text.toString();
  }

  private static void appendOptions(StringBuilder text, CommandSpec program, int column) {
    for (OptionSpec option : program.options()) {
      if (!option.hidden()) {
        append(text, term(option), option.description()[0], column);
      }
    }
  }

  /** Returns a switch with its value, which stands in the same word. */
  static String term(OptionSpec option) {
    return option.shortestName() + (option.arity().max() == 0 ? "" : option.paramLabel());
  }

  private static void append(StringBuilder text, String... lines) {
    for (String line : lines) {
      text.append(line).append('\n');
    }
  }

  /** Appends a line for each form of a command: its words and its purpose. */
  private static void appendCommand(StringBuilder text, CommandSpec command) {
    String[] forms = forms(command);
    String[] descriptions = command.usageMessage().header();
    for (int i = 0; i < forms.length; i++) {
      append(text, forms[i], descriptions[i], COLUMN);
    }
    if (command.findOption("--help") != null) {
      text.insert(text.length() - 1, ";");
      append(text, " ".repeat(COLUMN + 4) + "\"" + command.name() + " --help\" explains it");
    }
  }

  /** Returns the forms of a command, each described by the line of its header at that position. */
  static String[] forms(CommandSpec command) {
    String[] forms = command.usageMessage().customSynopsis();
    return forms.length == 0 ? new String[] {synopsis(command)} : forms;
  }

  private static String synopsis(CommandSpec command) {
    var synopsis = new StringBuilder(command.name());
    for (PositionalParamSpec argument : command.positionalParameters()) {
      synopsis.append(' ').append(argument.paramLabel());
      synopsis.append(argument.isMultiValue() ? " ..." : "");
    }
    return synopsis.toString();
  }

  /** Appends a term and its description, in two columns. */
  private static void append(StringBuilder text, String term, String description, int column) {
    text.append("  ").append(Text.left(term, column));
    if (term.length() >= column) {
      text.append('\n').append(" ".repeat(column + 2));
    }
    text.append("- ").append(description).append('\n');
  }
}
