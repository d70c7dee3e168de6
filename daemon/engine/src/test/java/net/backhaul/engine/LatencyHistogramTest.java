// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class LatencyHistogramTest {
  @Test
  void countsSamplesUpToEachBound() {
    var recorder = new LatencyHistogram.Recorder();
    for (int sampleMs : new int[] {0, 1, 2, 6, 7, 1_000, 1_001, 65_535}) {
      recorder.record(sampleMs);
    }

    LatencyHistogram histogram = recorder.snapshot();

    assertEquals(LatencyHistogram.BOUNDS_MS.size(), histogram.counts().size());
    assertEquals(List.of(2L, 3L, 4L, 5L, 5L, 5L, 5L, 5L, 5L, 6L), histogram.counts());
    assertEquals(8, histogram.count());
    assertEquals(67_552, histogram.sumMs());
  }
}
