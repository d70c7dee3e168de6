// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.system;

import java.io.IOException;
import java.util.ArrayList;
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
    ProcessHandle.Info self = ProcessHandle.current().info();
    Optional<String[]> arguments = self.arguments();
    if (self.command().isEmpty() || arguments.isEmpty()) {
      throw new StartFailure(
          "could not fork (the command line of this process is not readable)", 1);
    }
    var command = new ArrayList<String>();
    command.add(self.command().get());
    for (String word : arguments.get()) {
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
}
