// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.TypeConversionException;

/**
 * The command line of {@code zerotier-cli} (04 section 1.4).
 *
 * <p>No argument is required here: a missing one is reported after the daemon's port and token have
 * been found, by each command in the recorded words.
 */
final class CliGrammar extends Grammar {
  private static final String NETWORK = "<network ID>";
  private static final String WORLD = "<world ID>";
  private static final String VERSION = "version";
  private static final int SET_MTU_WORDS = 4;

  @Override
  List<String> commands() {
    return List.of(
        "info",
        "listpeers",
        "peers",
        "listnetworks",
        "join",
        "leave",
        "set",
        "get",
        "listmoons",
        "orbit",
        "deorbit",
        "listbonds",
        "bond",
        "dump",
        "rules",
        VERSION);
  }

  @Override
  CommandSpec program() {
    CommandSpec program = create("zerotier-cli");
    program.parser().overwrittenOptionsAllowed(true);
    program
        .exitCodeOnInvalidInput(1)
        .addOption(flag("-h", "Show this help").usageHelp(true).build())
        .addOption(
            flag("-v", "Show the version of ZeroTier One whose behaviour this has")
                .versionHelp(true)
                .build())
        .addOption(flag("-j", "Print the daemon's JSON instead of a table").build())
        .addOption(
            text("-D", "<path>", "Home directory of the daemon, with its port and token").build())
        .addOption(port("-p", "<port>", "Port of the daemon (default: from its home directory)"))
        .addOption(
            text("-T", "<token>", "Authentication token (default: from the home directory)")
                .build())
        .addOption(text("-H", "<ip>", "Address of the daemon").hidden(true).build())
        .addOption(flag("-q", "Changes nothing").hidden(true).build());
    program
        .usageMessage()
        .customSynopsis("zerotier-cli [-switches] <command/path> [<args>]")
        .optionListHeading("Switches, each with its value in the same word:")
        .footer(
            "  /<path>                 - Print the answer of the daemon's API to GET /<path>",
            "",
            "Properties of a network are the names in \"zerotier-cli -j listnetworks\", and"
                + " besides",
            "ip, ip4, ip6, ip6plane and ip6prefix: \"zerotier-cli get <network ID> ip4\" prints"
                + " the",
            "IPv4 addresses that this node has on the network.");
    return program;
  }

  @Override
  @Nullable CommandSpec command(String name) {
    return switch (name) {
      case "info", "status" -> create(name, "Show this node's address and whether it is online", 0);
      case "listpeers" -> create(name, "List all peers", 0);
      case "peers" -> create(name, "List all peers as a table", 0);
      case "listnetworks" -> create(name, "List all networks", 0);
      case "join" -> create(name, "Join a network", 0, NETWORK);
      case "leave" -> create(name, "Leave a network", 0, NETWORK);
      case "set" ->
          create(
              name,
              "Set allowManaged, allowGlobal, allowDefault or allowDNS",
              0,
              NETWORK,
              "<setting>=<value>");
      case "get" -> create(name, "Print a property of a network", 0, NETWORK, "<property>");
      case "listmoons" -> create(name, "List moons (additional sets of roots)", 0);
      case "orbit" -> create(name, "Join a moon through any of its roots", 0, WORLD, "<seed>");
      case "deorbit" -> create(name, "Leave a moon", 0, WORLD);
      case "listbonds" -> create(name, "List bonded peers", 0);
      case "bond" -> bond(name);
      case "dump" -> create(name, "Write a file with what helps to analyse a problem", 0);
      case "rules" -> rules(name);
      case VERSION -> create(name, "Show the version of this program, Backhaul", 0);
      default -> null;
    };
  }

  /** Returns how many arguments a command uses; -1 for a word that is no command. */
  static int argumentCount(Invocation invocation) {
    if (invocation.command().startsWith("/")) {
      return 0;
    }
    if (invocation.command().equals("bond") && invocation.first().equals("setmtu")) {
      return SET_MTU_WORDS;
    }
    CommandSpec command = new CliGrammar().command(invocation.command());
    return command == null ? -1 : command.positionalParameters().size();
  }

  /** The action follows the address, so that these are no commands of their own. */
  private static CommandSpec bond(String name) {
    CommandSpec bond = create(name, "", 0, "<address>", "<action>");
    bond.usageMessage()
        .customSynopsis(
            "bond <address> show", "bond <address> rotate", "bond setmtu <mtu> <interface> <ip>")
        .header(
            "Show the links to a bonded peer",
            "Use another link to a bonded peer",
            "Set the MTU of a link");
    return bond;
  }

  private static CommandSpec rules(String name) {
    CommandSpec rules = create(name, "", 0, "<action>", "<file>");
    rules
        .usageMessage()
        .customSynopsis("rules check <file>", "rules decompile <file>")
        .header(
            "Compile a source of the rules language, and report its first error",
            "Print a source for the rules of a network in JSON");
    return rules;
  }

  private static OptionSpec.Builder flag(String name, String description) {
    return OptionSpec.builder(name).type(boolean.class).arity("0").description(description);
  }

  private static OptionSpec.Builder text(String name, String label, String description) {
    return OptionSpec.builder(name)
        .type(String.class)
        .arity("1")
        .paramLabel(label)
        .description(description)
        .converters(new NotEmpty());
  }

  private static OptionSpec port(String name, String label, String description) {
    return OptionSpec.builder(name)
        .type(Integer.class)
        .arity("1")
        .paramLabel(label)
        .description(description)
        .converters(new Port())
        .build();
  }

  /** Accepts any text but an empty one. */
  private static final class NotEmpty implements ITypeConverter<String> {
    @Override
    public String convert(String value) {
      if (value.isEmpty()) {
        throw new TypeConversionException("expected a value in the same word, found none");
      }
      return value;
    }
  }

  /** Accepts a text that begins with the number of a port. */
  private static final class Port implements ITypeConverter<Integer> {
    @Override
    public Integer convert(String value) {
      int port = Text.port(value);
      if (port == 0) {
        throw new TypeConversionException("expected a port from 1 to 65535, found " + value);
      }
      return port;
    }
  }
}
