// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeoutException;
import net.backhaul.tap.LimitedProcess;

/** Runs a program of the host that configures something and ends. */
public final class HostProgram {
  /** The directories in which programs are searched. */
  public static final List<Path> DIRECTORIES =
      List.of(Path.of("/usr/sbin"), Path.of("/usr/bin"), Path.of("/sbin"), Path.of("/bin"));

  private static final Duration LIMIT = Duration.ofSeconds(5);

  private static final int MAX_OUTPUT_BYTES = 64 * 1024;

  private HostProgram() {}

  /**
   * The result of a run.
   *
   * @param output what it wrote, errors included, or why it could not be run
   */
  public record Result(boolean succeeded, String output) {
    /** Returns an empty text for success, else the reason in one line. */
    public String failure() {
      return succeeded ? "" : output.strip().replaceAll("\\p{Cntrl}+", " ");
    }
  }

  /** Returns whether the host has a program. */
  public static boolean exists(String name) {
    return DIRECTORIES.stream().anyMatch(each -> Files.isExecutable(each.resolve(name)));
  }

  /**
   * Runs a program, for at most five seconds.
   *
   * @param input its standard input
   */
  public static Result run(List<String> words, String input) {
    return run(words, input, LIMIT);
  }

  static Result run(List<String> words, String input, Duration limit) {
    var program = new ProcessBuilder(words);
    // resolvectl would report to the service manager, which accepts only the daemon itself.
    program.environment().remove("NOTIFY_SOCKET");
    try {
      var ending = LimitedProcess.run(program, input, limit, MAX_OUTPUT_BYTES);
      boolean succeeded = ending.exitCode() == 0;
      return !succeeded && ending.output().isBlank()
          ? new Result(false, words.getFirst() + " exits with " + ending.exitCode())
          : new Result(succeeded, ending.output());
    } catch (TimeoutException e) {
      return new Result(
          false, words.getFirst() + " did not end within " + limit.toMillis() + " ms");
    } catch (IOException e) {
      return new Result(false, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new Result(false, words.getFirst() + " was interrupted");
    }
  }
}
