// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import net.backhaul.cli.Completions.Argument;
import net.backhaul.cli.Completions.Command;
import net.backhaul.cli.Completions.Kind;
import net.backhaul.cli.Completions.Switch;

/** Completion for zsh: a function that its completion system loads by its name. */
final class ZshCompletion {
  private static final String LISTED =
      """
      # Offers what a sed script selects, as value:description, in the output of a command; nothing if this user may not
      # read it. Names come from controllers: characters that a terminal interprets are removed.
      NAME_listed() {
        local -a items
        items=(${(f)"$(
          PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
          zerotier-cli ${(M)line_words:#-[DpTH]?*} $2 2>/dev/null </dev/null | sed -n $3 | tr -d '\\000-\\011\\013-\\037\\177'
        )"})
        (( $#items )) && _describe -t $1 $1 items
      }

      """;

  private static final String OTHER_PROGRAMS =
      """
      # The words after -i and -q are those of another program.
      integer at=${words[(i)-[iq]]}
      if (( at < CURRENT )); then
        local other=zerotier-cli
        [[ $words[at] == -i ]] && other=zerotier-idtool
        words=($other "${(@)words[at+1,-1]}")
        (( CURRENT -= at - 1 ))
        _$other
        return
      fi

      """;

  private ZshCompletion() {}

  static String of(Grammar grammar) {
    String program = grammar.program().name();
    boolean client = program.equals("zerotier-cli");
    var text = new StringBuilder("#compdef " + program + "\n");
    text.append(Completions.header(program, "zsh")).append('\n');
    text.append(client ? LISTED : "");
    text.append(grammar.commands().isEmpty() ? OTHER_PROGRAMS : "");
    text.append("local curcontext=$curcontext state line ret=1\n");
    text.append("local -a commands line_words\nline_words=($words)\n\n");
    text.append("_arguments -C -S \\\n");
    for (Switch option : Completions.switches(grammar.program())) {
      text.append("  ").append(argument(option)).append(" \\\n");
    }
    if (grammar.commands().isEmpty()) {
      return text.append("  '1:home directory:_directories' && ret=0\n\n")
          .append("return ret\n")
          .toString();
    }
    text.append("  '1: :->command' '*:: :->arguments' && ret=0\n\n");
    text.append("case $state in\n  command)\n    commands=(\n");
    for (Command command : Completions.commands(grammar)) {
      text.append("      ")
          .append(quote(command.name() + ":" + colons(command.sentence())))
          .append('\n');
    }
    text.append("    )\n    _describe -t commands command commands && ret=0\n    ;;\n");
    text.append("  arguments)\n    case $words[1],$((CURRENT - 1)) in\n");
    for (Command command : Completions.commands(grammar)) {
      append(text, command);
    }
    text.append("    esac\n    ;;\nesac\nreturn ret\n");
    return text.toString().replace("NAME", "_" + program);
  }

  private static void append(StringBuilder text, Command command) {
    boolean isWords = command.arguments().stream().anyMatch(each -> each.kind() == Kind.ACTION);
    if (!command.switches().isEmpty() && isWords) {
      text.append("      ").append(command.name()).append(",*)\n");
      text.append("        if [[ $PREFIX == -* ]]; then\n          compadd -S '' -");
      command.switches().forEach(each -> text.append(' ').append(each.name()));
      text.append(" && ret=0\n        fi\n        ;|\n");
    } else if (!command.switches().isEmpty()) {
      text.append("      ").append(command.name()).append(",*)\n        _arguments -S");
      for (Switch option : command.switches()) {
        text.append(" \\\n          ").append(argument(option));
      }
      for (int i = 0; i < command.arguments().size(); i++) {
        text.append(" \\\n          ").append(positional(i + 1, command.arguments().get(i)));
      }
      text.append(" && ret=0\n        ;;\n");
      return;
    }
    for (int i = 0; i < command.arguments().size(); i++) {
      String action = action(command.arguments().get(i));
      if (!action.isEmpty()) {
        text.append("      %s,%d) %s && ret=0 ;;\n".formatted(command.name(), i + 1, action));
      }
    }
  }

  private static String argument(Switch option) {
    String name =
        option.name().startsWith("--") && option.hasValue()
            ? option.name()
            : option.name() + (option.hasValue() ? "-" : "");
    String value =
        option.hasValue()
            ? ":value:" + (option.value() == Kind.DIRECTORY ? "_directories" : " ")
            : "";
    return quote(
        name + "[" + option.sentence().replace("[", "\\[").replace("]", "\\]") + "]" + value);
  }

  private static String positional(int position, Argument argument) {
    return switch (argument.kind()) {
      case ROOT -> "'*: :{ compset -P \"*=\" && _files }'";
      case NOTHING -> quote(position + ": : ");
      case FILE, DIRECTORY -> quote(position + ": :" + action(argument));
      default -> quote(position + ": :{ " + colons(action(argument)) + " }");
    };
  }

  private static String quote(String words) {
    return "'" + words.replace("'", "'\\''") + "'";
  }

  private static String colons(String words) {
    return words.replace(":", "\\:");
  }

  private static String action(Argument argument) {
    return switch (argument.kind()) {
      case NOTHING -> "";
      case FILE, ROOT -> "_files";
      case DIRECTORY -> "_directories";
      case NETWORK ->
          "NAME_listed networks listnetworks 's/^200 listnetworks \\([0-9a-f]\\{16\\}\\) \\(.*\\)"
              + " \\([0-9a-f:]\\{17\\}\\) .*/\\1:\\2/p'";
      case PEER ->
          "NAME_listed peers listpeers"
              + " 's/^200 listpeers \\([0-9a-f]\\{10\\}\\) .* \\([A-Z]*\\)$/\\1:\\2/p'";
      case MOON -> "NAME_listed moons listmoons 's/.*\"id\": *\"\\([0-9a-f]*\\)\".*/\\1/p'";
      case SETTING, PROPERTY, ACTION -> "compadd - " + argument.joined();
    };
  }
}
