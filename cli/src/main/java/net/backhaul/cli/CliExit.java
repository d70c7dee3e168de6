// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

/** Ends a command early: what is still to be said, on which stream, and the exit code. */
final class CliExit extends Exception {
  private static final long serialVersionUID = 1;

  private final String text;
  private final boolean onErr;
  private final int code;

  private CliExit(String text, boolean onErr, int code) {
    super(text, null, false, false); // no stack trace: this is a way out, not an accident
    this.text = text;
    this.onErr = onErr;
    this.code = code;
  }

  /** Ends with a text on standard output. */
  static CliExit out(String text, int code) {
    return new CliExit(text, false, code);
  }

  /** Ends with a text on standard error. */
  static CliExit err(String text, int code) {
    return new CliExit(text, true, code);
  }

  /** Says what is to be said and returns the exit code. */
  int print(Terminal terminal) {
    (onErr ? terminal.err() : terminal.out()).print(text);
    return code;
  }
}
