// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/**
 * How the daemon is reached: its home, its port and the token that it asks for (04 section 1.4).
 */
record Access(String home, String host, int port, String token) {
  private static final String PORT_FILE = "zerotier-one.port";
  private static final String TOKEN_FILE = "authtoken.secret";
  private static final int NOT_FOUND = 2;

  static Access find(Invocation invocation, Terminal terminal) throws CliExit {
    String home = invocation.home();
    if (home == null) {
      home = defaultHome(terminal);
    }
    int port = invocation.port();
    if (port == 0) {
      port = Text.port(read(terminal, home, PORT_FILE));
    }
    if (port == 0) {
      throw CliExit.err(
          terminal.program() + ": missing port and " + PORT_FILE + " not found in " + home + "\n",
          NOT_FOUND);
    }
    String token = invocation.token();
    if (token == null) {
      token = read(terminal, home, TOKEN_FILE).strip();
    }
    if (token.isEmpty()) {
      token = tokenOfUser(terminal);
    }
    if (token.isEmpty()) {
      throw CliExit.err(
          terminal.program()
              + ": "
              + TOKEN_FILE
              + " not found or readable in "
              + home
              + " (try again as root)\n",
          NOT_FOUND);
    }
    return new Access(home, invocation.host(), port, token);
  }

  private static String defaultHome(Terminal terminal) {
    String chosen = terminal.variable("ZEROTIER_HOME");
    if (chosen != null && !chosen.isEmpty()) {
      return chosen;
    }
    return switch (Platform.CURRENT) {
      case MACOS -> "/Library/Application Support/ZeroTier/One";
      case BSD -> "/var/db/zerotier-one";
      case LINUX, OTHER -> "/var/lib/zerotier-one";
    };
  }

  private static String tokenOfUser(Terminal terminal) {
    String user = terminal.variable("HOME");
    if (user == null) {
      return "";
    }
    return Platform.CURRENT == Platform.MACOS
        ? read(terminal, user + "/Library/Application Support/ZeroTier/One", TOKEN_FILE).strip()
        : read(terminal, user, ".zeroTierOneAuthToken").strip();
  }

  /** Returns the content of a file in the home folder, or nothing if it cannot be read. */
  String read(Terminal terminal, String name) {
    return read(terminal, home, name);
  }

  private static String read(Terminal terminal, String folder, String name) {
    try {
      Path file = terminal.folder().resolve(folder + "/" + name);
      return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    } catch (IOException | InvalidPathException e) {
      return "";
    }
  }
}
