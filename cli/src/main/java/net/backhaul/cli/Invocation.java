// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.util.ArrayList;
import java.util.List;
import net.backhaul.protocol.Version;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * What the words of a {@code zerotier-cli} command line mean (04 section 1.4).
 *
 * @param words everything that is no switch, the command first
 * @param port the port of the API, 0 to find it in the home folder
 */
record Invocation(
    List<String> words,
    boolean json,
    @Nullable String home,
    int port,
    @Nullable String token,
    String host) {
  static final String DEFAULT_HOST = "127.0.0.1";

  Invocation {
    words = List.copyOf(words);
  }

  /** Reads the words; a request for help, for the version or a mistake ends in {@link CliExit}. */
  static Invocation parse(String[] args) throws CliExit {
    Grammar grammar = new CliGrammar();
    CommandSpec program = grammar.program();
    var switches = new ArrayList<String>();
    var words = new ArrayList<String>();
    sort(args, program, switches, words);
    if (!words.isEmpty()) {
      grammar.addCommand(program, words.getFirst());
    }
    switches.addAll(words);
    ParseResult parsed;
    try {
      parsed = new CommandLine(program).parseArgs(switches.toArray(new String[0]));
    } catch (ParameterException e) {
      throw CliExit.out(Help.cli(), program.exitCodeOnInvalidInput());
    }
    if (parsed.isVersionHelpRequested()) {
      throw CliExit.out(Version.REFERENCE + "\n", 0);
    }
    if (parsed.isUsageHelpRequested()) {
      throw CliExit.out(Help.cli(), 0);
    }
    return of(parsed);
  }

  /**
   * Brings the words into the order and the form of the grammar. Switches may stand anywhere, and a
   * value stands in the same word as its letter: here it comes behind "=", so that the next word is
   * none. An unknown switch asks for help. What stands behind a wish for help or for the version is
   * not looked at.
   */
  private static void sort(
      String[] args, CommandSpec program, List<String> switches, List<String> words) {
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
        return;
      }
      boolean alone = option.arity().max() == 0 && arg.equals(name);
      switches.add(alone ? name : name + "=" + arg.substring(name.length()));
      if (option.versionHelp()) {
        return;
      }
    }
  }

  private static Invocation of(ParseResult parsed) {
    var words = new ArrayList<String>();
    if (parsed.hasSubcommand()) {
      words.add(parsed.subcommand().commandSpec().name());
      words.addAll(Grammar.arguments(parsed.subcommand()));
    } else {
      words.addAll(parsed.unmatched());
    }
    return new Invocation(
        words,
        parsed.hasMatchedOption("-j"),
        parsed.matchedOptionValue("-D", null),
        parsed.matchedOptionValue("-p", 0),
        parsed.matchedOptionValue("-T", null),
        parsed.matchedOptionValue("-H", DEFAULT_HOST));
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

  /** Returns the word at a place after the command, or nothing. */
  String word(int place) {
    return place < words.size() ? words.get(place) : "";
  }
}
