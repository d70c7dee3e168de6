// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.Console;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The environment in which a command was started, and its streams.
 *
 * @param program the name it was started under, which begins messages
 * @param environment the environment variables
 * @param directory the current directory, against which file names are resolved
 */
record Terminal(
    String program,
    Map<String, String> environment,
    Path directory,
    Host host,
    PrintStream out,
    PrintStream err) {
  private static final int BUFFER_BYTES = 8192;

  /** The parts of the operating system that a command reads on demand. */
  interface Host {
    /** Returns the time of day, in milliseconds since 1970. */
    long wallMs();

    /** Returns whether standard output is a terminal and not a pipe or file. */
    boolean outIsTerminal();

    /** Waits for some milliseconds; not at all for none or less. */
    void pause(long ms);

    /**
     * Sets what is done at an interrupt by the user, before the process ends with its result as the
     * exit code.
     */
    void onInterrupt(IntSupplier end);

    /** Reads a line of standard input; an empty one at its end. */
    default String readLine() throws IOException {
      var reader = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
      String line = reader.readLine();
      return line == null ? "" : line;
    }
  }

  /** The host of this process; a class, since a lambda would be linked at every start. */
  private static final class SystemHost implements Host {
    @Override
    public long wallMs() {
      return System.currentTimeMillis();
    }

    @Override
    public boolean outIsTerminal() {
      Console console = System.console();
      return console != null && console.isTerminal();
    }

    @Override
    public void pause(long ms) {
      try {
        Thread.sleep(Math.max(0, ms));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void onInterrupt(IntSupplier end) {
      Runtime.getRuntime().addShutdownHook(new Thread(() -> end(end.getAsInt())));
    }
  }

  /** Returns the terminal of this process, with the name that its launcher was called by. */
  static Terminal ofProcess(String defaultName, PrintStream out, PrintStream err) {
    return new Terminal(
        System.getProperty("backhaul.program", defaultName),
        System.getenv(),
        Path.of(""),
        new SystemHost(),
        out,
        err);
  }

  /** Returns a stream that writes UTF-8 in large blocks, whatever the locale is. */
  static PrintStream stream(FileDescriptor descriptor) {
    return new PrintStream(
        new BufferedOutputStream(new FileOutputStream(descriptor), BUFFER_BYTES),
        false,
        StandardCharsets.UTF_8);
  }

  /**
   * Ends the process without {@code System.exit}, which loads the logging of the JDK. Nothing is
   * left to be written: both streams have been flushed.
   */
  static void end(int code) {
    Runtime.getRuntime().halt(code);
  }

  long wallMs() {
    return host.wallMs();
  }

  /** Reads a line of standard input; an empty one if there is none. */
  String readLine() {
    try {
      return host.readLine();
    } catch (IOException e) {
      return "";
    }
  }

  @Nullable String variable(String name) {
    return environment.get(name);
  }

  /**
   * Prints a text as it is. On a terminal, but never in a pipe, a newline follows one that has none
   * at its end, so that the prompt begins on a new line.
   */
  void printAsIs(String text) {
    out.print(text);
    if (!text.isEmpty() && !text.endsWith("\n") && host.outIsTerminal()) {
      out.print('\n');
    }
  }

  /**
   * Prints a line on standard error that says what was wrong and what to do; control characters of
   * names and answers in it are replaced.
   */
  void hint(String line) {
    err.print(Text.printable(program + ": " + line) + "\n");
  }
}
