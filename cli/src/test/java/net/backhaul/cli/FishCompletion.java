// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import net.backhaul.cli.Completions.Argument;
import net.backhaul.cli.Completions.Command;
import net.backhaul.cli.Completions.Kind;
import net.backhaul.cli.Completions.Switch;

/** Completion for fish: declarations, and functions for what depends on the words before. */
final class FishCompletion {
  private static final String AT =
      """
      # Whether so many words stand before the cursor, beside switches, the first of which is this command.
      function NAME_at --argument-names count command
          set -l words (commandline -opc)
          set -l words (string match -v -- '-*' $words[2..])
          test (count $words) -eq $count; and contains -- "$command" '' $words[1]
      end

      """;

  private static final String LISTED =
      """
      # Prints what a pattern selects, as value and description, in the output of a command; nothing if this user may not
      # read it. Names come from controllers: characters that a terminal interprets are removed.
      function NAME_listed --argument-names command pattern
          set -l given (commandline -opc | string match -r -- '^-[DpTH].+')
          set -lx PATH $PATH /usr/local/sbin /usr/sbin /sbin
          zerotier-cli $given $command 2>/dev/null </dev/null | tr -d '\\000-\\011\\013-\\037\\177' \\
              | string replace -rf -- $pattern '$1\\t$2'
      end

      """;

  private FishCompletion() {}

  static String of(Grammar grammar) {
    String program = grammar.program().name();
    var text = new StringBuilder(Completions.header(program, "fish")).append('\n');
    text.append(AT);
    text.append(program.equals("zerotier-cli") ? LISTED : "");
    text.append("complete -c PROGRAM -f\n");
    for (Switch option : Completions.switches(grammar.program())) {
      append(text, option, "");
    }
    if (grammar.commands().isEmpty()) {
      text.append(otherPrograms());
    }
    for (Command command : Completions.commands(grammar)) {
      append(text, "NAME_at 0", command.name(), command.sentence());
    }
    for (Command command : Completions.commands(grammar)) {
      for (Switch option : command.switches()) {
        append(text, option, " -n " + quote(ofCommand(command)));
      }
      for (int i = 0; i < command.arguments().size(); i++) {
        Kind kind = command.arguments().get(i).kind();
        String arguments = arguments(command.arguments().get(i));
        if (!arguments.isEmpty()) {
          String position =
              kind == Kind.ROOT
                  ? ofCommand(command)
                  : "NAME_at %d %s".formatted(i + 1, command.name());
          append(text, position, arguments, "");
        }
      }
    }
    return text.toString()
        .replace("NAME", "__" + program.replace('-', '_'))
        .replace("PROGRAM", program);
  }

  private static String otherPrograms() {
    return """
    # The words after -i and -q are those of another program.
    function NAME_other
        set -l words (commandline -opc)[2..] (commandline -ct)
        for i in (seq (count $words))
            switch $words[$i]
                case -i
                    complete -C (string join ' ' -- zerotier-idtool $words[(math $i + 1)..])
                    return
                case -q
                    complete -C (string join ' ' -- zerotier-cli $words[(math $i + 1)..])
                    return
            end
        end
        __fish_complete_directories (commandline -ct)
    end

    complete -c PROGRAM -a '(NAME_other)'
    """;
  }

  private static void append(StringBuilder text, Switch option, String condition) {
    text.append("complete -c PROGRAM").append(condition);
    String name = option.name().replace("=", "");
    text.append(name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1));
    if (option.hasValue()) {
      text.append(" -x");
      text.append(option.value() == Kind.DIRECTORY ? " -a '(__fish_complete_directories)'" : "");
    }
    text.append(" -d ").append(quote(option.sentence())).append('\n');
  }

  private static void append(
      StringBuilder text, String condition, String arguments, String description) {
    text.append("complete -c PROGRAM -n ").append(quote(condition));
    text.append(arguments.equals("-F") ? " -F" : " -a " + quote(arguments));
    text.append(description.isEmpty() ? "" : " -d " + quote(description)).append('\n');
  }

  private static String quote(String words) {
    return "'" + words.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }

  private static String ofCommand(Command command) {
    return "contains -- " + command.name() + " (commandline -opc)";
  }

  private static String arguments(Argument argument) {
    return switch (argument.kind()) {
      case NOTHING -> "";
      case FILE, ROOT -> "-F";
      case DIRECTORY -> "(__fish_complete_directories)";
      case NETWORK ->
          "(NAME_listed listnetworks '^200 listnetworks ([0-9a-f]{16}) (.*) [0-9a-f:]{17} .*')";
      case PEER -> "(NAME_listed listpeers '^200 listpeers ([0-9a-f]{10}) .* ([A-Z]+)$')";
      case MOON -> "(NAME_listed listmoons '.*\"id\": *\"([0-9a-f]+)\"().*')";
      case SETTING, PROPERTY, ACTION -> argument.joined();
    };
  }
}
