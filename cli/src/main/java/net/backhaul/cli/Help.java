// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import net.backhaul.protocol.Version;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * What is printed where a command line asks for help or needs it (04 section 1.6): a program's
 * grammar, laid out as people know it from the reference.
 */
final class Help {
  private static final int ARCHITECTURE_JVM = 14;
  private static final int COLUMN = 24;

  private Help() {}

  static String cli() {
    return "Backhaul version "
        + Version.backhaul()
        + ", compatible with ZeroTier One "
        + Version.REFERENCE
        + " (platform "
        + Platform.CURRENT.number()
        + " arch "
        + ARCHITECTURE_JVM
        + ")\n"
        + of(new CliGrammar().whole());
  }

  static String idtool() {
    return "Backhaul version "
        + Version.backhaul()
        + ", compatible with ZeroTier One "
        + Version.REFERENCE
        + "\n"
        + of(new IdtoolGrammar().whole());
  }

  private static String of(CommandSpec program) {
    var text = new StringBuilder("Licensed under the Apache License, Version 2.0\nUsage: ");
    append(text, program.usageMessage().customSynopsis());
    text.append('\n');
    if (!program.options().isEmpty()) {
      append(text, program.usageMessage().optionListHeading());
      for (OptionSpec option : program.options()) {
        if (!option.hidden()) {
          String value = option.arity().max() == 0 ? "" : option.paramLabel();
          append(text, option.shortestName() + value, option.description()[0]);
        }
      }
      text.append('\n');
    }
    append(text, "Commands:");
    for (CommandLine command : program.subcommands().values()) {
      appendCommand(text, command.getCommandSpec());
    }
    append(text, program.usageMessage().footer());
    return text.toString();
  }

  private static void append(StringBuilder text, String... lines) {
    for (String line : lines) {
      text.append(line).append('\n');
    }
  }

  /** Appends a line for each way to use a command: what to write, and what it is for. */
  private static void appendCommand(StringBuilder text, CommandSpec command) {
    String[] ways = command.usageMessage().customSynopsis();
    String[] says = command.usageMessage().header();
    if (ways.length == 0) {
      ways = new String[] {synopsis(command)};
    }
    for (int i = 0; i < ways.length; i++) {
      append(text, ways[i], says[i]);
    }
    if (command.findOption("--help") != null) {
      text.insert(text.length() - 1, ";");
      append(text, " ".repeat(COLUMN + 4) + "\"" + command.name() + " --help\" tells more");
    }
  }

  private static String synopsis(CommandSpec command) {
    var synopsis = new StringBuilder(command.name());
    for (PositionalParamSpec argument : command.positionalParameters()) {
      synopsis.append(' ').append(argument.paramLabel());
      synopsis.append(argument.isMultiValue() ? " ..." : "");
    }
    return synopsis.toString();
  }

  /** Appends what is explained and the explanation, in two columns. */
  private static void append(StringBuilder text, String what, String says) {
    text.append("  ").append(Text.left(what, COLUMN));
    if (what.length() >= COLUMN) {
      text.append('\n').append(" ".repeat(COLUMN + 2));
    }
    text.append("- ").append(says).append('\n');
  }
}
