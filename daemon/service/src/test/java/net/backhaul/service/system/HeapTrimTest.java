// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class HeapTrimTest {
  private long committedBytes = 20_000_000;
  private long liveBytes = 20_000_000;
  private int collections;
  private final HeapTrim trim =
      new HeapTrim(
          () -> committedBytes,
          () -> {
            collections++;
            committedBytes = liveBytes;
          });

  private void pollAt(long bytes) {
    committedBytes = bytes;
    trim.poll();
  }

  @Test
  void collectsOnceAfterGrowthHasStopped() {
    pollAt(100_000_000);
    pollAt(200_000_000);
    assertEquals(0, collections, "it still grows");

    pollAt(200_000_000);
    assertEquals(1, collections);
    assertEquals(20_000_000, committedBytes);
    trim.poll();
    assertEquals(1, collections);
  }

  @Test
  void doesNotRepeatCollectionsThatGainNothing() {
    liveBytes = 190_000_000;
    pollAt(200_000_000);
    for (int i = 0; i < 100; i++) {
      pollAt(200_000_000);
    }

    assertEquals(1, collections);
  }

  @Test
  void ignoresSmallGrowth() {
    for (int i = 0; i < 100; i++) {
      pollAt(22_000_000);
    }

    assertEquals(0, collections);
  }

  @Test
  void comparesWithTheSmallestSizeSinceTheLastCollection() {
    pollAt(10_000_000);
    pollAt(15_000_000);
    pollAt(15_000_000);

    assertEquals(1, collections);
  }
}
