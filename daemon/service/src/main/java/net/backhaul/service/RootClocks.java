// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;
import net.backhaul.engine.Event;

/**
 * The clocks of roots, by the timestamps of their HELLOs (02 section 2.1), to be compared with the
 * clock of this host. Lives on the node loop.
 */
public final class RootClocks {
  /** Maximum roots; the one that was recorded first is evicted. */
  static final int MAX_ROOTS = 64;

  private static final Path UPTIME = Path.of("/proc/uptime");
  private static final double MS_PER_S = 1_000;
  private static final long NANOS_PER_MS = 1_000_000;

  private final LongSupplier uptimeMs;
  private final Map<Long, Reading> readings = new LinkedHashMap<>();

  /** The clock of a root when the host had been up for some time. */
  private record Reading(long rootMs, long uptimeMs) {}

  RootClocks() {
    this(RootClocks::uptimeMs);
  }

  /**
   * Creates it with another clock, for tests.
   *
   * @param uptimeMs milliseconds since an arbitrary time, suspends included
   */
  RootClocks(LongSupplier uptimeMs) {
    this.uptimeMs = uptimeMs;
  }

  /** Records the clock of a root; one that runs backwards is a replay, and ignored. */
  void record(Event.RootClock clock) {
    Reading last = readings.get(clock.address());
    if (last != null && clock.timestampMs() <= last.rootMs) {
      return;
    }
    if (last == null && readings.size() >= MAX_ROOTS) {
      readings.remove(readings.keySet().iterator().next());
    }
    readings.put(clock.address(), new Reading(clock.timestampMs(), uptimeMs.getAsLong()));
  }

  /**
   * Returns by how much the clock of this host is ahead of that of each root, in milliseconds;
   * negative where it is behind.
   */
  public Map<Long, Long> aheadMs(long wallMs) {
    long nowMs = uptimeMs.getAsLong();
    Map<Long, Long> all = new LinkedHashMap<>();
    readings.forEach(
        (address, reading) -> all.put(address, wallMs - reading.rootMs - nowMs + reading.uptimeMs));
    return all;
  }

  /** Returns the time since the host was started; the JDK's clock stops while it is suspended. */
  private static long uptimeMs() {
    try {
      String text = Files.readString(UPTIME);
      return (long) (Double.parseDouble(text.substring(0, text.indexOf(' '))) * MS_PER_S);
    } catch (IOException | RuntimeException e) {
      return System.nanoTime() / NANOS_PER_MS;
    }
  }
}
