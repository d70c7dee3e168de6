// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.ethernet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import net.backhaul.protocol.packet.BigEndian;
import net.backhaul.testing.MadeFrame;
import net.backhaul.testing.NaiveChecksum;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Segmentation of valid super-frames and rejection of others. */
class SegmenterTest {
  private static final int ANY_SIZE = 65_535;

  private final Segmenter segmenter = new Segmenter();
  private final byte[] out = new byte[80_000];

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void segmentsAsAPlainDeviceWould(long seed) {
    var random = new Random(seed);

    for (int segments = 0, round = 0; segments < 250_000; round++) {
      var made = MadeFrame.random(random);
      int max = random.nextBoolean() ? ANY_SIZE : made.headerBytes() + 8 + random.nextInt(1_500);
      List<byte[]> expected = made.packets(max);
      String where = "seed " + seed + ", round " + round;

      List<byte[]> packets = segments(offload(made), made.frame(), random.nextInt(64), max);

      assertEquals(SegmentationFailure.NONE, segmenter.failure(), where);
      assertSame(expected, packets, where);
      assertEquals(expected.size(), segmenter.count(), where);
      assertEquals(expected.get(0).length, segmenter.packetBytes(), where);
      segments += packets.size();
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void givesValidPacketsOrNoneForInvalidHeaders(long seed) {
    var random = new Random(seed);
    int rejected = 0;
    for (int round = 0; round < 30_000; round++) {
      var made = MadeFrame.random(random);
      made.payload = Arrays.copyOf(made.payload, random.nextInt(3_000));
      made.gsoBytes = Math.max(made.gsoBytes, 40);
      byte[] frame = made.frame();
      OffloadHeader offload = offload(made);
      spoil(offload, random);
      for (int i = random.nextInt(3); i > 0; i--) {
        frame[12 + random.nextInt(Math.min(frame.length, 110) - 12)] ^=
            (byte) (1 << random.nextInt(8));
      }
      if (random.nextInt(4) == 0) {
        frame = Arrays.copyOf(frame, random.nextInt(frame.length + 10));
      }
      String where = "seed " + seed + ", round " + round;

      List<byte[]> packets = segments(offload, frame, random.nextInt(64), random.nextInt(3_000));

      if (segmenter.failure() != SegmentationFailure.NONE) {
        rejected++;
        assertEquals(0, packets.size(), where);
        assertEquals(0, segmenter.count(), where);
      } else if (!isRouted(frame)) {
        int tagBytes = 0;
        while (EtherTypes.isVlanTag(BigEndian.u16(frame, 12 + tagBytes))) {
          tagBytes += 4;
        }
        for (byte[] piece : packets) {
          assertEquals("", NaiveChecksum.problem(piece, tagBytes, null), where);
        }
      }
    }
    assertTrue(rejected > 10_000 && rejected < 28_000, () -> "seed " + seed);
  }

  /** With a source route, only the modified header determines the sum. */
  private static boolean isRouted(byte[] frame) {
    var layout = new IpLayout();
    layout.find(frame, 0, frame.length);
    return layout.routed();
  }

  private static void spoil(OffloadHeader offload, Random random) {
    int flags = offload.flags();
    int type = offload.gsoType();
    int headerBytes = random.nextInt(1 << 16);
    int gsoBytes = offload.gsoBytes();
    int checksumStart = offload.checksumStart();
    int checksumOffset = offload.checksumOffset();
    switch (random.nextInt(12)) {
      case 0 -> flags = random.nextInt(256);
      case 1 -> type = random.nextInt(256);
      case 2 -> gsoBytes = random.nextInt(1 << 16);
      case 3 -> checksumStart = random.nextInt(1 << 16);
      case 4 -> checksumOffset = random.nextInt(1 << 16);
      case 5 -> gsoBytes = random.nextInt(2);
      case 6 -> type ^= 1 << random.nextInt(3);
      default -> {}
    }
    offload.set(flags, type, headerBytes, gsoBytes, checksumStart, checksumOffset);
  }

  @Test
  void rejectsInconsistentHeaders() {
    assertRejected(
        SegmentationFailure.UNKNOWN_TYPE, made -> {}, (offload, frame) -> setType(offload, 3));
    assertRejected(
        SegmentationFailure.UNKNOWN_TYPE, made -> {}, (offload, frame) -> setType(offload, 0));
    assertRejected(
        SegmentationFailure.UNKNOWN_TYPE, made -> {}, (offload, frame) -> setType(offload, 0x80));
    assertRejected(
        SegmentationFailure.UNKNOWN_TYPE, made -> {}, (offload, frame) -> setType(offload, 0x85));
    assertRejected(
        SegmentationFailure.UNKNOWN_TYPE, made -> {}, (offload, frame) -> setType(offload, 2));
    assertRejected(
        SegmentationFailure.NO_SEGMENT_SIZE, made -> made.gsoBytes = 0, (offload, frame) -> {});
    assertRejected(
        SegmentationFailure.WRONG_PROTOCOL, made -> {}, (offload, frame) -> setType(offload, 4));
    assertRejected(
        SegmentationFailure.WRONG_PROTOCOL, made -> {}, (offload, frame) -> setType(offload, 5));
    assertRejected(
        SegmentationFailure.WRONG_PROTOCOL, made -> {}, (offload, frame) -> frame[14 + 9] = 17);
    assertRejected(
        SegmentationFailure.WRONG_PROTOCOL, made -> {}, (offload, frame) -> frame[13] = 6);
    assertRejected(
        SegmentationFailure.WRONG_PROTOCOL, this::makeUdp, (offload, frame) -> setType(offload, 1));
    assertRejected(
        SegmentationFailure.WRONG_PROTOCOL, this::makeV6, (offload, frame) -> setType(offload, 1));
    assertRejected(
        SegmentationFailure.WRONG_PROTOCOL, this::makeV6, (offload, frame) -> frame[14 + 6] = 51);
    assertRejected(SegmentationFailure.MALFORMED, made -> {}, (offload, frame) -> frame[14] = 0x65);
    assertRejected(SegmentationFailure.MALFORMED, made -> {}, (offload, frame) -> frame[14] = 0x44);
    assertRejected(
        SegmentationFailure.MALFORMED, this::makeV6, (offload, frame) -> frame[14] = 0x45);
    assertRejected(
        SegmentationFailure.MALFORMED, made -> {}, (offload, frame) -> frame[14 + 20 + 12] = 0x4f);
    assertRejected(
        SegmentationFailure.FRAGMENT, made -> {}, (offload, frame) -> frame[14 + 6] = 0x20);
    assertRejected(SegmentationFailure.FRAGMENT, made -> {}, (offload, frame) -> frame[14 + 7] = 1);
    assertRejected(
        SegmentationFailure.FRAGMENT, this::makeV6, (offload, frame) -> frame[14 + 6] = 44);
    assertRejected(
        SegmentationFailure.WRONG_LENGTH, made -> {}, (offload, frame) -> frame[14 + 3]++);
    assertRejected(
        SegmentationFailure.WRONG_LENGTH, this::makeV6, (offload, frame) -> frame[14 + 5]++);
    assertRejected(
        SegmentationFailure.WRONG_LENGTH, this::makeUdp, (offload, frame) -> frame[14 + 20 + 5]++);
    assertRejected(
        SegmentationFailure.WRONG_FLAGS, made -> made.flags = 0x12, (offload, frame) -> {});
    assertRejected(
        SegmentationFailure.WRONG_FLAGS, made -> made.flags = 0x14, (offload, frame) -> {});
    assertRejected(
        SegmentationFailure.TRUNCATED,
        this::makeShort,
        (offload, frame) -> frame[14 + 20 + 12] = -16);
    assertRejected(
        SegmentationFailure.TRUNCATED, this::makeShort, (offload, frame) -> frame[14] = 0x4f);
    assertRejected(
        SegmentationFailure.TRUNCATED,
        this::makeV6,
        (offload, frame) -> {
          frame[14 + 6] = 0;
          frame[14 + 41] = -1;
        });
    for (int wrong : new int[] {0, 33, 35, 65_535}) {
      assertRejected(
          SegmentationFailure.WRONG_CHECKSUM_POSITION,
          made -> {},
          (offload, frame) -> at(offload, wrong, 16));
    }
    for (int wrong : new int[] {0, 6, 15, 17, 65_535}) {
      assertRejected(
          SegmentationFailure.WRONG_CHECKSUM_POSITION,
          made -> {},
          (offload, frame) -> at(offload, 34, wrong));
    }
    assertRejected(
        SegmentationFailure.WRONG_CHECKSUM_POSITION,
        made -> {},
        (offload, frame) -> offload.set(0, offload.gsoType(), 54, 100, 34, 16));
  }

  @Test
  void rejectsTruncatedHeaders() {
    for (boolean v6 : new boolean[] {false, true}) {
      for (boolean tcp : new boolean[] {false, true}) {
        var made = typical();
        if (v6) {
          makeV6(made);
        }
        made.tcp = tcp;
        byte[] frame = made.frame();
        int headersEnd = 14 + made.headerBytes();
        for (int length = 0; length < headersEnd; length++) {
          byte[] segments = Arrays.copyOf(frame, length);
          if (length >= 54) {
            BigEndian.put16(segments, v6 ? 18 : 16, length - (v6 ? 54 : 14));
          } else if (!v6 && length >= 34) {
            BigEndian.put16(segments, 16, length - 14);
          }

          List<byte[]> packets = segments(offload(made), segments, 3, ANY_SIZE);

          assertEquals(SegmentationFailure.TRUNCATED, segmenter.failure(), "length " + length);
          assertEquals(List.of(), packets);
        }
      }
    }
  }

  @Test
  void rejectsSegmentsBelowTheMinimum() {
    var made = typical();

    assertEquals(made.payload.length / 8, segments(offload(made), made.frame(), 0, 40 + 8).size());
    assertEquals(List.of(), segments(offload(made), made.frame(), 0, 40 + 7));
    assertEquals(SegmentationFailure.NO_SPACE_FOR_PAYLOAD, segmenter.failure());
    assertEquals(List.of(), segments(offload(made), made.frame(), 0, -1));
    assertEquals(SegmentationFailure.NO_SPACE_FOR_PAYLOAD, segmenter.failure());
  }

  @Test
  void keepsTheSizeOfDatagrams() {
    var made = typical();
    makeUdp(made);

    List<byte[]> packets = segments(offload(made), made.frame(), 0, 50);

    assertSame(made.packets(ANY_SIZE), packets, "datagrams");
    assertEquals(28 + made.gsoBytes, segmenter.packetBytes());
  }

  @Test
  void acceptsVerifiedSuperFrames() {
    var made = typical();
    OffloadHeader offload = offload(made);
    offload.set(OffloadHeader.DATA_VALID, offload.gsoType(), 0, made.gsoBytes, 0, 0);

    assertSame(made.packets(ANY_SIZE), segments(offload, made.frame(), 0, ANY_SIZE), "verified");
  }

  @Test
  void neverWritesAZeroUdpChecksum() {
    var made = typical();
    makeUdp(made);
    made.gsoBytes = 4;
    made.payload = new byte[8];
    made.payload[4] = 1;
    byte[] plain = made.packets(ANY_SIZE).get(0);
    int sum = 0xffff ^ BigEndian.u16(plain, 26);
    BigEndian.put16(made.payload, 0, 0xffff ^ sum);

    List<byte[]> packets = segments(offload(made), made.frame(), 0, ANY_SIZE);

    assertEquals(0xffff, BigEndian.u16(packets.get(0), 26));
    assertSame(made.packets(ANY_SIZE), packets, "all ones");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void completesRequestedChecksums(long seed) {
    var random = new Random(seed);
    for (int round = 0; round < 20_000; round++) {
      var made = MadeFrame.random(random);
      made.payload = Arrays.copyOf(made.payload, random.nextInt(1_500));
      made.gsoBytes = 65_535;
      OffloadHeader offload = offload(made);
      offload.set(1, 0, 0, 0, offload.checksumStart(), offload.checksumOffset());
      int start = random.nextInt(20);
      byte[] frame = shifted(made.frame(), start);

      boolean done = Segmenter.finishChecksum(offload, frame, start, frame.length - start - 7);

      assertTrue(done);
      byte[] packet = Arrays.copyOfRange(frame, start + 14, frame.length - 7);
      assertArrayEquals(made.packets(ANY_SIZE).get(0), packet, "seed " + seed + ", round " + round);
    }
  }

  @Test
  void rejectsChecksumsOutsideTheFrame() {
    byte[] frame = new byte[100];
    int[][] offsets = {{0, 16}, {13, 16}, {34, 65}, {98, 1}, {99, 0}, {65_535, 65_535}, {14, 85}};
    for (int[] each : offsets) {
      var offload = new OffloadHeader();
      offload.set(1, 0, 0, 0, each[0], each[1]);

      assertFalse(Segmenter.finishChecksum(offload, frame, 0, 100), Arrays.toString(each));
      assertArrayEquals(new byte[100], frame);
    }
    var offload = new OffloadHeader();
    offload.set(1, 0, 0, 0, 98, 0);
    assertTrue(Segmenter.finishChecksum(offload, frame, 0, 100));
    offload.set(2, 0, 0, 0, 65_535, 0);
    byte[] before = frame.clone();
    assertTrue(Segmenter.finishChecksum(offload, frame, 0, 100), "nothing to finish");
    assertArrayEquals(before, frame);
  }

  private interface HeaderChange {
    void apply(OffloadHeader offload, byte[] frame);
  }

  private void assertRejected(
      SegmentationFailure why, Consumer<MadeFrame> make, HeaderChange change) {
    var made = typical();
    make.accept(made);
    OffloadHeader offload = offload(made);
    byte[] frame = made.frame();
    if (why != SegmentationFailure.NO_SEGMENT_SIZE) {
      assertFalse(
          segments(offload, frame, 5, ANY_SIZE).isEmpty()
              && why != SegmentationFailure.WRONG_FLAGS);
    }
    change.apply(offload, frame);

    List<byte[]> packets = segments(offload, frame, 5, ANY_SIZE);

    assertEquals(why, segmenter.failure());
    assertEquals(List.of(), packets);
  }

  private static void setType(OffloadHeader offload, int type) {
    offload.set(1, type, 54, offload.gsoBytes(), offload.checksumStart(), offload.checksumOffset());
  }

  private static void at(OffloadHeader offload, int checksumStart, int checksumOffset) {
    offload.set(1, offload.gsoType(), 54, offload.gsoBytes(), checksumStart, checksumOffset);
  }

  private static OffloadHeader offload(MadeFrame made) {
    var offload = new OffloadHeader();
    offload.read(made.offloadHeader(), 0);
    return offload;
  }

  private static MadeFrame typical() {
    var made = new MadeFrame();
    made.payload = new byte[1_000];
    new Random(1).nextBytes(made.payload);
    made.gsoBytes = 300;
    return made;
  }

  private void makeUdp(MadeFrame made) {
    made.tcp = false;
  }

  private void makeV6(MadeFrame made) {
    made.v6 = true;
    made.source = new byte[16];
    made.destination = new byte[16];
    made.finalDestination = made.destination;
  }

  private void makeShort(MadeFrame made) {
    made.payload = new byte[10];
  }

  private List<byte[]> segments(
      OffloadHeader offload, byte[] frame, int start, int maxPacketBytes) {
    byte[] bytes = shifted(frame, start);
    var packets = new ArrayList<byte[]>();
    Segmenter.Kind kind = segmenter.begin(offload, bytes, start, frame.length, maxPacketBytes);
    assertEquals(kind == Segmenter.Kind.REJECTED, segmenter.failure() != SegmentationFailure.NONE);
    while (segmenter.hasNext()) {
      int at = packets.size() % 16;
      int length = segmenter.next(out, at);
      packets.add(Arrays.copyOfRange(out, at, at + length));
    }
    return packets;
  }

  private static byte[] shifted(byte[] frame, int start) {
    byte[] bytes = new byte[start + frame.length + 7];
    Arrays.fill(bytes, (byte) 0x5a);
    System.arraycopy(frame, 0, bytes, start, frame.length);
    return bytes;
  }

  private static void assertSame(List<byte[]> expected, List<byte[]> packets, String where) {
    assertEquals(expected.size(), packets.size(), where);
    for (int i = 0; i < packets.size(); i++) {
      if (!Arrays.equals(expected.get(i), packets.get(i))) {
        assertArrayEquals(expected.get(i), packets.get(i), where + ", packet " + i);
      }
    }
  }
}
