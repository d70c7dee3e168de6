// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.io.FileDescriptor;
import java.io.PrintStream;
import java.util.List;

/** The client of a daemon on this host, {@code zerotier-cli} (04 section 1.4). */
public final class Cli {
  private static final String NAME = "zerotier-cli";

  private Cli() {}

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
      code = run(Invocation.parse(args), terminal);
    } catch (CliExit exit) {
      code = exit.print(terminal);
    }
    terminal.out().flush();
    terminal.err().flush();
    return code;
  }

  private static int run(Invocation invocation, Terminal terminal) throws CliExit {
    if (invocation.command().equals("version")) {
      terminal.out().print(Help.versions());
      return 0;
    }
    if (invocation.command().equals("rules")) {
      return RulesCommands.run(invocation, terminal);
    }
    if (invocation.command().equals("doctor")) {
      return DoctorCommand.run(invocation, terminal);
    }
    Session session = Session.open(invocation, terminal);
    List<String> ignored = invocation.ignoredWords();
    if (!ignored.isEmpty()) {
      terminal.hint(ignoredHint(invocation.command(), ignored));
    }
    return dispatch(session);
  }

  private static String ignoredHint(String command, List<String> ignored) {
    var text = new StringBuilder(command).append(" does not use ");
    String separator = "";
    for (String word : ignored) {
      text.append(separator).append(Text.quoted(word));
      separator = ", ";
    }
    return text.toString();
  }

  private static int dispatch(Session session) throws CliExit {
    String command = session.command();
    if (command.startsWith("/")) {
      return session.show(session.api().get(command), "the API has no path " + command);
    }
    return switch (command) {
      case "info", "status" -> StatusCommand.run(session);
      case "listpeers" -> PeerCommands.list(session);
      case "peers" -> PeerCommands.table(session);
      case "listnetworks" -> NetworkCommands.list(session);
      case "join" -> NetworkCommands.join(session);
      case "leave" -> NetworkCommands.leave(session);
      case "set" -> NetworkCommands.set(session);
      case "get" -> GetCommand.run(session);
      case "ping" -> PingCommand.run(session);
      case "members" -> MemberCommands.list(session);
      case "bridge" -> HostCommands.bridge(session);
      case "gateway" -> HostCommands.gateway(session);
      case "listmoons" -> MoonCommands.list(session);
      case "orbit" -> MoonCommands.orbit(session);
      case "deorbit" -> MoonCommands.deorbit(session);
      case "root" -> RootCommands.run(session);
      case "planet" -> PlanetCommands.run(session);
      case "listbonds" -> BondCommands.list(session);
      case "bond" -> BondCommands.run(session);
      case "dump" -> DumpCommand.run(session);
      case "controller" -> ControllerCommands.run(session);
      case "web" -> WebCommands.run(session);
      default ->
          throw CliExit.err(Help.cli(), 0).withHint(Help.unknownCommand(command, new CliGrammar()));
    };
  }
}
