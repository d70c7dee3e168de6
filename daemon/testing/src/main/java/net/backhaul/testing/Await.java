// SPDX-License-Identifier: Apache-2.0
package net.backhaul.testing;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Waits for a condition that another thread or the host fulfils. */
public final class Await {
  /** Far above what a busy machine needs; only a failure takes so long. */
  private static final long MAX_SECONDS = 45;

  /** Between two polls, so that waiting takes no processor time. */
  private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(2);

  private Await() {}

  /** Returns as soon as the condition holds; fails after 45 seconds. */
  public static void until(BooleanSupplier condition) {
    until(condition, () -> "condition not met");
  }

  /** Returns as soon as the condition holds; fails after 45 seconds with a description. */
  public static void until(BooleanSupplier condition, Supplier<String> failure) {
    within(MAX_SECONDS, condition, failure);
  }

  /** Returns as soon as the condition holds; fails after a number of seconds with a description. */
  public static void within(long seconds, BooleanSupplier condition, Supplier<String> failure) {
    long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(seconds);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > endNanos) {
        throw new AssertionError(failure.get() + " within " + seconds + " s");
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }
}
