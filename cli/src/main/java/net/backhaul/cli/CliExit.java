// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import org.jspecify.annotations.Nullable;

/** Ends a command early, with a text on one of the streams, an exit code and possibly a hint. */
final class CliExit extends Exception {
  private static final long serialVersionUID = 1;

  private final String text;
  private final boolean onErr;
  private final int code;
  private final @Nullable String hint;

  private CliExit(String text, boolean onErr, int code, @Nullable String hint) {
    super(text, null, false, false); // no stack trace: control flow, not a failure
    this.text = text;
    this.onErr = onErr;
    this.code = code;
    this.hint = hint;
  }

  /** Ends with a text on standard output. */
  static CliExit out(String text, int code) {
    return new CliExit(text, false, code, null);
  }

  /** Ends with a text on standard error. */
  static CliExit err(String text, int code) {
    return new CliExit(text, true, code, null);
  }

  /**
   * Adds a line on standard error that says what was wrong and what to do, where the recorded text
   * does not; null for none.
   */
  CliExit withHint(@Nullable String line) {
    return new CliExit(text, onErr, code, line);
  }

  /** Returns the hint, or the text where there is none, without its end of line. */
  String reason() {
    return hint == null ? text.strip() : hint;
  }

  /** Prints the text and the hint, and returns the exit code. */
  int print(Terminal terminal) {
    (onErr ? terminal.err() : terminal.out()).print(text);
    if (hint != null) {
      terminal.hint(hint);
    }
    return code;
  }
}
