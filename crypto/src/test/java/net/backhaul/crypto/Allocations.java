// SPDX-License-Identifier: Apache-2.0
package net.backhaul.crypto;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Measures what something allocates once it has run for a while. */
final class Allocations {
  private static final int WARM_UP_RUNS = 5_000;
  private static final int MEASURED_RUNS = 1_000;

  /** The compiler works beside us, and what it replaces may still allocate once or twice. */
  private static final int ATTEMPTS = 40;

  private Allocations() {}

  /** Returns the bytes that a thousand runs allocate. */
  static long perThousandRuns(Runnable action) {
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
    return least;
  }
}
