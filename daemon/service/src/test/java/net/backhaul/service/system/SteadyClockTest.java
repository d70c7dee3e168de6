// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class SteadyClockTest {
  private static final long WALL_MS = 1_700_000_000_000L;

  @Test
  void advancesBetweenAdjustments() {
    var clock = new SteadyClock(WALL_MS, 1_000);

    assertEquals(WALL_MS + 250, clock.nowMs(1_250));
  }

  @Test
  void followsStepForwardAtOnce() {
    var clock = new SteadyClock(WALL_MS, 0);

    long jumpedMs = clock.follow(WALL_MS + 3_600_500, 500);

    assertEquals(3_600_000, jumpedMs);
    assertEquals(WALL_MS + 3_600_500, clock.nowMs(500));
  }

  @Test
  void ignoresSmallDifferences() {
    var clock = new SteadyClock(WALL_MS, 0);

    assertEquals(0, clock.follow(WALL_MS + 500 + SteadyClock.TOLERANCE_MS, 500));
    assertEquals(WALL_MS + 500, clock.nowMs(500));
  }

  @Test
  void reportsStepBackOnce() {
    var clock = new SteadyClock(WALL_MS, 0);
    clock.follow(WALL_MS + 500, 500);
    assertEquals(0, clock.steppedBackMs());

    clock.follow(WALL_MS + 1_000 - 3_600_000, 1_000);
    assertEquals(3_600_000, clock.steppedBackMs());
    assertEquals(3_600_000 - 250, clock.aheadOfWallMs());

    clock.follow(WALL_MS + 1_500 - 3_600_000, 1_500);
    assertEquals(0, clock.steppedBackMs());
    assertEquals(3_600_000 - 500, clock.aheadOfWallMs());
  }

  @Test
  void reportsNoStepBackAfterStepForward() {
    var clock = new SteadyClock(WALL_MS, 0);

    clock.follow(WALL_MS + 3_600_000, 500);

    assertEquals(0, clock.steppedBackMs());
    assertEquals(0, clock.aheadOfWallMs());
  }

  @Test
  void runsAtHalfSpeedAfterStepBack() {
    var clock = new SteadyClock(WALL_MS, 0);
    long stepMs = 10_000;
    long lastMs = clock.nowMs(0);

    long steadyMs = 0;
    while (steadyMs < 40_000) {
      steadyMs += 10;
      if (steadyMs % 500 == 0) {
        assertEquals(0, clock.follow(WALL_MS - stepMs + steadyMs, steadyMs));
      }
      long nowMs = clock.nowMs(steadyMs);
      assertTrue(nowMs >= lastMs, "backwards at " + steadyMs);
      lastMs = nowMs;
    }

    assertTrue(Math.abs(lastMs - (WALL_MS - stepMs + steadyMs)) <= SteadyClock.TOLERANCE_MS);
  }
}
