// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Continues in the background, for option {@code -d} (04 section 1.2). */
public final class Fork {
  private Fork() {}

  /**
   * Starts this program again, without {@code -d} and with the same files open, since a Java
   * process cannot fork.
   *
   * @return the exit code of the process in the foreground
   */
  public static int intoBackground() throws StartFailure {
    List<String> line = commandLine();
    List<String> arguments = line.isEmpty() ? arguments() : line.subList(1, line.size());
    Optional<String> program = program(line);
    if (program.isEmpty() || arguments.isEmpty()) {
      throw new StartFailure(
          "could not fork (the command line of this process is not readable)", 1);
    }
    var command = new ArrayList<String>();
    command.add(program.get());
    for (String word : arguments) {
      if (!word.startsWith("-d")) {
        command.add(word);
      }
    }
    try {
      new ProcessBuilder(command).inheritIO().start();
      return 0;
    } catch (IOException e) {
      throw new StartFailure("could not fork (" + e.getMessage() + ")", 1);
    }
  }

  /** Returns the program under the name by which it was started, which may be a link. */
  private static Optional<String> program(List<String> line) {
    return !line.isEmpty() && line.getFirst().startsWith("/")
        ? Optional.of(line.getFirst())
        : ProcessHandle.current().info().command();
  }

  /** Java itself reads no more of a command line than one page; Linux shows all of it. */
  private static List<String> commandLine() {
    try {
      return List.of(Files.readString(Path.of("/proc/self/cmdline")).split("\0"));
    } catch (IOException e) {
      return List.of();
    }
  }

  private static List<String> arguments() {
    return ProcessHandle.current().info().arguments().map(List::of).orElse(List.of());
  }
}
