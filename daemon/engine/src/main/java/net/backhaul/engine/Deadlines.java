// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

import java.util.Arrays;

/** The time of each {@link Deadline} in milliseconds. */
public final class Deadlines {
  /** The time of a deadline that is not set. */
  public static final long NEVER = Long.MAX_VALUE;

  private static final Deadline[] ALL = Deadline.values();

  private final long[] atMs = new long[ALL.length];

  public Deadlines() {
    Arrays.fill(atMs, NEVER);
  }

  /** Returns the time of a deadline, or {@link #NEVER}. */
  @SuppressWarnings("EnumOrdinal") // An array and not a map: the node loop reads it in each turn.
  public long atMs(Deadline deadline) {
    return atMs[deadline.ordinal()];
  }

  /** Sets the time of a deadline, or {@link #NEVER}. */
  @SuppressWarnings("EnumOrdinal") // See atMs.
  public void set(Deadline deadline, long timeMs) {
    atMs[deadline.ordinal()] = timeMs;
  }

  /** Sets the time of a deadline unless an earlier one is set. */
  public void setEarlier(Deadline deadline, long timeMs) {
    set(deadline, Math.min(atMs(deadline), timeMs));
  }

  /** Clears a deadline. */
  public void clear(Deadline deadline) {
    set(deadline, NEVER);
  }

  /** Returns whether a deadline is set, due or not. */
  public boolean isSet(Deadline deadline) {
    return atMs(deadline) != NEVER;
  }

  /** Returns whether the time of a deadline has come. */
  public boolean isDue(Deadline deadline, long nowMs) {
    return nowMs >= atMs(deadline);
  }

  /** Returns the deadline that comes next; of equal ones the first by declaration. */
  public Deadline next() {
    int earliest = 0;
    for (int i = 1; i < atMs.length; i++) {
      if (atMs[i] < atMs[earliest]) {
        earliest = i;
      }
    }
    return ALL[earliest];
  }
}
