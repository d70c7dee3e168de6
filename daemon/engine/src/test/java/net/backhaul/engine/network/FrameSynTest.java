// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import net.backhaul.protocol.ethernet.MssOption;
import net.backhaul.protocol.packet.BigEndian;
import net.backhaul.testing.MadeFrame;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link FrameView#maybeSyn} misses no SYN whose MSS may be reduced, and skips other frames. */
class FrameSynTest {
  private static final int MACS_BYTES = 12;
  private static final int ETHERNET_BYTES = 14;
  private static final int ROUNDS = 15_000;
  private static final int MIN_FOUND = 100;
  private static final int SYN = 0x02;
  private static final byte[] MSS = {1, 2, 4, 5, (byte) 0xb4, 1, 1, 1};

  private final FrameView view = new FrameView();
  private final MssOption option = new MssOption();

  /** Returns a random TCP segment, mostly with SYN, as a frame with a complete checksum. */
  private static MadeFrame segment(Random random) {
    MadeFrame made = MadeFrame.random(random);
    while (!made.tcp) {
      made = MadeFrame.random(random);
    }
    if (random.nextInt(6) > 0) {
      made.flags |= SYN;
    }
    made.tcpOptions = MSS;
    made.payload = Arrays.copyOf(made.payload, random.nextInt(20));
    made.gsoBytes = 100;
    return made;
  }

  /** Changes bytes of a frame behind its MACs, or cuts it, as often as not. */
  private static byte[] damage(byte[] frame, Random random) {
    byte[] damaged = frame.clone();
    for (int changes = Math.max(0, random.nextInt(6) - 2); changes > 0; changes--) {
      damaged[MACS_BYTES + random.nextInt(frame.length - MACS_BYTES)] = (byte) random.nextInt(256);
    }
    return random.nextInt(5) > 0
        ? damaged
        : Arrays.copyOf(damaged, ETHERNET_BYTES + random.nextInt(frame.length));
  }

  private boolean find(byte[] frame) {
    int etherType = BigEndian.u16(frame, MACS_BYTES);
    int length = frame.length - ETHERNET_BYTES;
    view.wrap(frame, ETHERNET_BYTES, length);
    view.ethernet(1, 2, etherType);
    return option.find(etherType, frame, ETHERNET_BYTES, length);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void missesNoSyn(long seed) {
    var random = new Random(seed);
    // Of IPv4 and IPv6: plain, with options or extension headers, with tags, with both.
    var found = new int[8];
    for (int round = 0; round < ROUNDS; round++) {
      MadeFrame made = segment(random);
      byte[] frame = damage(made.ethernet(made.packets(65_535).getFirst()), random);
      if (find(frame)) {
        String where = "seed " + seed + ", round " + round + ": ";
        assertTrue(view.maybeSyn(), () -> where + HexFormat.of().formatHex(frame));
        int kind = (made.v6 ? 4 : 0) + (made.tag.length > 0 ? 2 : 0);
        found[kind + (made.ipExtra.length > 0 ? 1 : 0)]++;
      }
    }
    assertTrue(
        Arrays.stream(found).allMatch(count -> count > MIN_FOUND),
        () -> "seed " + seed + ": " + Arrays.toString(found));
  }

  /** Frames with tags or extension headers are parsed in any case: they are few. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void skipsOtherSegments(long seed) {
    var random = new Random(seed);
    for (int round = 0; round < ROUNDS; round++) {
      MadeFrame made = segment(random);
      made.tag = new byte[0];
      boolean isPlain = !made.v6 || made.ipExtra.length == 0;
      find(made.ethernet(made.packets(65_535).getFirst()));

      boolean expected = !isPlain || (made.flags & SYN) != 0;
      assertEquals(expected, view.maybeSyn(), "seed " + seed + ", round " + round);
    }
  }
}
