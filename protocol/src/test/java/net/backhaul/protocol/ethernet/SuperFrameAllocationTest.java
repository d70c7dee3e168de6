// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.ethernet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.Random;
import net.backhaul.testing.AllocationMeter;
import net.backhaul.testing.MadeFrame;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Segmentation and coalescing allocate nothing. */
@Tag("alone")
class SuperFrameAllocationTest {
  private static final int ANY_SIZE = 65_535;

  private long written;

  @Test
  void segmentsWithoutAllocation() {
    var segmenter = new Segmenter();
    var offload = new OffloadHeader();
    byte[] out = new byte[4_000];
    byte[][] frames = new byte[12][];
    byte[][] headers = new byte[frames.length][];
    var random = new Random(1);
    for (int i = 0; i < frames.length; i++) {
      var made = small(MadeFrame.random(random));
      frames[i] = made.frame();
      headers[i] = made.offloadHeader();
    }
    headers[0][1] = 3; // rejected

    long allocated =
        AllocationMeter.bytesPerRun(
            () -> {
              for (int i = 0; i < frames.length; i++) {
                offload.read(headers[i], 0);
                segmenter.begin(offload, frames[i], 0, frames[i].length, ANY_SIZE);
                while (segmenter.hasNext()) {
                  written += segmenter.next(out, 0);
                }
                // The checksum is complete already; the cost is the same.
                Segmenter.finishChecksum(offload, frames[i], 0, frames[i].length);
              }
            });

    assertEquals(0, allocated);
    assertTrue(written > 0);
  }

  @Test
  void coalescesWithoutAllocation() {
    ByteBuffer[] slots = new ByteBuffer[2];
    for (int i = 0; i < slots.length; i++) {
      slots[i] = ByteBuffer.allocateDirect(Coalescer.SLOT_BYTES);
    }
    var coalescer = new Coalescer(CoalescedWire.ALL, slots, (slot, length) -> written += length);
    var random = new Random(2);
    byte[][] frames =
        random
            .ints(4)
            .mapToObj(i -> small(MadeFrame.random(random)))
            .flatMap(made -> made.packets(ANY_SIZE).stream().map(made::ethernet))
            .toArray(byte[][]::new);

    long allocated =
        AllocationMeter.bytesPerRun(
            () -> {
              for (byte[] frame : frames) {
                if (!coalescer.add(frame, 0, frame.length)) {
                  written++;
                }
              }
              coalescer.flush();
            });

    assertEquals(0, allocated);
    assertTrue(written > 0);
  }

  private static MadeFrame small(MadeFrame made) {
    made.gsoBytes = 100;
    made.payload = new byte[1_000];
    return made;
  }
}
