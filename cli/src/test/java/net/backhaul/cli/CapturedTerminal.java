// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;

/** A terminal with captured output, in a directory and at a time of the test's choice. */
final class CapturedTerminal {
  /** A host with a fixed time, where pauses end at once. */
  static final class TestHost implements Terminal.Host {
    private final long wallMs;
    private final boolean outIsTerminal;
    private final List<Long> pauses = new ArrayList<>();
    private IntSupplier end = () -> 0;
    private int interruptedAtPause;
    private int exitCode = -1;

    TestHost(long wallMs, boolean outIsTerminal) {
      this.wallMs = wallMs;
      this.outIsTerminal = outIsTerminal;
    }

    /** Interrupts the command during a pause, of which the first has the number 1. */
    void interruptAtPause(int number) {
      interruptedAtPause = number;
    }

    /** Returns the length of each pause so far. */
    List<Long> pauses() {
      return pauses;
    }

    /** Returns the exit code at the interrupt, -1 without one. */
    int exitCode() {
      return exitCode;
    }

    @Override
    public long wallMs() {
      return wallMs;
    }

    @Override
    public boolean outIsTerminal() {
      return outIsTerminal;
    }

    @Override
    public void pause(long ms) {
      pauses.add(ms);
      if (pauses.size() == interruptedAtPause) {
        exitCode = end.getAsInt();
      }
    }

    @Override
    public void onInterrupt(IntSupplier action) {
      end = action;
    }
  }

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
