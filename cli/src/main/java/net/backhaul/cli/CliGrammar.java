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
        "status",
        "listpeers",
        "peers",
        "ping",
        "listnetworks",
        "join",
        "leave",
        "set",
        "get",
        "members",
        "bridge",
        "gateway",
        "listmoons",
        "orbit",
        "deorbit",
        "root",
        "planet",
        "listbonds",
        "bond",
        "doctor",
        "dump",
        "rules",
        "controller",
        "web",
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
      case "info" -> create(name, "Show this node's address and whether it is online", 0);
      case "status" ->
          create(name, "Show the same, or how each peer is reached", 0)
              .addOption(
                  flag("--long", "Show also NAT, roots, and each peer's path, or why it has none")
                      .build());
      case "listpeers" -> create(name, "List all peers", 0);
      case "peers" -> create(name, "List all peers as a table", 0);
      case "ping" -> ping(name);
      case "listnetworks" -> create(name, "List all networks", 0);
      case "join" ->
          create(name, "Join a network", 0, NETWORK)
              .addOption(
                  text("--token", "<token>", "A join token of its controller; - reads it").build());
      case "leave" -> create(name, "Leave a network", 0, NETWORK);
      case "set" ->
          create(
              name,
              "Set allowManaged, allowGlobal, allowDefault or allowDNS",
              0,
              NETWORK,
              "<setting>=<value>");
      case "get" -> create(name, "Print a property of a network", 0, NETWORK, "<property>");
      case "members" ->
          create(name, "List the members of a network, if it has a directory", 0, NETWORK);
      case "bridge" -> bridge(name);
      case "gateway" -> gateway(name);
      case "listmoons" -> create(name, "List moons (additional sets of roots)", 0);
      case "orbit" -> create(name, "Join a moon through any of its roots", 0, WORLD, "<seed>");
      case "deorbit" -> create(name, "Leave a moon", 0, WORLD);
      case "root" -> root(name);
      case "planet" -> planet(name);
      case "listbonds" -> create(name, "List bonded peers", 0);
      case "bond" -> bond(name);
      case "doctor" -> create(name, "Check this host and its daemon, and say what to do", 0);
      case "dump" -> create(name, "Write a file with what helps to analyse a problem", 0);
      case "rules" -> rules(name);
      case "controller" -> controller(name);
      case "web" -> web(name);
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

  private static CommandSpec ping(String name) {
    CommandSpec ping =
        create(name, "Measure the round trip to a peer, direct or relayed", 0, "<address>");
    return ping.addOption(
            text("--count", "<n>", "How many echoes, one a second (default: 5)").build())
        .addOption(text("--size", "<bytes>", "Data of each, 8 to 9600 (default: 56)").build());
  }

  private static CommandSpec bridge(String name) {
    CommandSpec bridge = create(name, "", 0, NETWORK, "<bridge>");
    bridge
        .usageMessage()
        .customSynopsis("bridge <network ID> <bridge> [--add=<devices>]", "bridge <network ID> off")
        .header("Bridge a network with devices", "Undo that");
    return bridge.addOption(
        text("--add", "<devices>", "Further ports of the bridge, such as eth1,eth2").build());
  }

  private static CommandSpec gateway(String name) {
    CommandSpec gateway = create(name, "", 0, NETWORK, "off");
    gateway
        .usageMessage()
        .customSynopsis("gateway <network ID> --out=<device>", "gateway <network ID> off")
        .header("Forward packets of members through a device", "Undo that");
    return gateway.addOption(
        text("--out", "<device>", "The device through which packets leave").build());
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
        .customSynopsis(
            "rules check <file>",
            "rules decompile <file>",
            "rules explain <file or network ID> --from=<party> --to=<party>",
            "rules matrix <file or network ID>")
        .header(
            "Compile a source of the rules language, run its tests, and report errors",
            "Print a source for the rules of a network in JSON",
            "Print which statements accept or drop a frame between two members",
            "Print which members reach which others");
    addPartyAndFlow(rules);
    return rules;
  }

  /** The members and the frame of the actions explain and matrix. */
  private static void addPartyAndFlow(CommandSpec rules) {
    rules
        .addOption(
            text("--from", "<party>", "The sender: new, an address, a name, or tag=value").build())
        .addOption(text("--to", "<party>", "The receiver, likewise").build())
        .addOption(text("--ethertype", "<type>", "EtherType: a name or a number").build())
        .addOption(text("--proto", "<protocol>", "IP protocol: a name or a number").build())
        .addOption(text("--sport", "<port>", "Source port (default: 49152)").build())
        .addOption(text("--dport", "<port>", "Destination port (default: all)").build())
        .addOption(text("--src", "<ip>", "Source address (default: one of the sender)").build())
        .addOption(
            text("--dst", "<ip>", "Destination address (default: one of the receiver)").build())
        .addOption(text("--icmp", "<type>", "ICMP type and code (default: echo request)").build())
        .addOption(text("--flags", "<flags>", "TCP flags, such as syn,ack (default: syn)").build())
        .addOption(text("--vlan", "<vlan>", "VLAN tag of the frame").build())
        .addOption(text("--tos", "<tos>", "Type of service (default: 0)").build())
        .addOption(text("--framesize", "<bytes>", "Length without the Ethernet header").build())
        .addOption(flag("--multicast", "The frame is sent to a multicast group").build())
        .addOption(flag("--broadcast", "The frame is sent to all").build());
  }

  private static CommandSpec controller(String name) {
    CommandSpec controller =
        create(name, "", 0, "<object>", NETWORK, "<part>", "<action>", "<file>");
    controller
        .usageMessage()
        .customSynopsis(
            ControllerActions.LIST,
            ControllerActions.SHOW,
            ControllerActions.CREATE,
            ControllerActions.SET,
            ControllerActions.MEMBERS,
            ControllerActions.AUTHORIZE,
            ControllerActions.DEAUTHORIZE,
            ControllerActions.BLOCK,
            ControllerActions.UNBLOCK,
            ControllerActions.NAME,
            ControllerActions.DELETE,
            ControllerBinCommands.BIN,
            ControllerBinCommands.RESTORE,
            ControllerBinCommands.PURGE,
            ControllerTagCommands.TAG,
            ControllerTagCommands.CAPABILITY,
            JoinTokenCommands.CREATE,
            JoinTokenCommands.LIST,
            JoinTokenCommands.REVOKE,
            ControllerLogCommands.LOG,
            ControllerLogCommands.WATCH,
            ControllerCommands.SET_RULES,
            ControllerCommands.GET_RULES,
            ControllerCommands.SET_NAME,
            ControllerCommands.SET_DIRECTORY)
        .header(
            "List the networks of this node's controller",
            "Show a network, as JSON",
            "Create a private network with a free subnet",
            "Change a setting of a network",
            "List members, waiting ones first",
            "Authorize a member, also before it has asked, and name it",
            "Deauthorize a member",
            "Deauthorize an address until it is unblocked",
            "End that; the member stays unauthorized",
            "Name a member; an empty name removes it",
            "Remove a member to the bin, or delete a network with its members",
            "List removed members, the latest first",
            "Restore a removed member with all that it had",
            "Delete a removed member for good",
            "Set a tag of a member by name, or remove it",
            "Give a member a capability by name, or take it",
            "Make a token by which nodes join, and print it this once",
            "List the join tokens of a network",
            "Revoke a join token; members stay",
            "Show who changed what, the latest first",
            "Print members when they change, until Ctrl-C",
            "Set the rules of a network by a source of the rules language",
            "Print the source of a network's rules, or write it to a file",
            "Name a member; an empty name removes it",
            "Send members the names and addresses of each other, or end that");
    return controller
        .addOption(
            flag("--force", "Set rules also if members lose flows that they have now").build())
        .addOption(text("--uses", "<n>", "How many members a token admits (default: 1)").build())
        .addOption(text("--days", "<n>", "How long a token is valid (default: 1)").build())
        .addOption(text("--name", "<name>", "Name of a token, for operators").build());
  }

  private static CommandSpec root(String name) {
    CommandSpec root = create(name, "", 0, "<action>", "<identity>");
    root.usageMessage()
        .customSynopsis(RootCommands.INIT, RootCommands.ADD, RootCommands.REMOVE, RootCommands.SHOW)
        .header(
            "Make a planet of its own, with this node as its root",
            "Add a root to it, or change the endpoints of one",
            "Remove a root from it",
            "Show the roots, and the command by which other hosts use them");
    return root.addOption(
        text(
                "--endpoint",
                "<ip/port>",
                "Where other hosts reach the root; without port: this daemon's")
            .build());
  }

  private static CommandSpec planet(String name) {
    CommandSpec planet = create(name, "", 0, "<action>", "<planet>");
    planet
        .usageMessage()
        .customSynopsis(PlanetCommands.USE, PlanetCommands.USE_DEFAULT)
        .header(
            "Use the roots of another planet: its text, file or https URL",
            "Use the public ones again");
    return planet;
  }

  private static CommandSpec web(String name) {
    CommandSpec web = create(name, "", 0, "<action>", "<user>");
    web.usageMessage()
        .customSynopsis(
            WebCommands.ENABLE, WebCommands.DISABLE, WebCommands.STATUS, WebCommands.RESET)
        .header(
            "Start the web API of the controller, also at the next starts",
            "Stop it",
            "Show whether and where it listens",
            "Print a link by which a user sets another password");
    return web.addOption(
            text("--listen", "<address:port>", "Where it listens (default: 127.0.0.1:9994)")
                .build())
        .addOption(
            text("--tls", "<certificate>", "Use TLS with this certificate; its key follows")
                .build())
        .addOption(flag("--self-signed", "Use TLS with a certificate of its own").build())
        .addOption(text("--url", "<url>", "URL of a reverse proxy on this host").build());
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
        .converters(new PortConverter())
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
  private static final class PortConverter implements ITypeConverter<Integer> {
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
