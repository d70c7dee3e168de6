// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Sockets see the same with and without offloads: the same seeded streams and datagrams go between
 * two hosts over plain frames, and over super-frames that are segmented on one side and coalesced
 * on the other.
 *
 * <p>{@code -Dbackhaul.segments=1000000} makes a long run of it.
 */
class OffloadDifferenceTest {
  private static final long SEGMENTS = Long.getLong("backhaul.segments", 250_000);
  private static final int MTU_BYTES = 2_800;
  private static final int MAX_PACKET_BYTES = 1_394;
  private static final long ROUND_WITHIN_S = 180;

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void deliversTheSameToSocketsWithAndWithoutOffloads(boolean offloads) throws Exception {
    ExecutorService workers = Executors.newCachedThreadPool();
    try (DeviceHost one = DeviceHost.open(1, MTU_BYTES, offloads);
        DeviceHost other = DeviceHost.open(2, MTU_BYTES, offloads)) {
      assertEquals(offloads, one.tap.offloads().header());
      long frames = 0;
      long mishaps = 0;
      long read = 0;
      long written = 0;
      for (long seed = 1; frames < SEGMENTS; seed++) {
        var wire = new DeviceWire(one.tap, other.tap, MAX_PACKET_BYTES, seed);
        try (wire) {
          CompletableFuture<Void> traffic = new Traffic(workers).start(one, other, seed);
          CompletableFuture.anyOf(traffic, wire.done()).get(ROUND_WITHIN_S, TimeUnit.SECONDS);
        }
        frames += wire.frames();
        mishaps += wire.mishaps();
        read += wire.superFramesRead();
        written += wire.superFramesWritten();
      }
      System.out.printf(
          "offloads %b: %d segments, %d mishaps, %d super-frames read, %d written%n",
          offloads, frames, mishaps, read, written);
      assertTrue(mishaps > frames / 2_000, "some segments fare badly");
      assertEquals(offloads, read > 0);
      assertEquals(offloads, written > 0);
      // The kernel's own super-frames are joined again, if not all of each.
      assertTrue(!offloads || written > read / 2, written + " written of " + read);
    } finally {
      workers.shutdownNow();
    }
  }
}
