// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.io.FileDescriptor;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The identity tool, {@code zerotier-idtool} (01 section 9, 04 section 1.5). */
public final class Idtool {
  private static final String NAME = "zerotier-idtool";

  private Idtool() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] args) {
    ProcessName.set(NAME);
    PrintStream out = Terminal.stream(FileDescriptor.out);
    PrintStream err = Terminal.stream(FileDescriptor.err);
    int code = run(args, out, err);
    Terminal.end(code);
  }

  /** Runs one command, as this process's user and in its directory; returns the exit code. */
  public static int run(String[] args, PrintStream out, PrintStream err) {
    return run(args, Terminal.ofProcess(NAME, out, err));
  }

  static int run(String[] args, Terminal terminal) {
    int code;
    try {
      code = dispatch(args, terminal);
    } catch (CliExit exit) {
      code = exit.print(terminal);
    }
    terminal.out().flush();
    terminal.err().flush();
    return code;
  }

  private static int dispatch(String[] args, Terminal terminal) throws CliExit {
    ParseResult command = parse(args);
    List<String> words = Grammar.arguments(command);
    return switch (command.commandSpec().name()) {
      case "generate" -> GenerateCommand.run(words, terminal);
      case "validate" -> IdentityCommands.validate(words.get(0), terminal);
      case "getpublic" -> IdentityCommands.getPublic(words.get(0), terminal);
      case "sign" -> IdentityCommands.sign(words.get(0), words.get(1), terminal);
      case "verify" -> IdentityCommands.verify(words.get(0), words.get(1), words.get(2), terminal);
      case "initmoon" -> MoonFile.begin(words.get(0), terminal);
      case "genmoon" -> MoonFile.sign(words.get(0), terminal);
      case "genplanet" -> PlanetFile.run(command, terminal);
      case "version" -> printVersion(terminal);
      default -> throw new AssertionError(command.commandSpec().name());
    };
  }

  private static int printVersion(Terminal terminal) {
    terminal.out().print(Help.versions());
    return 0;
  }

  /** Parses the words: the command first; all others are arguments unless it has options. */
  static ParseResult parse(String[] args) throws CliExit {
    Grammar grammar = new IdtoolGrammar();
    CommandSpec program = grammar.program();
    CommandSpec command = args.length == 0 ? null : grammar.addCommand(program, args[0]);
    if (command == null) {
      String word = args.length == 0 ? "" : args[0];
      throw CliExit.out(Help.idtool(), program.exitCodeOnInvalidInput())
          .withHint(Help.unknownCommand(word, grammar));
    }
    List<String> words = new ArrayList<>(List.of(args));
    if (command.options().isEmpty()) {
      words.add(1, Grammar.END_OF_OPTIONS);
    }
    try {
      ParseResult parsed =
          new CommandLine(program).parseArgs(words.toArray(new String[0])).subcommand();
      if (parsed.isUsageHelpRequested()) {
        throw CliExit.out(usage(command), 0);
      }
      return parsed;
    } catch (ParameterException e) {
      int code = command.exitCodeOnInvalidInput();
      throw command.options().isEmpty()
          ? CliExit.out(Help.idtool(), code).withHint(missingHint(command, args.length - 1))
          : CliExit.err(command.name() + ": " + e.getMessage() + "\n\n" + usage(command), code);
    }
  }

  /** Returns which arguments a command needs. */
  private static String missingHint(CommandSpec command, int given) {
    var hint = new StringBuilder(command.name()).append(": expected ");
    String separator = "";
    for (PositionalParamSpec argument : command.positionalParameters()) {
      hint.append(separator).append(argument.paramLabel());
      separator = " ";
    }
    hint.append(", found ").append(given == 0 ? "no" : Integer.toString(given));
    return hint.append(given == 1 ? " argument" : " arguments").toString();
  }

  private static String usage(CommandSpec command) {
    return command.commandLine().getUsageMessage(CommandLine.Help.Ansi.OFF);
  }
}
