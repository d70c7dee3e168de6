// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.ethernet;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Measures what something allocates once it has run for a while. */
final class Allocations {
  private static final int WARM_UP_RUNS = 20_000;
  private static final int MEASURED_RUNS = 2_000;

  /** The compiler that finds what need not be allocated works beside us, and may be late. */
  private static final int ATTEMPTS = 40;

  private Allocations() {}

  /** Returns how many bytes one run allocates, rounded down. */
  static long perRun(Runnable action) {
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    for (int i = 0; i < WARM_UP_RUNS; i++) {
      action.run();
    }
    long least = Long.MAX_VALUE;
    for (int attempt = 0; attempt < ATTEMPTS && least > 0; attempt++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < MEASURED_RUNS; i++) {
        action.run();
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    return least / MEASURED_RUNS;
  }
}
