// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;

/** A terminal with captured output, in a directory and at a time of the test's choice. */
final class CapturedTerminal {
  /** A host with a fixed time. */
  record TestHost(long wallMs, boolean outIsTerminal) implements Terminal.Host {}

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();
  private final Terminal terminal;

  /** Makes one whose output goes to a pipe. */
  CapturedTerminal(String program, Map<String, String> environment, Path directory, long wallMs) {
    this(program, environment, directory, new TestHost(wallMs, false));
  }

  CapturedTerminal(
      String program, Map<String, String> environment, Path directory, Terminal.Host host) {
    terminal =
        new Terminal(
            program,
            environment,
            directory,
            host,
            new PrintStream(out, true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8));
  }

  Terminal terminal() {
    return terminal;
  }

  String out() {
    return out.toString(StandardCharsets.UTF_8);
  }

  String err() {
    return err.toString(StandardCharsets.UTF_8);
  }
}
