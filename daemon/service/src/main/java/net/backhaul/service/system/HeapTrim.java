// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.system;

import java.util.function.LongSupplier;

/**
 * Returns heap to the system after a burst, such as large requests to the API.
 *
 * <p>The serial collector shrinks the heap only in a full collection, and a daemon that is idle
 * afterwards has none for days. So one is requested when the heap has grown by {@link #MIN_GROWTH}
 * and has stopped to grow. Whatever is still in use then sets the size for the next comparison,
 * which keeps collections rare however large the live set is.
 */
public final class HeapTrim {
  /** Growth of the committed heap, as a factor, from which on a collection pays. */
  static final double MIN_GROWTH = 1.15;

  private final LongSupplier committedBytes;
  private final Runnable collect;
  private long trimmedBytes;
  private long lastBytes;

  /** Makes a trimmer for the heap of this process. */
  public HeapTrim() {
    this(Runtime.getRuntime()::totalMemory, System::gc);
  }

  HeapTrim(LongSupplier committedBytes, Runnable collect) {
    this.committedBytes = committedBytes;
    this.collect = collect;
    trimmedBytes = committedBytes.getAsLong();
    lastBytes = trimmedBytes;
  }

  /** Collects if the heap has grown and then rested since the last poll. */
  public void poll() {
    long bytes = committedBytes.getAsLong();
    boolean rests = bytes <= lastBytes;
    lastBytes = bytes;
    trimmedBytes = Math.min(trimmedBytes, bytes);
    if (rests && bytes > trimmedBytes * MIN_GROWTH) {
      collect.run();
      trimmedBytes = committedBytes.getAsLong();
      lastBytes = trimmedBytes;
    }
  }
}
