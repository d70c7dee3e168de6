// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import java.util.ArrayDeque;
import java.util.Queue;
import net.backhaul.engine.HelloCheck;
import org.jspecify.annotations.Nullable;

/** The threads of a host that check identities, and how long a check takes. */
final class SimulatedChecks {
  private static final int THREADS = 2;

  private final Queue<Running> running = new ArrayDeque<>();
  private final long[] freeAtMs = new long[THREADS];
  private long checkMs;
  private long run;

  private record Running(HelloCheck check, long endMs) {}

  void checkMs(long ms) {
    checkMs = ms;
  }

  /** Returns how many checks have run. */
  long run() {
    return run;
  }

  void add(HelloCheck check, long nowMs) {
    int thread = freeAtMs[0] <= freeAtMs[1] ? 0 : 1;
    freeAtMs[thread] = Math.max(freeAtMs[thread], nowMs) + checkMs;
    running.add(new Running(check, freeAtMs[thread]));
  }

  /** Returns when the next check ends. */
  long nextDeadlineMs() {
    Running next = running.peek();
    return next == null ? Long.MAX_VALUE : next.endMs;
  }

  /** Returns a check that has ended, or null. */
  @Nullable HelloCheck take(long nowMs) {
    Running next = running.peek();
    if (next == null || next.endMs > nowMs) {
      return null;
    }
    running.remove();
    run++;
    next.check.run(Identities::validates);
    return next.check;
  }

  /** Removes all checks, as at the end of a process. */
  void clear() {
    running.clear();
  }
}
