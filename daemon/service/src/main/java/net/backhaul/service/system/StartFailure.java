// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.system;

/** The daemon cannot start: a message for the operator, and the exit code for scripts. */
public final class StartFailure extends Exception {
  private final int exitCode;

  /** Creates a failure with exit code 1 and the prefix "fatal error: " (04 section 1.2). */
  public StartFailure(String sentence) {
    this("fatal error: " + sentence, 1);
  }

  /** Creates a failure whose message is printed as it is. */
  public StartFailure(String message, int exitCode) {
    super(message, null, false, false);
    this.exitCode = exitCode;
  }

  /** Returns the exit code of the process. */
  public int exitCode() {
    return exitCode;
  }
}
