// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Where a command was started.
 *
 * @param program the name it was started under, which begins some messages
 * @param environment the environment's variables
 * @param folder the current folder, against which names of files are resolved
 * @param clock the time of day, for the ages in tables
 */
record Terminal(
    String program,
    Map<String, String> environment,
    Path folder,
    WallClock clock,
    PrintStream out,
    PrintStream err) {
  private static final int BUFFER_BYTES = 8192;

  /** Tells the time of day. */
  interface WallClock {
    long wallMs();
  }

  /** The clock of this machine; a class, since a lambda would be linked at every start. */
  private static final class SystemClock implements WallClock {
    @Override
    public long wallMs() {
      return System.currentTimeMillis();
    }
  }

  /** Returns the terminal of this process, with the name that its launcher was called by. */
  static Terminal ofProcess(String defaultName, PrintStream out, PrintStream err) {
    return new Terminal(
        System.getProperty("backhaul.program", defaultName),
        System.getenv(),
        Path.of(""),
        new SystemClock(),
        out,
        err);
  }

  /** Returns a stream that writes UTF-8 in few pieces, whatever the locale is. */
  static PrintStream stream(FileDescriptor descriptor) {
    return new PrintStream(
        new BufferedOutputStream(new FileOutputStream(descriptor), BUFFER_BYTES),
        false,
        StandardCharsets.UTF_8);
  }

  /**
   * Ends the process without the ceremony of {@code System.exit}, which looks for a logger to tell.
   * Nothing waits to be written then: both streams have been flushed.
   */
  static void end(int code) {
    Runtime.getRuntime().halt(code);
  }

  long wallMs() {
    return clock.wallMs();
  }

  @Nullable String variable(String name) {
    return environment.get(name);
  }
}
