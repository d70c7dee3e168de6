// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import static java.util.stream.Collectors.joining;

import java.util.List;
import net.backhaul.cli.Completions.Argument;
import net.backhaul.cli.Completions.Command;
import net.backhaul.cli.Completions.Kind;
import net.backhaul.cli.Completions.Switch;

/**
 * Completion for bash 3.2 and newer, with or without the package bash-completion. The words are
 * read from the line itself, since bash splits the words of a completion at "=" and ":".
 */
final class BashCompletion {
  private static final String LISTED =
      """

      # Offers what a sed script selects in the output of a command; nothing if this user may not read it.
      NAME_listed() {
        NAME_words -W "$(
          PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
          zerotier-cli ${given[@]+"${given[@]}"} "$1" 2>/dev/null </dev/null | sed -n "$2"
        )"
      }
      """;

  private BashCompletion() {}

  static String of(Grammar grammar) {
    String program = grammar.program().name();
    return Completions.header(program, "bash")
        + "# shellcheck shell=bash\n"
        + """

        NAME_words() {
          local word
          while read -r word; do
            [[ -z $word ]] || COMPREPLY+=("$word")
          done < <(compgen "$@" -- "$current" 2>/dev/null)
        }

        # Offers files (-f) or directories (-d) behind a prefix of the current word.
        NAME_files() {
          local prefix=$2 current=${current#"$2"} name
          compopt -o filenames 2>/dev/null
          [[ -z $prefix ]] || compopt -o nospace 2>/dev/null
          while IFS= read -r name; do
            COMPREPLY+=("$prefix$name")
          done < <(compgen "$1" -- "$current")
        }
        LISTED
        NAME() {
          local line=${COMP_LINE:0:COMP_POINT} current='' word i all=() words=()GIVEN
          COMPREPLY=()
          read -ra all <<<"$line"
          if [[ $line != *[[:space:]] ]]; then
            current=${all[${#all[@]} - 1]}
            unset "all[${#all[@]} - 1]"
          fi
          for ((i = 1; i < ${#all[@]}; i++)); do
            word=${all[i]}
            case $word in
        SELECTING
              -*) ;;
              *) words+=("$word") ;;
            esac
          done
        BODY
          # What precedes the last "=" or ":" of the current word stays on the line.
          local kept=${current%"${current##*[=:]}"}
          if [[ -n $kept && $COMP_WORDBREAKS == *"${kept: -1}"* ]]; then
            COMPREPLY=(${COMPREPLY[@]+"${COMPREPLY[@]#"$kept"}"})
          fi
        }

        complete -F NAME PROGRAM
        """
            .replace("GIVEN", program.equals("zerotier-cli") ? " given=()" : "")
            .replace("LISTED\n", program.equals("zerotier-cli") ? LISTED + "\n" : "\n")
            .replace("SELECTING\n", selecting(program))
            .replace("BODY\n", body(grammar))
            .replace("NAME", "_" + program.replace('-', '_'))
            .replace("PROGRAM", program);
  }

  /** Switches that the client needs for its own requests; words that select another program. */
  private static String selecting(String program) {
    return switch (program) {
      case "zerotier-cli" -> "      -[DpTH]?*) given+=(\"$word\") ;;\n";
      case "zerotier-one" ->
          """
                -i | -q)
                  [[ $word == -q ]] && word=zerotier-cli || word=zerotier-idtool
                  # shellcheck source=/dev/null
                  . "${BASH_SOURCE[0]%/*}/$word"
                  COMP_LINE="$word ${all[*]:i+1} $current"
                  COMP_POINT=${#COMP_LINE}
                  "_${word/-/_}"
                  return
                  ;;
          """;
      default -> "";
    };
  }

  private static String body(Grammar grammar) {
    var body = new StringBuilder("  case $current,${#words[@]},${words[0]-} in\n");
    for (Switch option : Completions.switches(grammar.program())) {
      if (option.value() == Kind.DIRECTORY) {
        body.append("    %s*) NAME_files -d %s ;;\n".formatted(option.name(), option.name()));
      } else if (option.hasValue()) {
        body.append("    %s*) ;;\n".formatted(option.name()));
      }
    }
    for (Command command : Completions.commands(grammar)) {
      if (!command.switches().isEmpty()) {
        body.append(
            "    -*,*,%s) NAME_words -W '%s' ;;\n"
                .formatted(command.name(), names(command.switches())));
      }
    }
    if (!grammar.program().options().isEmpty()) {
      body.append(
          "    -*) NAME_words -W '%s' ;;\n"
              .formatted(names(Completions.switches(grammar.program()))));
    }
    if (grammar.commands().isEmpty()) {
      body.append("    *,0,*) NAME_files -d '' ;;\n");
    } else {
      body.append(
          "    *,0,*) NAME_words -W '%s' ;;\n".formatted(String.join(" ", grammar.commands())));
    }
    for (Command command : Completions.commands(grammar)) {
      for (int i = 0; i < command.arguments().size(); i++) {
        Argument argument = command.arguments().get(i);
        Kind kind = argument.kind();
        String action = action(argument);
        if (!action.isEmpty()) {
          String position = kind == Kind.ROOT ? "*" : Integer.toString(i + 1);
          body.append("    *,%s,%s) %s ;;\n".formatted(position, command.name(), action));
        }
      }
    }
    return body.append("  esac\n").toString();
  }

  private static String names(List<Switch> switches) {
    return switches.stream().map(Switch::name).collect(joining(" "));
  }

  private static String action(Argument argument) {
    return switch (argument.kind()) {
      case NOTHING -> "";
      case FILE -> "NAME_files -f ''";
      case DIRECTORY -> "NAME_files -d ''";
      case ROOT -> "NAME_files -f \"${current%\"${current##*=}\"}\"";
      case NETWORK ->
          "NAME_listed listnetworks 's/^200 listnetworks \\([0-9a-f]\\{16\\}\\) .*/\\1/p'";
      case PEER -> "NAME_listed listpeers 's/^200 listpeers \\([0-9a-f]\\{10\\}\\) .*/\\1/p'";
      case MOON -> "NAME_listed listmoons 's/.*\"id\": *\"\\([0-9a-f]*\\)\".*/\\1/p'";
      case SETTING, PROPERTY, ACTION -> "NAME_words -W '" + argument.joined() + "'";
    };
  }
}
