// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.ethernet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import net.backhaul.protocol.packet.BigEndian;
import net.backhaul.testing.MadeFrame;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The super-frames that a coalescer writes: their content, order and limits. */
class CoalescerTest extends SegmentPairs {
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void coalescesAndSegmentsToTheSameFrames(long seed) {
    var random = new Random(seed);
    for (int segments = 0, round = 0; segments < 250_000; round++) {
      var made = MadeFrame.random(random);
      made.tag = new byte[0];
      made.ipExtra = new byte[0];
      made.finalDestination = made.destination;
      made.flags &= 0x18;
      made.payload = Arrays.copyOf(made.payload, Math.max(1, made.payload.length));
      wire = new CoalescedWire(1, CoalescedWire.ALL);
      sent.clear();

      made.packets(ANY_SIZE).forEach(piece -> send(made.ethernet(piece)));
      wire.flush();

      String where = "seed " + seed + ", round " + round;
      CoalescedWire.assertSame(sent, wire.received, where);
      int most = made.tcp ? ANY_SIZE : 64;
      assertEquals((sent.size() + most - 1) / most, wire.writes.size(), where);
      segments += sent.size();
    }
  }

  /** What the loss recovery of a sender counts in: sizes, repetitions, marks and the order. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void keepsTheBoundariesOfAnUnreliableStream(long seed) {
    var random = new Random(seed);
    int coalesced = 0;
    for (int round = 0; round < 3_000; round++) {
      fresh();
      var stream = new ArrayList<byte[]>();
      var made = typical();
      for (int i = 0; i < 60; i++) {
        made.gsoBytes = random.nextInt(12) == 0 ? 1 + random.nextInt(200) : 100;
        made.payload = new byte[random.nextInt(15) == 0 ? 0 : made.gsoBytes];
        random.nextBytes(made.payload);
        made.flags = random.nextInt(12) == 0 ? 0x18 : random.nextInt(30) == 0 ? 0x90 : 0x10;
        made.trafficClass = random.nextInt(25) == 0 ? 3 : 2;
        made.acknowledgement += random.nextInt(20) == 0 ? 100 : 0;
        byte[] frame = made.ethernet(made.packets(ANY_SIZE).getFirst());
        // Some are late, some are sent again, some are lost.
        stream.add(random.nextInt(15) == 0 ? stream.size() / 2 : stream.size(), frame);
        if (random.nextInt(20) == 0) {
          stream.add(frame.clone());
        }
        made.sequence += made.payload.length + (random.nextInt(20) == 0 ? 100 : 0);
        made.sequence -= random.nextInt(25) == 0 ? 150 : 0;
        made.ipId = made.ipId + 1 & 0xffff;
      }

      stream.forEach(this::send);
      wire.flush();

      CoalescedWire.assertSame(sent, wire.received, "seed " + seed + ", round " + round);
      coalesced += sent.size() - wire.writes.size();
    }
    assertTrue(coalesced > 50_000, "seed " + seed + ": " + coalesced);
  }

  @Test
  void writesSuperFramesInTheKernelsFormat() {
    var made = new MadeFrame();
    made.macs = new byte[] {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};
    made.sequence = 0x01020304;
    made.acknowledgement = 0x0a0b0c0d;
    made.flags = 0x18;
    made.ipId = 0x1234;
    made.payload = new byte[] {1, 2, 3, 4, 5, 6, 7};
    made.gsoBytes = 4;
    var slot = ByteBuffer.allocateDirect(Coalescer.SLOT_BYTES);
    var writes = new ArrayList<String>();
    var coalescer =
        new Coalescer(
            CoalescedWire.ALL,
            new ByteBuffer[] {slot},
            (index, length) -> {
              byte[] bytes = new byte[length];
              slot.get(0, bytes);
              writes.add(HexFormat.of().formatHex(bytes));
            });

    for (byte[] piece : made.packets(ANY_SIZE)) {
      byte[] frame = made.ethernet(piece);
      coalescer.add(frame, 0, frame.length);
    }

    assertEquals(
        List.of(
            "0101"
                + "3600"
                + "0400"
                + "2200"
                + "1000"
                + "020000000001"
                + "020000000002"
                + "0800"
                + "4500002f"
                + "12344000"
                + "4006"
                + "1493"
                + "0a000001"
                + "0a000002"
                + "03e807d0"
                + "01020304"
                + "0a0b0c0d"
                + "501801f4"
                + "1424"
                + "0000"
                + "01020304050607"),
        writes);
  }

  @Test
  void writesSingleFramesUnchanged() {
    pair(made -> {});
    wire.flush();
    sent.clear();
    wire.received.clear();
    wire.writes.clear();

    send(typical().ethernet(typical().packets(ANY_SIZE).get(0)));
    assertEquals(List.of(), wire.received, "it waits for more of its kind");
    wire.flush();
    wire.flush();

    CoalescedWire.assertSame(sent, wire.received, "lone");
    assertEquals(List.of(1), wire.writes);
  }

  @Test
  void keepsTheOrderOfFramesWithoutFlow() {
    int ip = 14;
    for (UnaryOperator<byte[]> change :
        List.<UnaryOperator<byte[]>>of(
            frame -> set(frame, ip + 6, 0x20),
            frame -> set(frame, ip + 7, 1),
            frame -> set(frame, ip, 0x46),
            frame -> set(frame, ip + 9, 1),
            frame -> set(frame, 13, 6),
            frame -> Arrays.copyOf(frame, 14),
            frame -> Arrays.copyOf(frame, 41),
            frame -> Arrays.copyOf(frame, 13),
            frame -> new byte[0])) {
      fresh();
      var made = typical();
      byte[] frame = made.ethernet(made.packets(ANY_SIZE).get(0));

      send(frame.clone());
      send(change.apply(frame));

      CoalescedWire.assertSame(sent, wire.received, "in order");
    }
  }

  @Test
  void keepsFlowsOfOtherMacsOpen() {
    var made = typical();
    send(made.ethernet(made.packets(ANY_SIZE).get(0)));
    byte[] arp = new byte[42];
    Arrays.fill(arp, 0, 6, (byte) -1);
    BigEndian.put16(arp, 12, EtherTypes.ARP);

    send(arp);

    assertEquals(1, wire.received.size());
    assertEquals(arp, wire.received.get(0));
  }

  @Test
  void coalescesOnlySupportedKinds() {
    for (Coalescer.Kind kind : Coalescer.Kind.values()) {
      wire = new CoalescedWire(Coalescer.SLOTS, EnumSet.of(kind));
      pair(made -> {});
      pair(this::v6);
      pair(this::udp);
      wire.flush();
      assertEquals(5, wire.writes.size(), kind.name());
      assertEquals(6, wire.received.size(), kind.name());
    }
  }

  @Test
  void evictsTheOldestSuperFrame() {
    wire = new CoalescedWire(2, CoalescedWire.ALL);
    for (int port = 1; port <= 3; port++) {
      var made = typical();
      made.sourcePort = port;
      send(made.ethernet(made.packets(ANY_SIZE).get(0)));
    }

    assertEquals(1, wire.received.size());
    wire.flush();
    CoalescedWire.assertSame(sent, wire.received, "in the order of opening");
  }

  @Test
  void fillsSuperFramesToTheMaximumPacket() {
    var made = typical();
    made.gsoBytes = 1_000;
    made.payload = new byte[65_000];
    var next = typical();
    next.gsoBytes = 1_000;
    next.payload = new byte[2_000];

    made.packets(ANY_SIZE).forEach(piece -> send(made.ethernet(piece)));
    next.sequence = made.sequence + 65_000;
    next.ipId = made.ipId + 65;
    next.packets(ANY_SIZE).forEach(piece -> send(next.ethernet(piece)));
    wire.flush();

    CoalescedWire.assertSame(sent, wire.received, "two");
    assertEquals(List.of(65, 2), wire.writes);
  }

  @Test
  void rejectsSmallSlots() {
    ByteBuffer[] slots = {ByteBuffer.allocateDirect(Coalescer.SLOT_BYTES - 1)};
    assertThrows(
        IllegalArgumentException.class,
        () -> new Coalescer(CoalescedWire.ALL, slots, (slot, n) -> {}));
  }
}
