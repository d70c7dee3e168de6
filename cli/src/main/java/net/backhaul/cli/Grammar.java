// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParseResult;

/**
 * The command line of a program, in terms of picocli: its switches, its commands and their
 * arguments, each with its help text.
 *
 * <p>It is built by calls and not by annotations, and only the command that is used is built, so
 * that a start costs one command and no reflection.
 */
abstract class Grammar {
  /** After it all words are arguments. No user can type it: the system ends words at a zero. */
  static final String END_OF_OPTIONS = "\0";

  /** Returns the names of all commands, in the order of the help. */
  abstract List<String> commands();

  /** Returns the program with its switches, without commands. */
  abstract CommandSpec program();

  /** Returns a command; null if there is none of this name. */
  abstract @Nullable CommandSpec command(String name);

  /** Adds a command to the program and returns it; null if there is none of this name. */
  final @Nullable CommandSpec addCommand(CommandSpec program, String name) {
    CommandSpec command = command(name);
    if (command != null) {
      program.addSubcommand(name, command);
    }
    return command;
  }

  /** Returns the program with all its commands. */
  final CommandSpec whole() {
    CommandSpec program = program();
    for (String name : commands()) {
      addCommand(program, name);
    }
    return program;
  }

  /** Returns a command that takes words as they are, also surplus ones. */
  static CommandSpec create(String name) {
    CommandSpec spec = CommandSpec.create().name(name);
    spec.parser()
        .expandAtFiles(false)
        .posixClusteredShortOptionsAllowed(false)
        .endOfOptionsDelimiter(END_OF_OPTIONS)
        .allowOptionsAsOptionParameters(true)
        .allowSubcommandsAsOptionParameters(true)
        .unmatchedArgumentsAllowed(true);
    return spec;
  }

  /** Returns a command; the first arguments are required. */
  static CommandSpec create(String name, String description, int required, String... arguments) {
    CommandSpec command = create(name);
    command.usageMessage().header(description);
    for (int i = 0; i < arguments.length; i++) {
      command.addPositional(
          PositionalParamSpec.builder()
              .index(Integer.toString(i))
              .arity(i < required ? "1" : "0..1")
              .required(i < required)
              .type(String.class)
              .paramLabel(arguments[i])
              .build());
    }
    return command;
  }

  /** Returns the arguments of a command in their order, surplus ones last. */
  static List<String> arguments(ParseResult command) {
    var arguments = new ArrayList<String>();
    for (PositionalParamSpec argument : command.matchedPositionals()) {
      arguments.addAll(argument.stringValues());
    }
    arguments.addAll(command.unmatched());
    return arguments;
  }
}
