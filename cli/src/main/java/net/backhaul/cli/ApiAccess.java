// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import net.backhaul.json.ByteOrderMark;

/**
 * The access to the daemon's API: home directory, port and token (04 section 1.4).
 *
 * @param tokenSource where the token comes from, as a message says it
 */
record ApiAccess(String home, String host, int port, String token, String tokenSource) {
  private static final String PORT_FILE = "zerotier-one.port";
  private static final String TOKEN_FILE = "authtoken.secret";
  private static final String USER_TOKEN_FILE = ".zeroTierOneAuthToken";
  private static final int NOT_FOUND = 2;

  /** Reads values without a switch from the files of the home directory. */
  static ApiAccess find(Invocation invocation, Terminal terminal) throws CliExit {
    String home = home(invocation, terminal);
    int port = invocation.port();
    if (port == 0) {
      port = Text.port(read(terminal, home, PORT_FILE));
    }
    if (port == 0) {
      throw CliExit.err(
              terminal.program()
                  + ": missing port and "
                  + PORT_FILE
                  + " not found in "
                  + home
                  + "\n",
              NOT_FOUND)
          .withHint(portHint(terminal, home));
    }
    String token = invocation.token();
    String source = "given with -T";
    if (token == null) {
      token = read(terminal, home, TOKEN_FILE).strip();
      source = "in " + home + "/" + TOKEN_FILE;
    }
    if (token.isEmpty()) {
      String directory = userDirectory(terminal);
      token = directory.isEmpty() ? "" : userToken(file(terminal, directory, userTokenFile()));
      source = "in " + directory + "/" + userTokenFile();
    }
    if (token.isEmpty()) {
      throw CliExit.err(
              terminal.program()
                  + ": "
                  + TOKEN_FILE
                  + " not found or readable in "
                  + home
                  + " (try again as root)\n",
              NOT_FOUND)
          .withHint(tokenHint(terminal, home));
    }
    return new ApiAccess(home, invocation.host(), port, token, source);
  }

  /** Returns the home directory of the daemon that a command is for. */
  static String home(Invocation invocation, Terminal terminal) {
    String home = invocation.home();
    return home == null ? defaultHome(terminal) : home;
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

  /** Returns the directory of a user's own copy of the token; empty if the user has none. */
  private static String userDirectory(Terminal terminal) {
    String user = terminal.variable("HOME");
    if (user == null) {
      return "";
    }
    return Platform.CURRENT == Platform.MACOS
        ? user + "/Library/Application Support/ZeroTier/One"
        : user;
  }

  private static String userTokenFile() {
    return Platform.CURRENT == Platform.MACOS ? TOKEN_FILE : USER_TOKEN_FILE;
  }

  /** Returns the content of a file in the home directory; empty if it cannot be read. */
  String read(Terminal terminal, String name) {
    return read(terminal, home, name);
  }

  private static String read(Terminal terminal, String directory, String name) {
    try {
      return text(HomeFile.read(file(terminal, directory, name)));
    } catch (IOException | InvalidPathException e) {
      return "";
    }
  }

  /** Returns a user's own copy of the token, which may be a link; empty if it cannot be read. */
  private static String userToken(Path file) {
    try {
      return text(Files.readAllBytes(file)).strip();
    } catch (IOException e) {
      return "";
    }
  }

  private static String text(byte[] content) {
    return new String(ByteOrderMark.strip(content), StandardCharsets.UTF_8);
  }

  private static Path file(Terminal terminal, String directory, String name) {
    return terminal.directory().resolve(directory + "/" + name);
  }

  private static String portHint(Terminal terminal, String home) {
    String file = home + "/" + PORT_FILE;
    try {
      byte[] content = HomeFile.read(file(terminal, home, PORT_FILE));
      return "expected a port from 1 to 65535 in "
          + file
          + ", found "
          + Text.quoted(new String(content, StandardCharsets.UTF_8).strip())
          + "; restart zerotier-one, which writes the file, or give the port with -p<port>";
    } catch (AccessDeniedException e) {
      return "this user may not read " + file + "; try again with sudo";
    } catch (NoSuchFileException e) {
      return isDirectory(terminal, home)
          ? "zerotier-one writes "
              + file
              + " when it starts: start it, or give its home directory with -D<path>"
          : "there is no home directory "
              + home
              + ": start zerotier-one, which makes it, or give another one with -D<path>";
    } catch (IOException | InvalidPathException e) {
      return FileErrors.cannot("read", file, e);
    }
  }

  private static boolean isDirectory(Terminal terminal, String home) {
    return Files.isDirectory(file(terminal, home, "."));
  }

  private static String tokenHint(Terminal terminal, String home) {
    String file = home + "/" + TOKEN_FILE;
    try {
      HomeFile.read(file(terminal, home, TOKEN_FILE));
      return file + " is empty; delete it and restart zerotier-one, which then makes a new token";
    } catch (AccessDeniedException e) {
      return "this user may not read "
          + file
          + ": try again with sudo, or have root copy it to ~/"
          + USER_TOKEN_FILE
          + " for this user";
    } catch (NoSuchFileException e) {
      return "zerotier-one writes "
          + file
          + " when it first starts: start it, or give its home directory with -D<path> or the token"
          + " with -T<token>";
    } catch (IOException | InvalidPathException e) {
      return FileErrors.cannot("read", file, e);
    }
  }

  /** Returns why the daemon rejected the token, and where the right one is. */
  String rejectedTokenHint() {
    String remote =
        host.equals(Invocation.DEFAULT_HOST)
            ? ""
            : ", or this host is in none of the networks of allowManagementFrom in its local.conf";
    return "the daemon on port "
        + port
        + " rejected the token "
        + tokenSource
        + remote
        + "; the right token is in "
        + TOKEN_FILE
        + " in the home directory of that daemon, which -D<path> names";
  }
}
