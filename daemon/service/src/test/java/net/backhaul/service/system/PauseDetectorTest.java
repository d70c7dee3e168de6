// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class PauseDetectorTest {
  private long bootMs = 100_000;
  private final PauseDetector detector = new PauseDetector(() -> bootMs);

  @Test
  void detectsSuspendWhileMonotonicClockStandsStill() {
    assertEquals(0, detector.pausedMs(50_000, 50_000));
    bootMs += 1_500;
    assertEquals(0, detector.pausedMs(51_500, 51_500));

    bootMs += 60_000;

    assertEquals(0, detector.pausedMs(51_501, 51_501), "read once a second");
    bootMs += 1_000;
    assertEquals(60_000, detector.pausedMs(52_500, 52_500));
    bootMs += 1_000;
    assertEquals(0, detector.pausedMs(53_500, 53_500));
  }

  @Test
  void detectsProcessThatDidNotRun() {
    detector.pausedMs(50_000, 50_000);
    bootMs += 7_000;

    assertEquals(6_500, detector.pausedMs(57_000, 50_500));
  }

  @Test
  void reportsLatenessAloneWhereClockIsUnknown() {
    bootMs = -1;

    assertEquals(0, detector.pausedMs(50_000, 50_000));
    assertEquals(3_000, detector.pausedMs(59_000, 56_000));
  }
}
