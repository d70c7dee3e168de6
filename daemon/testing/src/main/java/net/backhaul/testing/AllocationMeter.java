// SPDX-License-Identifier: Apache-2.0
package net.backhaul.testing;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** Measures how many bytes of heap a thread allocates. */
public final class AllocationMeter {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private static final int WARM_UP_RUNS = 20_000;
  private static final int RUNS = 2_000;

  /** The JIT compiler works concurrently: the code it replaces may allocate for a while longer. */
  private static final int ATTEMPTS = 40;

  private AllocationMeter() {}

  /** Returns the bytes that the calling thread has allocated since it was started. */
  public static long allocatedBytes() {
    return THREADS.getCurrentThreadAllocatedBytes();
  }

  /** Returns the bytes that one execution allocates on the calling thread; nothing is warmed up. */
  public static long allocatedBytes(Runnable action) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    action.run();
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }

  /** Returns the fewest bytes that one execution allocates, of many; nothing is warmed up. */
  public static long leastBytes(Runnable action) {
    long least = Long.MAX_VALUE;
    for (int attempt = 0; attempt < ATTEMPTS && least > 0; attempt++) {
      least = Math.min(least, allocatedBytes(action));
    }
    return least;
  }

  /** Returns the bytes that an execution allocates after a warm-up, rounded down. */
  public static long bytesPerRun(Runnable action) {
    repeat(WARM_UP_RUNS, action);
    return leastBytes(() -> repeat(RUNS, action)) / RUNS;
  }

  private static void repeat(int times, Runnable action) {
    for (int i = 0; i < times; i++) {
      action.run();
    }
  }
}
