// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import net.backhaul.cli.NearestWords;
import org.jspecify.annotations.Nullable;

/**
 * The command line of {@code zerotier-one} (04 section 1.2).
 *
 * @param port the primary port; 0 for any
 * @param words arguments of the identity tool, the client or the command, where one is selected
 * @param unprivileged whether the daemon may run without being root
 * @param problem what is wrong with the command line; empty if nothing is
 */
record CommandLine(
    Action action,
    int port,
    boolean unprivileged,
    boolean fork,
    Path home,
    List<String> words,
    String problem) {
  static final int DEFAULT_PORT = 9993;

  private static final int MAX_PORT = 0xffff;
  private static final String CONTROLLER = "controller";

  /** Long options of other programs, and ours that have the same effect. */
  private static final Map<String, String> LONG_OPTIONS =
      Map.of(
          "help", "-h",
          "version", "-v",
          "port", "-p<port>",
          "daemon", "-d",
          "background", "-d",
          "unprivileged", "-U",
          "idtool", "-i",
          "identity", "-i",
          "cli", "-q");

  /** The selected function. */
  enum Action {
    RUN,
    HELP,
    /** A value is invalid: help, and exit code 1. */
    INVALID,
    VERSION,
    IDTOOL,
    CLI,
    /** Networks of the controller: {@link ControllerCommand}. */
    CONTROLLER
  }

  /** Parses words from left to right, up to the first that selects a function other than RUN. */
  static CommandLine parse(List<String> words, Path defaultHome) {
    int port = DEFAULT_PORT;
    if (words.size() > 1
        && words.getFirst().equals(CONTROLLER)
        && ControllerCommand.NAMES.contains(words.get(1))) {
      return of(Action.CONTROLLER, defaultHome, words.subList(1, words.size()));
    }
    boolean unprivileged = false;
    boolean fork = false;
    Path home = null;
    for (int i = 0; i < words.size(); i++) {
      String word = words.get(i);
      if (!word.startsWith("-")) {
        if (home != null) {
          return wrong(
              Action.HELP,
              "a second home directory, %s, after %s; only one can be used"
                  .formatted(printable(word), printable(home.toString())),
              defaultHome);
        }
        if (word.isEmpty()) {
          return wrong(Action.HELP, "an empty word; expected an option or a home", defaultHome);
        }
        home = Path.of(word);
        continue;
      }
      char letter = word.length() > 1 ? word.charAt(1) : '?';
      switch (letter) {
        case 'p' -> {
          port = leadingNumber(word.substring(2));
          if (port > MAX_PORT) {
            return wrong(
                Action.INVALID,
                "invalid port in %s; expected -p<port> with a number from 0 to %d"
                    .formatted(printable(word), MAX_PORT),
                defaultHome);
          }
        }
        case 'U' -> unprivileged = true;
        case 'd' -> fork = true;
        case 'v' -> {
          return of(Action.VERSION, defaultHome);
        }
        case 'i' -> {
          return word.length() == 2
              ? of(Action.IDTOOL, defaultHome, words.subList(i + 1, words.size()))
              : wrong(Action.HELP, unknownOption(word), defaultHome);
        }
        case 'q' -> {
          return word.length() == 2
              ? of(Action.CLI, defaultHome, words)
              : wrong(Action.HELP, unknownOption(word), defaultHome);
        }
        case 'h', '?' -> {
          return of(Action.HELP, defaultHome);
        }
        default -> {
          return word.equals("--help")
              ? of(Action.HELP, defaultHome)
              : wrong(Action.HELP, unknownOption(word), defaultHome);
        }
      }
    }
    return new CommandLine(
        Action.RUN, port, unprivileged, fork, home == null ? defaultHome : home, List.of(), "");
  }

  private static CommandLine of(Action action, Path home) {
    return of(action, home, List.of());
  }

  private static CommandLine of(Action action, Path home, List<String> words) {
    return new CommandLine(action, DEFAULT_PORT, false, false, home, words, "");
  }

  private static CommandLine wrong(Action action, String problem, Path home) {
    return new CommandLine(action, DEFAULT_PORT, false, false, home, List.of(), problem);
  }

  private static String unknownOption(String word) {
    String problem = "unknown option " + printable(word);
    String name = word.replaceFirst("^-+", "");
    if (word.startsWith("-i") || word.startsWith("-q")) {
      return problem + "; did you mean " + word.substring(0, 2) + ", as a word of its own?";
    }
    List<String> near = NearestWords.find(name, LONG_OPTIONS.keySet());
    return near.isEmpty()
        ? problem + "; the options are -h -v -U -p<port> -d -i -q"
        : problem + "; did you mean " + LONG_OPTIONS.get(near.getFirst()) + "?";
  }

  /** Returns a word of the user without control characters. */
  private static String printable(String word) {
    return word.replaceAll("\\p{Cntrl}", "?");
  }

  /** Parses leading digits; 0 if there are none; saturates at MAX_PORT + 1. */
  private static int leadingNumber(String text) {
    int number = 0;
    for (int i = 0; i < text.length() && Character.isDigit(text.charAt(i)); i++) {
      number = Math.min(number * 10 + (text.charAt(i) - '0'), MAX_PORT + 1);
    }
    return number;
  }

  /** Returns the default home directory (04 section 1.3). */
  static Path defaultHome(@Nullable String fromEnvironment, String osName) {
    if (fromEnvironment != null && !fromEnvironment.isEmpty()) {
      return Path.of(fromEnvironment);
    }
    if (osName.startsWith("Mac")) {
      return Path.of("/Library/Application Support/ZeroTier/One");
    }
    return Path.of(osName.endsWith("BSD") ? "/var/db/zerotier-one" : "/var/lib/zerotier-one");
  }
}
