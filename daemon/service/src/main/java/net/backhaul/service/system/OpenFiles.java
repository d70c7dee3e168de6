// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The open files of this process and their limit (RLIMIT_NOFILE). Java raises the soft limit to the
 * hard one, so the hard one counts.
 *
 * <p>UDP sockets, of which a host may need hundreds, leave a part of the limit to the API, devices
 * and files.
 */
public record OpenFiles(int limit, int open) {
  /** Below this limit the daemon does not start: Java itself needs most of it. */
  public static final int MIN_LIMIT = 60;

  private static final int MIN_RESERVE = 9;
  private static final int MAX_RESERVE = 256;
  private static final Path LIMITS = Path.of("/proc/self/limits");
  private static final Path OPEN = Path.of("/proc/self/fd");
  private static final String NAME = "Max open files";

  /** Returns the state of this process; without a limit where the system does not report one. */
  public static OpenFiles current() {
    int limit = limitOfProcess();
    if (limit == Integer.MAX_VALUE) {
      return new OpenFiles(limit, 0);
    }
    try (Stream<Path> files = Files.list(OPEN)) {
      return new OpenFiles(limit, (int) files.count() - 1); // One is that of the list itself.
    } catch (IOException e) {
      return new OpenFiles(limit, limit);
    }
  }

  /** Returns the limit of this process; {@link Integer#MAX_VALUE} where it is not known. */
  public static int limitOfProcess() {
    try {
      return limit(Files.readString(LIMITS));
    } catch (IOException e) {
      return Integer.MAX_VALUE;
    }
  }

  /** Parses the text of {@code /proc/PID/limits}. */
  static int limit(String text) {
    for (String line : text.split("\n")) {
      if (line.startsWith(NAME)) {
        String[] words = line.substring(NAME.length()).strip().split(" +");
        try {
          return Integer.parseInt(words[1]);
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException unlimited) {
          return Integer.MAX_VALUE;
        }
      }
    }
    return Integer.MAX_VALUE;
  }

  /**
   * Returns how many more files UDP sockets may open, or how many too many are open if negative.
   */
  public int left() {
    return limit == Integer.MAX_VALUE ? limit : limit - reserve() - open;
  }

  /** Returns the part of the limit that is left to connections of the API, devices and files. */
  public int reserve() {
    return Math.clamp(limit / 4 - MIN_RESERVE, MIN_RESERVE, MAX_RESERVE);
  }

  /** Returns why the daemon cannot start; empty if it can. */
  public static String problem(int limit) {
    return limit >= MIN_LIMIT
        ? ""
        : "this process may have "
            + limit
            + " open files, and the daemon needs at least "
            + MIN_LIMIT
            + "; raise the limit: LimitNOFILE= of the service, or ulimit -n";
  }
}
