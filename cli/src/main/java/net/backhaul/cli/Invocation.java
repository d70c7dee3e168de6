// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.backhaul.protocol.Version;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * The parsed words of a {@code zerotier-cli} command line (04 section 1.4).
 *
 * @param words everything that is no switch, the command first
 * @param port the port of the API, 0 to find it in the home directory
 * @param options the long options of the command, such as {@code --force}, with their values; a
 *     flag has an empty one
 */
record Invocation(
    List<String> words,
    boolean json,
    @Nullable String home,
    int port,
    @Nullable String token,
    String host,
    Map<String, String> options) {
  static final String DEFAULT_HOST = "127.0.0.1";

  private static final int FAILED = 1;

  /** Common words for switches, each followed by the switch that has this meaning. */
  private static final List<String> LONG_SWITCHES =
      List.of(
          "--version",
          "-v",
          "--json",
          "-j",
          "--port",
          "-p",
          "--token",
          "-T",
          "--home",
          "-D",
          "--host",
          "-H");

  Invocation {
    words = List.copyOf(words);
    options = Map.copyOf(options);
  }

  /** Parses the words; requests for help or the version, and mistakes, end in {@link CliExit}. */
  static Invocation parse(String[] args) throws CliExit {
    Grammar grammar = new CliGrammar();
    CommandSpec program = grammar.program();
    var switches = new ArrayList<String>();
    var words = new ArrayList<String>();
    CommandSpec command = command(args, grammar);
    var options = new ArrayList<String>();
    String unknownSwitch = sort(separate(args, command, options), program, switches, words);
    if (command != null) {
      program.addSubcommand(command.name(), command);
    }
    switches.addAll(words);
    switches.addAll(options);
    ParseResult parsed;
    try {
      parsed = new CommandLine(program).parseArgs(switches.toArray(new String[0]));
    } catch (ParameterException e) {
      if (command != null && !options.isEmpty() && ofCommand(e, command)) {
        throw CliExit.err("", FAILED).withHint(command.name() + ": " + e.getMessage());
      }
      throw CliExit.out(Help.cli(), program.exitCodeOnInvalidInput())
          .withHint(switchHint(e, program, switches));
    }
    if (parsed.isVersionHelpRequested()) {
      throw CliExit.out(Version.REFERENCE + "\n", 0);
    }
    if (parsed.isUsageHelpRequested()) {
      throw CliExit.out(Help.cli(), 0)
          .withHint(unknownSwitch == null ? null : unknownSwitchHint(unknownSwitch));
    }
    return of(parsed);
  }

  /** Returns the command that the first word names; null for a word that is none. */
  private static @Nullable CommandSpec command(String[] args, Grammar grammar) {
    for (String arg : args) {
      if (!arg.isEmpty() && !arg.startsWith("-")) {
        return grammar.command(arg);
      }
    }
    return null;
  }

  /**
   * Separates the long options of a command, with their values, from the other words. A command of
   * the reference has none.
   */
  private static List<String> separate(
      String[] args, @Nullable CommandSpec command, List<String> options) {
    if (command == null || command.options().isEmpty()) {
      return List.of(args);
    }
    var others = new ArrayList<String>();
    for (int i = 0; i < args.length; i++) {
      int equals = args[i].indexOf('=');
      OptionSpec option =
          args[i].startsWith("--")
              ? command.findOption(equals < 0 ? args[i] : args[i].substring(0, equals))
              : null;
      if (option == null) {
        others.add(args[i]);
      } else if (equals < 0 && option.arity().max() > 0 && i + 1 < args.length) {
        options.add(args[i] + "=" + args[++i]);
      } else {
        options.add(args[i]);
      }
    }
    return others;
  }

  private static boolean ofCommand(ParameterException e, CommandSpec command) {
    return e.getCommandLine().getCommandSpec() == command;
  }

  /**
   * Brings the words into the order and form of the grammar. Switches may stand anywhere, with
   * their value in the same word: here it follows "=", so that the next word is not taken for it.
   * Words after a request for help or for the version are skipped.
   *
   * @return the unknown switch that requests help, or null
   */
  private static @Nullable String sort(
      List<String> args, CommandSpec program, List<String> switches, List<String> words) {
    for (String arg : args) {
      if (!arg.startsWith("-")) {
        if (!arg.isEmpty()) {
          words.add(arg);
        }
        continue;
      }
      String name = arg.substring(0, Math.min(2, arg.length()));
      OptionSpec option = program.findOption(name);
      if (option == null || option.usageHelp()) {
        switches.add("-h");
        return option != null || arg.equals("--help") || arg.equals("-?") ? null : arg;
      }
      boolean alone = option.arity().max() == 0 && arg.equals(name);
      switches.add(alone ? name : name + "=" + arg.substring(name.length()));
      if (option.versionHelp()) {
        return null;
      }
    }
    return null;
  }

  private static String unknownSwitchHint(String unknown) {
    String hint = "unknown switch " + Text.quoted(unknown);
    var longNames = new ArrayList<String>();
    for (int i = 0; i < LONG_SWITCHES.size(); i += 2) {
      longNames.add(LONG_SWITCHES.get(i));
    }
    int equals = unknown.indexOf('=');
    List<String> near =
        NearestWords.find(equals < 0 ? unknown : unknown.substring(0, equals), longNames);
    return near.isEmpty() || !unknown.startsWith("--")
        ? hint
        : hint
            + "; did you mean "
            + LONG_SWITCHES.get(LONG_SWITCHES.indexOf(near.getFirst()) + 1)
            + "?";
  }

  /** Returns what is wrong with the value of a switch. */
  private static @Nullable String switchHint(
      ParameterException e, CommandSpec program, List<String> switches) {
    if (!(e.getArgSpec() instanceof OptionSpec option)) {
      return flagHint(program, switches);
    }
    String name = option.shortestName();
    String value = e.getValue() == null ? "" : e.getValue();
    return value.isEmpty()
        ? name
            + ": expected the value in the same word, "
            + name
            + option.paramLabel()
            + ", found none"
        : name + ": expected a port from 1 to 65535, found " + Text.quoted(value);
  }

  /** Returns which flag has a value, an error for which picocli names no option. */
  private static @Nullable String flagHint(CommandSpec program, List<String> switches) {
    for (String word : switches) {
      int equals = word.indexOf('=');
      OptionSpec option = equals < 0 ? null : program.findOption(word.substring(0, equals));
      if (option != null && option.arity().max() == 0) {
        return option.shortestName()
            + " takes no value, found "
            + Text.quoted(word.substring(equals + 1));
      }
    }
    return null;
  }

  private static Invocation of(ParseResult parsed) {
    var words = new ArrayList<String>();
    var options = new HashMap<String, String>();
    if (parsed.hasSubcommand()) {
      ParseResult command = parsed.subcommand();
      words.add(command.commandSpec().name());
      words.addAll(Grammar.arguments(command));
      for (OptionSpec option : command.matchedOptions()) {
        boolean isFlag = option.arity().max() == 0;
        options.put(option.longestName(), isFlag ? "" : option.stringValues().getLast());
      }
    } else {
      words.addAll(parsed.unmatched());
    }
    return new Invocation(
        words,
        parsed.hasMatchedOption("-j"),
        parsed.matchedOptionValue("-D", null),
        parsed.matchedOptionValue("-p", 0),
        parsed.matchedOptionValue("-T", null),
        parsed.matchedOptionValue("-H", DEFAULT_HOST),
        options);
  }

  String command() {
    return words.isEmpty() ? "" : words.get(0);
  }

  String first() {
    return words.size() < 2 ? "" : words.get(1);
  }

  /** Returns the second argument; of several later words the last one counts. */
  String second() {
    return words.size() < 3 ? "" : words.get(words.size() - 1);
  }

  /** Returns the word at a position after the command, or an empty one. */
  String word(int position) {
    return position < words.size() ? words.get(position) : "";
  }

  /** Returns the arguments that have no effect: those too many, but of two the last counts. */
  List<String> ignoredWords() {
    int used = words.size() < 2 ? 0 : CliGrammar.argumentCount(this);
    if (used < 0 || words.size() <= used + 1) {
      return List.of();
    }
    return used == 2 ? words.subList(2, words.size() - 1) : words.subList(used + 1, words.size());
  }
}
