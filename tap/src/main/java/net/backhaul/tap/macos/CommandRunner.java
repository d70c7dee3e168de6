// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.macos;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import net.backhaul.tap.TapException;

/** Runs programs of the system. */
interface CommandRunner {
  /** How long a program may take. */
  long WITHIN_MS = 10_000;

  /**
   * Runs a program to its end.
   *
   * @param words its absolute path and its arguments
   * @return what it printed, on both streams
   * @throws TapException where it ends with another status than 0
   */
  String run(List<String> words) throws TapException;

  /** Runs a program whose failure changes nothing for us. */
  default void runIfPossible(List<String> words) {
    try {
      run(words);
    } catch (TapException notPossible) {
      return;
    }
  }

  /** Returns what really runs them. */
  static CommandRunner system() {
    return words -> {
      try {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String printed = new String(process.getInputStream().readAllBytes());
        if (!process.waitFor(WITHIN_MS, TimeUnit.MILLISECONDS)) {
          process.destroyForcibly();
          throw new TapException(
              String.join(" ", words) + " has not ended within " + WITHIN_MS + " ms");
        }
        if (process.exitValue() != 0) {
          throw new TapException(String.join(" ", words) + " failed: " + printed.strip());
        }
        return printed;
      } catch (IOException e) {
        throw new TapException("cannot run " + String.join(" ", words), e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new TapException("interrupted while running " + String.join(" ", words), e);
      }
    };
  }
}
