// SPDX-License-Identifier: Apache-2.0
package net.backhaul.testing;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits for a condition that another thread or the host fulfils. */
public final class Await {
  private static final long MAX_SECONDS = 15;

  private Await() {}

  /** Returns as soon as the condition holds; fails after 15 seconds. */
  public static void until(BooleanSupplier condition) {
    long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(MAX_SECONDS);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > endNanos) {
        throw new AssertionError("condition not met within " + MAX_SECONDS + " s");
      }
      Thread.onSpinWait();
    }
  }
}
