// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** What the shells complete, from the grammars of the programs. */
final class Completions {
  static final List<Grammar> PROGRAMS =
      List.of(new DaemonGrammar(), new CliGrammar(), new IdtoolGrammar());

  /** Names that every network has in the JSON of the API and whose values are single words. */
  private static final List<String> PROPERTIES =
      List.of(
          "ip",
          "ip4",
          "ip6",
          "ip6plane",
          "ip6prefix",
          "allowDNS",
          "allowDefault",
          "allowGlobal",
          "allowManaged",
          "bridge",
          "broadcastEnabled",
          "dhcp",
          "id",
          "mac",
          "mtu",
          "name",
          "netconfRevision",
          "nwid",
          "portDeviceName",
          "portError",
          "status",
          "type");

  private Completions() {}

  /** What a word can be. */
  enum Kind {
    NOTHING,
    FILE,
    DIRECTORY,
    /** The id of a network that is joined. */
    NETWORK,
    /** The id of a moon that is orbited. */
    MOON,
    /** The address of a peer. */
    PEER,
    SETTING,
    PROPERTY,
    ACTION,
    /** Endpoints, "=" and a file. */
    ROOT
  }

  /** A switch with what its value is; NOTHING and no value for a flag. */
  record Switch(String name, boolean hasValue, Kind value, String sentence) {}

  /**
   * A command with what its arguments are; the last kind also holds for later arguments if it is
   * ROOT.
   */
  record Command(String name, String sentence, List<Argument> arguments, List<Switch> switches) {}

  /**
   * An argument.
   *
   * @param words those that it can be; none where they are not fixed
   */
  record Argument(Kind kind, List<String> words) {
    String joined() {
      return String.join(" ", words);
    }
  }

  /** Returns the generated files of all programs, by their paths in the tree. */
  static Map<String, String> files() {
    var files = new LinkedHashMap<String, String>();
    for (Grammar grammar : PROGRAMS) {
      String name = grammar.program().name();
      files.put("scripts/dist/completion/bash/" + name, BashCompletion.of(grammar));
      files.put("scripts/dist/completion/zsh/_" + name, ZshCompletion.of(grammar));
      files.put("scripts/dist/completion/fish/" + name + ".fish", FishCompletion.of(grammar));
    }
    return files;
  }

  /** Returns the comment at the start of a generated file. */
  static String header(String program, String shell) {
    return """
    # SPDX-License-Identifier: Apache-2.0
    # Completion of %s for %s. Generated from its command line: do not edit.
    """
        .formatted(program, shell);
  }

  static List<Switch> switches(CommandSpec spec) {
    var switches = new ArrayList<Switch>();
    for (OptionSpec option : spec.options()) {
      if (!option.hidden()) {
        boolean hasValue = option.arity().max() > 0;
        String name =
            option.longestName() + (option.longestName().startsWith("--") && hasValue ? "=" : "");
        switches.add(
            new Switch(
                name,
                hasValue,
                hasValue ? kind("", option.paramLabel()) : Kind.NOTHING,
                option.description()[0].replaceFirst("\\.$", "")));
      }
    }
    return switches;
  }

  static List<Command> commands(Grammar grammar) {
    var commands = new ArrayList<Command>();
    for (CommandLine line : grammar.whole().subcommands().values()) {
      CommandSpec command = line.getCommandSpec();
      var arguments = new ArrayList<Argument>();
      for (PositionalParamSpec argument : command.positionalParameters()) {
        Kind kind = kind(command.name(), argument.paramLabel());
        arguments.add(new Argument(kind, words(kind, command, arguments.size())));
      }
      commands.add(
          new Command(
              command.name(), command.usageMessage().header()[0], arguments, switches(command)));
    }
    return commands;
  }

  private static List<String> words(Kind kind, CommandSpec command, int argument) {
    return switch (kind) {
      case SETTING ->
          NetworkCommands.SETTINGS.stream()
              .flatMap(setting -> List.of(setting + "=1", setting + "=0").stream())
              .toList();
      case PROPERTY -> PROPERTIES;
      case ACTION ->
          Stream.of(Help.forms(command))
              .map(form -> form.replaceAll("<[^>]*>", "<>").split(" "))
              .filter(form -> argument + 1 < form.length)
              .map(form -> form[argument + 1])
              .filter(word -> !word.contains("<"))
              .flatMap(word -> Stream.of(word.split("\\|")))
              .peek(Completions::requireNoSyntax)
              .distinct()
              .toList();
      case NOTHING, FILE, DIRECTORY, NETWORK, MOON, PEER, ROOT -> List.of();
    };
  }

  /** Rejects a word that shells would not take as one. */
  private static void requireNoSyntax(String word) {
    if (!word.matches("[A-Za-z0-9_.,=-]+")) {
      throw new IllegalArgumentException("no word for shells: " + word);
    }
  }

  private static Kind kind(String command, String label) {
    return switch (label.replaceAll("[\\[\\]]", "")) {
      case "<network ID>" -> command.equals("join") ? Kind.NOTHING : Kind.NETWORK;
      case "<world ID>" -> command.equals("orbit") ? Kind.NOTHING : Kind.MOON;
      case "<address>" -> Kind.PEER;
      case "<action>", "<object>", "<part>" -> Kind.ACTION;
      case "<setting>=<value>" -> Kind.SETTING;
      case "<property>" -> Kind.PROPERTY;
      case "<ip/port>,<ip/port>...=<identity file>" -> Kind.ROOT;
      case "<path>", "home directory" -> Kind.DIRECTORY;
      case "<file>",
          "<certificate>",
          "<identity>",
          "<identity.secret>",
          "<identity.public>",
          "<planet>",
          "<identity of first root>",
          "<moon json>" ->
          Kind.FILE;
      case "<port>",
          "<ip/port>",
          "<token>",
          "<ip>",
          "<seed>",
          "<vanity>",
          "<signature>",
          "<hex>",
          "<ms>",
          "<party>",
          "<type>",
          "<protocol>",
          "<flags>",
          "<vlan>",
          "<tos>",
          "<bytes>",
          "<bridge>",
          "<user>",
          "<address:port>",
          "<url>",
          "off",
          "<device>",
          "<devices>",
          "<n>",
          "<name>" ->
          Kind.NOTHING;
      default -> throw new IllegalArgumentException("of no known kind: " + label);
    };
  }
}
