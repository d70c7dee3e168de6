// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.macos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import net.backhaul.tap.FrameMemory;
import org.junit.jupiter.api.Test;

/** Structures and numbers passed to macOS's kernel, and the records of a BPF device. */
class MacStructuresTest {
  @Test
  void writesStructures() {
    assertEquals(
        "66657468383533330000000000000000" + "00".repeat(16),
        HexFormat.of().formatHex(MacStructures.interfaceRequest("feth8533")));
    assertEquals(
        "121b" + "66657468383533330000000000000000",
        HexFormat.of().formatHex(MacStructures.ndrvAddress("feth8533")));
    ByteBuffer time = ByteBuffer.wrap(MacStructures.time(1_200)).order(ByteOrder.nativeOrder());
    assertEquals(16, time.capacity());
    assertEquals(1, time.getLong(0));
    assertEquals(200_000, time.getInt(8));
    byte[] link = HexFormat.of().parseHex("1412010006080600" + "6665746833353333" + "3333ff9f0719");
    assertEquals("feth3533", MacStructures.deviceOf(link));
    assertEquals(-1, MacStructures.macOf(new byte[8]));
    assertEquals(0x3333ff9f0719L, MacStructures.macOf(link));
  }

  @Test
  void composesRequestNumbers() {
    assertEquals(request(0xc0000000L, 4, 102), MacStructures.BIOCSBLEN);
    assertEquals(request(0x20000000L, 0, 105), MacStructures.BIOCPROMISC);
    assertEquals(request(0x80000000L, 32, 108), MacStructures.BIOCSETIF);
    assertEquals(request(0x80000000L, 16, 109), MacStructures.BIOCSRTIMEOUT);
    assertEquals(request(0x80000000L, 4, 112), MacStructures.BIOCIMMEDIATE);
    assertEquals(request(0x80000000L, 4, 117), MacStructures.BIOCSHDRCMPLT);
    assertEquals(request(0x80000000L, 4, 119), MacStructures.BIOCSSEESENT);
  }

  @Test
  void iteratesOverBpfRecords() {
    var memory = new FrameMemory(256);
    ByteBuffer bytes = memory.bytes();
    bytes.order(ByteOrder.nativeOrder());
    // Two frames of 21 and 60 bytes; the second starts at the next multiple of four.
    record(bytes, 0, 21);
    record(bytes, 40, 60);
    var records = new BpfRecords(bytes);
    records.filled(40 + 18 + 60);

    assertEquals(21, records.next());
    assertEquals(18, records.frameAt());
    assertEquals(60, records.next());
    assertEquals(58, records.frameAt());
    assertEquals(0, records.next());
    assertFalse(records.hasNext());
  }

  @Test
  void stopsAtInvalidBpfRecords() {
    ByteBuffer bytes = ByteBuffer.allocate(256).order(ByteOrder.nativeOrder());
    var records = new BpfRecords(bytes);
    record(bytes, 0, 300);
    records.filled(200);
    assertEquals(0, records.next());
    assertFalse(records.hasNext());

    record(bytes, 0, 20);
    bytes.putShort(16, (short) 3);
    records.filled(200);
    assertEquals(0, records.next());
  }

  private static void record(ByteBuffer bytes, int at, int frameLength) {
    bytes.putInt(at + 8, frameLength).putInt(at + 12, frameLength).putShort(at + 16, (short) 18);
  }

  /** Returns a request number: direction, size of the argument, group 'B', number. */
  private static long request(long direction, int size, int number) {
    return direction | (long) size << 16 | 'B' << 8 | number;
  }
}
