// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

class LoopDetectorTest {
  private static final long FRAME = 0x1234_5678_9abc_def0L;

  private final LoopDetector detector = new LoopDetector();
  private long nowMs = 1_000_000;

  /** Counts the frames of some equal ones, which arrive at a rate, that are accepted. */
  private int accepted(long hash, boolean fromDevice, int frames, int everyMs) {
    int accepted = 0;
    for (int i = 0; i < frames; i++) {
      accepted += detector.accepts(hash, fromDevice, nowMs) ? 1 : 0;
      nowMs += everyMs;
    }
    return accepted;
  }

  @Test
  void limitsFramesThatReturn() {
    assertTrue(detector.accepts(FRAME, false, nowMs));
    assertEquals(LoopDetector.MAX_RETURNS - 1, accepted(FRAME, true, 5_000, 0));
  }

  @Test
  void limitsFramesThatReturnSlowly() {
    assertTrue(detector.accepts(FRAME, false, nowMs));
    // A loop over paths of 250 ms: half of the frames end, and a dropped frame does not return.
    assertFalse(accepted(FRAME, true, 40, 250) == 40);
  }

  @Test
  void acceptsAHeartbeatFromOneSide() {
    int frames = 60 * LoopDetector.REPEATS_PER_S;
    assertEquals(frames, accepted(FRAME, true, frames, 1_000 / LoopDetector.REPEATS_PER_S));
    assertEquals(frames, accepted(~FRAME, false, frames, 1_000 / LoopDetector.REPEATS_PER_S));
  }

  @Test
  void endsAStormInOneDirection() {
    int accepted = accepted(FRAME, true, 50_000, 1);
    int permitted = LoopDetector.MAX_REPEATS * 20 / 19 + 50 * LoopDetector.RETURNS_PER_S;
    assertTrue(Math.abs(accepted - permitted) <= 2, () -> "accepted " + accepted);
  }

  @Test
  void endsALoopInOneDirectionOverASlowPath() {
    // A dropped frame does not return.
    assertFalse(accepted(FRAME, false, 60_000, 12) == 60_000);
  }

  @Test
  void acceptsDifferentFramesAtAnyRate() {
    var random = new Random(7);
    for (int i = 0; i < 200_000; i++) {
      assertTrue(detector.accepts(random.nextLong(), i % 2 == 0, nowMs), "frame " + i);
    }
  }

  @Test
  void acceptsTheFramesAfterALoop() {
    assertTrue(detector.accepts(FRAME, false, nowMs));
    assertTrue(accepted(FRAME, true, 100, 1) < 100);
    nowMs += LoopDetector.MEMORY_MS;
    assertEquals(100, accepted(FRAME, true, 100, 1));
  }

  @Test
  void acceptsAHostThatMoves() {
    // ARP announcements and mDNS probes, once from each side.
    for (boolean fromDevice : new boolean[] {true, false}) {
      assertEquals(3, accepted(FRAME, fromDevice, 3, 250));
    }
  }

  @Test
  void reportsALoopOnceInAWhile() {
    assertTrue(detector.isReportDue(nowMs));
    assertFalse(detector.isReportDue(nowMs + LoopDetector.REPORT_EVERY_MS - 1));
    assertTrue(detector.isReportDue(nowMs + LoopDetector.REPORT_EVERY_MS));
  }
}
