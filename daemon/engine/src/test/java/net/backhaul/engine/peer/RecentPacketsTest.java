// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class RecentPacketsTest {
  private static final int PACKETS = 100_000;
  private static final long FIRST = 0x1234_5678_ffff_f000L;

  private final RecentPackets recent = new RecentPackets();

  /** Copies over a slower link come this many packets late. */
  private int missed(long[] ids, int late) {
    int missed = 0;
    for (int i = 0; i < ids.length; i++) {
      assertFalse(recent.addedBefore(ids[i]), "packet " + i);
      if (i >= late && !recent.addedBefore(ids[i - late])) {
        missed++;
      }
    }
    return missed;
  }

  @Test
  void findsCopiesOfRandomIdsThatComeLate() {
    assertEquals(0, missed(new Random(1).longs(PACKETS).toArray(), 140));
  }

  @Test
  void missesFewCopiesThatComeVeryLate() {
    int missed = missed(new Random(2).longs(PACKETS).toArray(), 1_000);

    assertTrue(missed < PACKETS / 100, () -> "missed " + missed);
  }

  @Test
  void findsCopiesOfConsecutiveIds() {
    long[] ids = LongStream.range(FIRST, FIRST + PACKETS).toArray();

    assertEquals(0, missed(ids, RecentPackets.MAX_PACKETS / 2));
  }
}
