// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.TypeConversionException;

/**
 * What may be said to {@code zerotier-cli} (04 section 1.4).
 *
 * <p>No argument is required here: that one is missing comes out after the daemon's port and token
 * have been found, and each command says it in its own words.
 */
final class CliGrammar extends Grammar {
  private static final String NETWORK = "<network ID>";
  private static final String WORLD = "<world ID>";

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
        "dump");
  }

  @Override
  CommandSpec program() {
    CommandSpec program = create("zerotier-cli");
    program.parser().overwrittenOptionsAllowed(true);
    program
        .exitCodeOnInvalidInput(1)
        .addOption(flag("-h", "Show this help").usageHelp(true).build())
        .addOption(flag("-v", "Show the version").versionHelp(true).build())
        .addOption(flag("-j", "Print the daemon's JSON instead of a table").build())
        .addOption(text("-D", "<path>", "Home of the daemon, to find its port and token").build())
        .addOption(port("-p", "<port>", "Port of the daemon (otherwise found in its home)"))
        .addOption(
            text("-T", "<token>", "Authentication token (otherwise found in its home)").build())
        .addOption(text("-H", "<ip>", "Address of the daemon").hidden(true).build())
        .addOption(flag("-q", "Changes nothing").hidden(true).build());
    program
        .usageMessage()
        .customSynopsis("zerotier-cli [-switches] <command/path> [<args>]")
        .optionListHeading("Switches, each with its value in the same word:")
        .footer(
            "  /<path>                 - Print what the daemon's API answers",
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
      case "dump" -> create(name, "Write all that helps with a problem into a file", 0);
      default -> null;
    };
  }

  /** What a bond is asked stands behind whose it is, so these are no commands of their own. */
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

  private static OptionSpec.Builder flag(String name, String says) {
    return OptionSpec.builder(name).type(boolean.class).arity("0").description(says);
  }

  private static OptionSpec.Builder text(String name, String label, String says) {
    return OptionSpec.builder(name)
        .type(String.class)
        .arity("1")
        .paramLabel(label)
        .description(says)
        .converters(new NotEmpty());
  }

  private static OptionSpec port(String name, String label, String says) {
    return OptionSpec.builder(name)
        .type(Integer.class)
        .arity("1")
        .paramLabel(label)
        .description(says)
        .converters(new Port())
        .build();
  }

  /** Takes any text but an empty one. */
  private static final class NotEmpty implements ITypeConverter<String> {
    @Override
    public String convert(String value) {
      if (value.isEmpty()) {
        throw new TypeConversionException("expected a value in the same word, found none");
      }
      return value;
    }
  }

  /** Takes what begins with the number of a port. */
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
