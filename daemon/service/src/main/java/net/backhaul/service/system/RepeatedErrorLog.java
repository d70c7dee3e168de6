// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.system;

import org.slf4j.Logger;

/**
 * Logs internal errors of one kind, at most one in {@link #INTERVAL_MS}: whatever repeats an error
 * must not fill the disk. Those between are counted, and the next line says how many there were.
 */
public final class RepeatedErrorLog {
  static final long INTERVAL_MS = 60_000;

  private final Logger log;
  private final String activity;
  private boolean isLogged;
  private long loggedAtMs;
  private long suppressed;

  /**
   * Creates the log of one kind of error.
   *
   * @param activity what fails, as it follows "internal error while"
   */
  public RepeatedErrorLog(Logger log, String activity) {
    this.log = log;
    this.activity = activity;
  }

  /** Logs an error with its stack trace, or counts it; from any thread. */
  public void add(Throwable error, long nowMs) {
    add(error, "", nowMs);
  }

  /**
   * Logs an error with its stack trace, or counts it; from any thread.
   *
   * @param subject what the activity was about, as it follows it in the line
   */
  public synchronized void add(Throwable error, String subject, long nowMs) {
    if (isLogged && nowMs - loggedAtMs < INTERVAL_MS) {
      suppressed++;
      return;
    }
    isLogged = true;
    loggedAtMs = nowMs;
    String failed = subject.isEmpty() ? activity : activity + " " + subject;
    if (suppressed == 0) {
      log.error("internal error while {}", failed, error);
    } else {
      log.error(
          "internal error while {} (and {} more since the last that was logged)",
          failed,
          suppressed,
          error);
    }
    suppressed = 0;
  }
}
