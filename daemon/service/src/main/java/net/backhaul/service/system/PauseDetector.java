// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.system;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Detects that the host was suspended, or that this process did not run, while the wall clock may
 * show nothing: it is wrong after some suspends, and a virtual machine that was paused has no clock
 * that went on.
 */
public final class PauseDetector {
  private static final Logger log = LoggerFactory.getLogger(PauseDetector.class);
  private static final Path UPTIME = Path.of("/proc/uptime");
  private static final long UNKNOWN = -1;

  /** How often the clock is read that goes on while the host is suspended. */
  private static final long READ_EVERY_MS = 1_000;

  private final LongSupplier bootMs;
  private long readAtMs;
  private long bootAheadMs;
  private boolean readOnce;

  /** Creates it with the clocks of this host. */
  public PauseDetector() {
    this(PauseDetector::uptimeMs);
  }

  /**
   * Creates it.
   *
   * @param bootMs milliseconds since the start of the host, suspends included; negative if unknown
   */
  PauseDetector(LongSupplier bootMs) {
    this.bootMs = bootMs;
  }

  /**
   * Returns for how long the host or this process has not run since the last call, in ms.
   *
   * @param steadyMs a monotonic clock, which may stand still while the host is suspended
   * @param dueMs when the call was due, on that clock
   */
  public long pausedMs(long steadyMs, long dueMs) {
    return Math.max(steadyMs - dueMs, suspendedMs(steadyMs));
  }

  private long suspendedMs(long steadyMs) {
    if (readOnce && steadyMs - readAtMs < READ_EVERY_MS) {
      return 0;
    }
    long boot = bootMs.getAsLong();
    if (boot < 0) {
      return 0;
    }
    long before = bootAheadMs;
    bootAheadMs = boot - steadyMs;
    readAtMs = steadyMs;
    boolean first = !readOnce;
    readOnce = true;
    return first ? 0 : Math.max(0, bootAheadMs - before);
  }

  private static long uptimeMs() {
    try {
      String text = Files.readString(UPTIME);
      return (long) (Double.parseDouble(text.substring(0, text.indexOf(' '))) * 1_000);
    } catch (IOException | RuntimeException e) {
      log.trace("{} cannot be read: {}", UPTIME, e.toString());
      return UNKNOWN;
    }
  }
}
