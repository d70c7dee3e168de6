// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import net.backhaul.engine.Event;
import org.junit.jupiter.api.Test;

class RootClocksTest {
  private static final long ROOT = 0x778cde7190L;

  private final AtomicLong uptimeMs = new AtomicLong(5_000);
  private final RootClocks clocks = new RootClocks(uptimeMs::get);

  @Test
  void comparesClocksAlsoLongAfterTheHello() {
    clocks.record(new Event.RootClock(ROOT, 1_000_000));
    assertEquals(Map.of(ROOT, 0L), clocks.aheadMs(1_000_000));
    uptimeMs.addAndGet(3_600_000);
    assertEquals(Map.of(ROOT, 0L), clocks.aheadMs(4_600_000));
    assertEquals(Map.of(ROOT, 7_200_000L), clocks.aheadMs(11_800_000), "the clock was set");
    assertEquals(Map.of(ROOT, -100_000L), clocks.aheadMs(4_500_000));
  }

  @Test
  void ignoresReplayedHello() {
    clocks.record(new Event.RootClock(ROOT, 1_000_000));
    uptimeMs.addAndGet(60_000);
    clocks.record(new Event.RootClock(ROOT, 1_000_000));
    clocks.record(new Event.RootClock(ROOT, 900_000));
    assertEquals(Map.of(ROOT, 0L), clocks.aheadMs(1_060_000));
    clocks.record(new Event.RootClock(ROOT, 1_090_000));
    assertEquals(Map.of(ROOT, -30_000L), clocks.aheadMs(1_060_000));
  }

  @Test
  void keepsBoundedNumberOfRoots() {
    for (int i = 0; i < 1_000; i++) {
      clocks.record(new Event.RootClock(i, 1_000));
    }
    assertEquals(RootClocks.MAX_ROOTS, clocks.aheadMs(1_000).size());
  }
}
