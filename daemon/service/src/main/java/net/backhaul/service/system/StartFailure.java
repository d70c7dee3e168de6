// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.system;

/** Why the daemon cannot start: one sentence for a person, and the exit code for scripts. */
public final class StartFailure extends Exception {
  private final int exitCode;

  /** Fails with exit code 1 and the beginning that every such message has (04 section 1.2). */
  public StartFailure(String sentence) {
    this("fatal error: " + sentence, 1);
  }

  public StartFailure(String message, int exitCode) {
    super(message, null, false, false);
    this.exitCode = exitCode;
  }

  public int exitCode() {
    return exitCode;
  }
}
