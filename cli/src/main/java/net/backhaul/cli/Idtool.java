// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.io.FileDescriptor;
import java.io.PrintStream;

/** The identity tool, {@code zerotier-idtool} (01 section 9, 04 section 1.5). */
public final class Idtool {
  private static final String NAME = "zerotier-idtool";
  private static final int USAGE = 1;

  private Idtool() {}

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
      code = dispatch(args, terminal);
    } catch (Stop stop) {
      code = stop.tell(terminal);
    }
    terminal.out().flush();
    terminal.err().flush();
    return code;
  }

  private static int dispatch(String[] args, Terminal terminal) throws Stop {
    switch (args.length == 0 ? "" : args[0]) {
      case "generate":
        return GenerateCommand.run(args, terminal);
      case "validate":
        require(args, 2, USAGE);
        return IdentityCommands.validate(args[1], terminal);
      case "getpublic":
        require(args, 2, USAGE);
        return IdentityCommands.getPublic(args[1], terminal);
      case "sign":
        require(args, 3, USAGE);
        return IdentityCommands.sign(args[1], args[2], terminal);
      case "verify":
        require(args, 4, USAGE);
        return IdentityCommands.verify(args[1], args[2], args[3], terminal);
      case "initmoon":
        require(args, 2, 0);
        return MoonFile.begin(args[1], terminal);
      case "genmoon":
        require(args, 2, 0);
        return MoonFile.sign(args[1], terminal);
      case "genplanet":
        return PlanetFile.run(args, terminal);
      default:
        throw Stop.out(Help.idtool(), USAGE);
    }
  }

  private static void require(String[] args, int words, int code) throws Stop {
    if (args.length < words) {
      throw Stop.out(Help.idtool(), code);
    }
  }
}
