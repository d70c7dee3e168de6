// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.ethernet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import net.backhaul.protocol.packet.BigEndian;
import net.backhaul.testing.NaiveChecksum;

/** Passes frames through a coalescer and segments its super-frames as a kernel would. */
final class CoalescedWire {
  static final Set<Coalescer.Kind> ALL = EnumSet.allOf(Coalescer.Kind.class);

  private final ByteBuffer[] slots;
  private final Coalescer coalescer;
  private final Segmenter segmenter = new Segmenter();
  private final OffloadHeader offload = new OffloadHeader();
  private final byte[] written = new byte[Coalescer.SLOT_BYTES];
  private final byte[] out = new byte[Coalescer.SLOT_BYTES];
  private final byte[] in = new byte[80_000];

  /** The frames of the receiver, in order. */
  final List<byte[]> received = new ArrayList<>();

  /** The number of frames of each write. */
  final List<Integer> writes = new ArrayList<>();

  CoalescedWire(int slotCount, Set<Coalescer.Kind> kinds) {
    slots = new ByteBuffer[slotCount];
    for (int i = 0; i < slotCount; i++) {
      slots[i] = ByteBuffer.allocateDirect(Coalescer.SLOT_BYTES);
    }
    coalescer = new Coalescer(kinds, slots, this::take);
  }

  void send(byte[] frame) {
    int start = received.size() % 16;
    System.arraycopy(frame, 0, in, start, frame.length);
    if (!coalescer.add(in, start, frame.length)) {
      writes.add(1);
      received.add(frame);
    }
    Arrays.fill(in, start, start + frame.length, (byte) 0x5a);
  }

  void flush() {
    coalescer.flush();
  }

  private void take(int slot, int length) {
    slots[slot].get(0, written, 0, length);
    offload.read(written, 0);
    int frameBytes = length - OffloadHeader.BYTES;
    if (!offload.isSuperFrame()) {
      assertEquals(OffloadHeader.DATA_VALID, offload.flags());
      byte[] frame = Arrays.copyOfRange(written, OffloadHeader.BYTES, length);
      assertEquals("", NaiveChecksum.problem(Arrays.copyOfRange(frame, 14, frame.length), 0, null));
      received.add(frame);
      writes.add(1);
      return;
    }
    assertTrue(frameBytes - 14 <= 65_535);
    assertEquals(OffloadHeader.NEEDS_CHECKSUM, offload.flags());
    segmenter.begin(offload, written, OffloadHeader.BYTES, frameBytes, 65_535);
    assertEquals(SegmentationFailure.NONE, segmenter.failure());
    assertEquals(14 + segmenter.packetBytes() - offload.gsoBytes(), offload.headerBytes());
    assertChecksums(length);
    assertTrue(segmenter.count() > 1);
    writes.add(segmenter.count());
    while (segmenter.hasNext()) {
      int packetBytes = segmenter.next(out, 14);
      System.arraycopy(written, OffloadHeader.BYTES, out, 0, 14);
      received.add(Arrays.copyOf(out, 14 + packetBytes));
    }
  }

  /** The kernel validates the header of a super-frame before it segments it. */
  private void assertChecksums(int length) {
    byte[] whole = Arrays.copyOfRange(written, OffloadHeader.BYTES, length);
    int from = offload.checksumStart();
    int sum = NaiveChecksum.checksum(Arrays.copyOfRange(whole, from, whole.length));
    BigEndian.put16(whole, from + offload.checksumOffset(), sum == 0 ? 0xffff : sum);
    assertEquals("", NaiveChecksum.problem(Arrays.copyOfRange(whole, 14, whole.length), 0, null));
  }

  static void assertSame(List<byte[]> expected, List<byte[]> frames, String where) {
    assertEquals(expected.size(), frames.size(), where);
    for (int i = 0; i < frames.size(); i++) {
      if (!Arrays.equals(expected.get(i), frames.get(i))) {
        assertArrayEquals(expected.get(i), frames.get(i), where + ", frame " + i);
      }
    }
  }
}
