// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.ethernet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import net.backhaul.protocol.packet.BigEndian;
import net.backhaul.testing.NaiveChecksum;
import org.junit.jupiter.api.Test;

/** Sums are those of RFC 1071, and the header of a device is read as it is written. */
class InternetChecksumTest {
  /** The example of RFC 1071 section 3: the sum of these words is ddf2. */
  @Test
  void computesTheExampleOfRfc1071() {
    byte[] bytes = HexFormat.of().parseHex("0001f203f4f5f6f7");
    byte[] field = new byte[2];

    InternetChecksum.store(field, 0, InternetChecksum.fold(InternetChecksum.sum(bytes, 0, 8)));
    assertEquals("ddf2", HexFormat.of().formatHex(field));
    InternetChecksum.store(field, 0, InternetChecksum.finish(InternetChecksum.sum(bytes, 0, 8)));
    assertEquals("220d", HexFormat.of().formatHex(field));
  }

  @Test
  void sumsEveryLengthAndAlignment() {
    var random = new Random(1);
    byte[] bytes = new byte[3_000];
    for (int length = 0; length < 2_900; length++) {
      random.nextBytes(bytes);
      if (length % 3 == 0) {
        Arrays.fill(bytes, (byte) (length % 2 == 0 ? 0xff : 0));
      }
      int start = random.nextInt(90);
      int expected = NaiveChecksum.sum(Arrays.copyOfRange(bytes, start, start + length));

      int sum = InternetChecksum.fold(InternetChecksum.sum(bytes, start, length));

      assertEquals(expected, InternetChecksum.number(sum), "length " + length);
    }
  }

  @Test
  void foldsSums() {
    assertEquals(0, InternetChecksum.fold(0));
    assertEquals(0xffff, InternetChecksum.fold(0xffff));
    assertEquals(1, InternetChecksum.fold(0x1_0000));
    assertEquals(0xffff, InternetChecksum.fold(-1));
    assertEquals(0xffff, InternetChecksum.fold(0xffff_ffffL));
    assertEquals(1, InternetChecksum.fold(0x1_0000_0000_0000L));
    assertEquals(0xffff, InternetChecksum.finishUdp(0xffff));
    assertEquals(0, InternetChecksum.finish(0xffff));
  }

  @Test
  void updatesChecksumsOfChangedWords() {
    var random = new Random(2);
    for (int round = 0; round < 100_000; round++) {
      byte[] header = new byte[20];
      random.nextBytes(header);
      int changed = 2 * random.nextInt(5);
      if (round % 4 == 0) {
        Arrays.fill(header, changed, changed + 2, (byte) (round % 8 == 0 ? 0xff : 0));
      }
      BigEndian.put16(header, 10, 0);
      int sum = InternetChecksum.finish(InternetChecksum.sum(header, 0, 20));
      int before = BigEndian.u16(header, changed);
      int after = round % 3 == 0 ? before ^ 3 : random.nextInt(0x1_0000);
      BigEndian.put16(header, changed, after);

      int updated = InternetChecksum.update(InternetChecksum.number(sum), before, after);

      BigEndian.put16(header, 10, updated);
      assertEquals(
          InternetChecksum.VALID,
          InternetChecksum.fold(InternetChecksum.sum(header, 0, 20)),
          "round " + round);
    }
  }

  @Test
  void writesOffloadHeadersInLittleEndian() {
    var offload = new OffloadHeader();
    offload.set(1, 0x81, 0x0203, 0x0405, 0x0607, 0x0809);
    byte[] bytes = new byte[12];
    var direct = ByteBuffer.allocateDirect(12);

    offload.write(bytes, 1);
    offload.write(direct, 2);

    assertEquals("000181030205040706090800", HexFormat.of().formatHex(bytes));
    byte[] same = new byte[12];
    direct.get(0, same);
    assertEquals("000001810302050407060908", HexFormat.of().formatHex(same));
  }

  @Test
  void readsWrittenOffloadHeaders() {
    byte[] bytes = HexFormat.of().parseHex("00fffefdfcfbfaf9f8f7f6");
    var fromArray = new OffloadHeader();
    var fromBuffer = new OffloadHeader();

    fromArray.read(bytes, 1);
    fromBuffer.read(ByteBuffer.wrap(bytes), 1);

    for (OffloadHeader offload : new OffloadHeader[] {fromArray, fromBuffer}) {
      assertEquals(0xff, offload.flags());
      assertEquals(0xfe, offload.gsoType());
      assertEquals(0xfcfd, offload.headerBytes());
      assertEquals(0xfafb, offload.gsoBytes());
      assertEquals(0xf8f9, offload.checksumStart());
      assertEquals(0xf6f7, offload.checksumOffset());
      byte[] written = new byte[11];
      offload.write(written, 1);
      assertEquals(HexFormat.of().formatHex(bytes), HexFormat.of().formatHex(written));
      offload.clear();
      offload.write(written, 1);
      assertEquals("0000000000000000000000", HexFormat.of().formatHex(written));
    }
  }
}
