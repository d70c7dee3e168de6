// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.ethernet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import net.backhaul.protocol.packet.BigEndian;
import net.backhaul.testing.MadeFrame;
import net.backhaul.testing.NaiveChecksum;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The MSS option is found and replaced in complete SYNs only. */
class MssOptionTest {
  private static final int SYN = 0x02;
  private static final int ACK = 0x10;
  private static final byte[] MSS_2760 = {2, 4, 0x0a, (byte) 0xc8};

  /** Options of Linux: MSS, SACK permitted, timestamps, no operation, window scale. */
  private static final byte[] LINUX = {
    2, 4, 0x0a, (byte) 0xc8, 4, 2, 8, 10, 1, 2, 3, 4, 0, 0, 0, 0, 1, 3, 3, 7
  };

  private final MssOption option = new MssOption();

  private static MadeFrame syn(byte[] options) {
    var made = new MadeFrame();
    made.flags = SYN;
    made.tcpOptions = options;
    made.gsoBytes = 1;
    return made;
  }

  /** Returns the bytes of the only packet, after its Ethernet header, with a complete checksum. */
  private static byte[] packet(MadeFrame made) {
    return made.packets(65_535).getFirst();
  }

  private static int etherType(MadeFrame made) {
    return made.tag.length > 0 ? BigEndian.u16(made.tag, 0) : made.v6 ? 0x86dd : 0x0800;
  }

  private boolean find(MadeFrame made, byte[] packet, int start, int length) {
    return option.find(etherType(made), packet, start, length);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void replacesTheOptionOfAnySyn(long seed) {
    var random = new Random(seed);
    for (int round = 0; round < 20_000; round++) {
      var made = MadeFrame.random(random);
      made.tcp = true;
      if (made.v6 && made.ipExtra.length > 0) {
        made.nextHeader = 6;
        made.ipExtra = new byte[0];
        made.finalDestination = made.destination;
      }
      made.flags = SYN | (random.nextBoolean() ? ACK : 0) | (random.nextBoolean() ? 0xc0 : 0);
      made.gsoBytes = 2_000;
      made.payload = Arrays.copyOf(made.payload, random.nextInt(4) == 0 ? 100 : 0);
      int mssBytes = random.nextInt(1 << 16);
      made.tcpOptions = options(random, mssBytes);
      byte[] before = packet(made);
      int start = random.nextInt(20);
      int padding = random.nextInt(7);
      var frame = new byte[start + before.length + padding];
      Arrays.fill(frame, (byte) 0x5a);
      System.arraycopy(before, 0, frame, start, before.length);
      String where = "seed " + seed + ", round " + round;

      assertTrue(find(made, frame, start, before.length + padding), where);
      assertEquals(mssBytes, option.mssBytes(), where);
      assertEquals(made.tag.length + (made.v6 ? 60 : 40), option.headerBytes(), where);
      int reduced = random.nextInt(mssBytes + 1);
      option.replace(reduced);

      int at = indexOfMss(made.tcpOptions);
      BigEndian.put16(made.tcpOptions, at, reduced);
      byte[] wanted = packet(made);
      byte[] changed = Arrays.copyOfRange(frame, start, start + before.length);
      String problem = NaiveChecksum.problem(changed, made.tag.length, made.finalDestination);
      assertEquals("", problem, where);
      // 0 and 0xffff are the same checksum.
      int checksumAt = before.length - made.payload.length - made.tcpOptions.length - 20 + 16;
      BigEndian.put16(wanted, checksumAt, BigEndian.u16(changed, checksumAt));
      assertArrayEquals(wanted, changed, where);
    }
  }

  /** Returns options with an MSS at any alignment, among others. */
  private static byte[] options(Random random, int mssBytes) {
    var options = new byte[40];
    Arrays.fill(options, (byte) 1);
    int at = random.nextInt(5);
    if (random.nextBoolean()) {
      options[at] = 8;
      options[at + 1] = 10;
      at += 10 + random.nextInt(3);
    }
    options[at] = 2;
    options[at + 1] = 4;
    BigEndian.put16(options, at + 2, mssBytes);
    at += 4;
    if (random.nextBoolean()) {
      options[at] = (byte) (random.nextBoolean() ? 3 : 254);
      options[at + 1] = 3;
      options[at + 2] = 2;
      at += 3;
    }
    if (random.nextBoolean()) {
      options[at] = 0;
      options[at + 1] = 2;
      at += 2;
    }
    return Arrays.copyOf(options, (at + 3) / 4 * 4);
  }

  private static int indexOfMss(byte[] options) {
    int at = 0;
    while (options[at] != 2) {
      at += options[at] == 1 ? 1 : options[at + 1];
    }
    return at + 2;
  }

  @Test
  void findsTheOptionBehindExtensionHeaders() {
    var made = syn(LINUX);
    made.v6 = true;
    made.source = new byte[16];
    made.destination = new byte[16];
    made.finalDestination = made.destination;
    made.nextHeader = 0;
    made.ipExtra =
        new byte[] {60, 0, 1, 4, 0, 0, 0, 0, 6, 1, 1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
    byte[] packet = packet(made);

    assertTrue(find(made, packet, 0, packet.length));
    assertEquals(2_760, option.mssBytes());
    assertEquals(60, option.headerBytes());
    option.replace(1_334);

    assertEquals("", NaiveChecksum.problem(packet, 0, null));
    assertTrue(find(made, packet, 0, packet.length));
    assertEquals(1_334, option.mssBytes());
  }

  @Test
  void ignoresOtherFrames() {
    assertFound(true, made -> {}, packet -> {});
    assertFound(false, made -> made.flags = ACK, packet -> {});
    assertFound(false, made -> made.tcp = false, packet -> {});
    assertFound(false, made -> {}, packet -> packet[9] = 17);
    assertFound(false, made -> {}, packet -> packet[6] = 0x20);
    assertFound(false, made -> {}, packet -> packet[7] = 1);
    assertFound(false, made -> {}, packet -> packet[0] = 0x65);
    assertFound(false, made -> {}, packet -> packet[0] = 0x44);
    assertFound(false, made -> {}, packet -> packet[3]++);
    assertFound(false, made -> {}, packet -> packet[3] = 39);
    assertFound(false, made -> {}, packet -> packet[20 + 12] = 0x40);
    assertFound(false, made -> {}, packet -> packet[20 + 12] = (byte) 0xb0);
    var tagged = syn(LINUX);
    tagged.tag = HexFormat.of().parseHex("81000001".repeat(8));
    byte[] packet = packet(tagged);
    assertTrue(find(tagged, packet, 0, packet.length), "eight tags");
    tagged.tag = HexFormat.of().parseHex("81000001".repeat(9));
    byte[] deeper = packet(tagged);
    assertFalse(find(tagged, deeper, 0, deeper.length), "nine tags");
    assertFalse(option.find(0x0806, packet(syn(LINUX)), 0, 60), "ARP");
  }

  private void assertFound(boolean found, Consumer<MadeFrame> make, Consumer<byte[]> change) {
    MadeFrame made = syn(LINUX);
    make.accept(made);
    byte[] packet = packet(made);
    change.accept(packet);
    assertEquals(found, find(made, packet, 0, packet.length));
  }

  @Test
  void ignoresMalformedOptions() {
    List<byte[]> malformed =
        List.of(
            new byte[] {},
            new byte[] {1, 1, 1, 1},
            new byte[] {0, 0, 0, 0, 2, 4, 5, 6},
            new byte[] {2, 3, 5, 1},
            new byte[] {2, 5, 5, 6, 0, 0, 0, 0},
            new byte[] {2, 0, 5, 6},
            new byte[] {8, 1, 2, 4, 5, 6, 0, 0},
            new byte[] {8, 0, 2, 4, 5, 6, 0, 0},
            new byte[] {1, 1, 2, 4},
            new byte[] {1, 1, 1, 2},
            new byte[] {2, 4, 5, 6, 8, 10, 0, 0},
            new byte[] {2, 4, 5, 6, 1, 1, 1, 8},
            new byte[] {2, 4, 5, 6, 2, 4, 5, 6});
    for (byte[] options : malformed) {
      byte[] packet = packet(syn(options));
      assertFalse(option.find(0x0800, packet, 0, packet.length), Arrays.toString(options));
    }
  }

  @Test
  void leavesAuthenticatedOptionsUnchanged() {
    byte[] authenticated = {2, 4, 0x0a, (byte) 0xc8, 29, 4, 1, 1};
    byte[] digest = new byte[24];
    System.arraycopy(MSS_2760, 0, digest, 0, 4);
    digest[4] = 19;
    digest[5] = 18;
    digest[22] = 1;
    digest[23] = 1;
    byte[] withAuthentication = packet(syn(authenticated));
    byte[] withDigest = packet(syn(digest));

    assertFalse(option.find(0x0800, withAuthentication, 0, withAuthentication.length));
    // The digest of TCP-MD5 (RFC 2385) does not cover options.
    assertTrue(option.find(0x0800, withDigest, 0, withDigest.length));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void readsNothingOutsideOfRandomFrames(long seed) {
    var random = new Random(seed);
    int found = 0;
    for (int round = 0; round < 200_000; round++) {
      MadeFrame made = syn(options(random, 2_760));
      if (random.nextBoolean()) {
        made.tag = new byte[] {(byte) 0x81, 0, 0, 1};
      }
      byte[] packet = packet(made);
      for (int flips = random.nextInt(4); flips > 0; flips--) {
        packet[random.nextInt(packet.length)] = (byte) random.nextInt(256);
      }
      // An array that ends with the frame throws if anything beyond is read.
      byte[] frame =
          Arrays.copyOf(
              packet, random.nextInt(3) == 0 ? random.nextInt(packet.length + 1) : packet.length);

      if (find(made, frame, 0, frame.length)) {
        found++;
        option.replace(1);
      }
    }
    assertTrue(found > 50_000 && found < 180_000, "seed " + seed + ": " + found);
  }
}
