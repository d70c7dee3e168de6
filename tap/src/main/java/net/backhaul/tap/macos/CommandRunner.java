// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.macos;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import net.backhaul.tap.TapException;

/** Runs programs of the system. */
interface CommandRunner {
  /** The timeout of a program. */
  long WITHIN_MS = 10_000;

  /**
   * Runs a program to its end.
   *
   * @param words its absolute path and its arguments
   * @return its output on both streams
   * @throws TapException if its exit status is not 0
   */
  String run(List<String> words) throws TapException;

  /** Runs a program and ignores its failure. */
  default void runIfPossible(List<String> words) {
    try {
      run(words);
    } catch (TapException notPossible) {
      return;
    }
  }

  /** Returns a runner that starts processes. */
  static CommandRunner system() {
    return words -> {
      try {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String printed = new String(process.getInputStream().readAllBytes());
        if (!process.waitFor(WITHIN_MS, TimeUnit.MILLISECONDS)) {
          process.destroyForcibly();
          throw new TapException(
              String.join(" ", words) + " did not end within " + WITHIN_MS + " ms");
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
