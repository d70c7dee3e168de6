// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.macos;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import net.backhaul.tap.LimitedProcess;
import net.backhaul.tap.TapException;

/** Runs the host's programs that configure its network. */
final class SystemCommands implements CommandRunner {
  /** The time limit of a program, in milliseconds. */
  static final long DEFAULT_LIMIT_MS = 10_000;

  private static final int MAX_OUTPUT_BYTES = 1 << 20;

  private final long limitMs;

  SystemCommands(long limitMs) {
    this.limitMs = limitMs;
  }

  @Override
  public String run(List<String> words) throws TapException {
    String line = String.join(" ", words);
    try {
      var ending =
          LimitedProcess.run(
              new ProcessBuilder(words), "", Duration.ofMillis(limitMs), MAX_OUTPUT_BYTES);
      if (ending.exitCode() != 0) {
        throw new TapException(line + " failed: " + ending.output().strip());
      }
      return ending.output();
    } catch (TimeoutException e) {
      throw new TapException(line + " did not end within " + limitMs + " ms", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TapException("interrupted while running " + line, e);
    } catch (IOException e) {
      throw e instanceof TapException failed ? failed : new TapException("cannot run " + line, e);
    }
  }
}
