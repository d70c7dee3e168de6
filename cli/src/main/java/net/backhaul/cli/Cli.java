// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.io.FileDescriptor;
import java.io.PrintStream;

/** The client of a daemon on this machine, {@code zerotier-cli} (04 section 1.4). */
public final class Cli {
  private static final String NAME = "zerotier-cli";

  private Cli() {}

  /** Runs one command and ends the process with its exit code. */
  public static void main(String[] args) {
    PrintStream out = Terminal.stream(FileDescriptor.out);
    PrintStream err = Terminal.stream(FileDescriptor.err);
    int code = run(args, out, err);
    Terminal.end(code);
  }

  /** Runs one command, as this process's user and in its folder; returns the exit code. */
  public static int run(String[] args, PrintStream out, PrintStream err) {
    return run(args, Terminal.ofProcess(NAME, out, err));
  }

  static int run(String[] args, Terminal terminal) {
    int code;
    try {
      Invocation invocation = Invocation.parse(args);
      Access access = Access.find(invocation, terminal);
      code = dispatch(new Session(invocation, access, new LocalApi(access), terminal));
    } catch (CliExit exit) {
      code = exit.print(terminal);
    }
    terminal.out().flush();
    terminal.err().flush();
    return code;
  }

  private static int dispatch(Session session) throws CliExit {
    String command = session.command();
    if (command.startsWith("/")) {
      return session.show(session.api().get(command));
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
      case "listmoons" -> MoonCommands.list(session);
      case "orbit" -> MoonCommands.orbit(session);
      case "deorbit" -> MoonCommands.deorbit(session);
      case "listbonds" -> BondCommands.list(session);
      case "bond" -> BondCommands.run(session);
      case "dump" -> DumpCommand.run(session);
      default -> throw CliExit.err(Help.cli(), 0);
    };
  }
}
