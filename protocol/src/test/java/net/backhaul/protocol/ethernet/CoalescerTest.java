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
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import net.backhaul.protocol.packet.BigEndian;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Coalescing of frames that belong together, and of no others. */
class CoalescerTest {
  private static final int ANY_SIZE = 65_535;

  private CoalescedWire wire = new CoalescedWire(Coalescer.SLOTS, CoalescedWire.ALL);
  private final List<byte[]> sent = new ArrayList<>();

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
  void coalescesConsecutiveSegments() {
    assertCoalesced(made -> {});
    assertCoalesced(made -> made.payload = Arrays.copyOf(made.payload, 1));
    assertCoalesced(made -> made.flags = 0x18);
    assertCoalesced(this::withoutFragments, this::withoutFragments);
    assertCoalesced(
        this::withoutFragments,
        made -> {
          withoutFragments(made);
          made.ipId--;
        });
    assertCoalesced(this::udp, this::udp);
    assertCoalesced(this::v6, this::v6);
    assertCoalesced(
        made -> {
          udp(made);
          v6(made);
        },
        made -> {
          udp(made);
          v6(made);
        });
    assertCoalesced(
        made -> made.tcpOptions = new byte[] {1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2},
        made -> made.tcpOptions = new byte[] {1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2});
  }

  @Test
  void separatesDifferentSegments() {
    assertSeparate(made -> made.macs[0] ^= 2);
    assertSeparate(made -> made.macs[11] ^= 1);
    assertSeparate(made -> made.source = new byte[] {10, 0, 0, 3});
    assertSeparate(made -> made.finalDestination = made.destination = new byte[] {10, 0, 0, 3});
    assertSeparate(made -> made.sourcePort++);
    assertSeparate(made -> made.destinationPort++);
    assertSeparate(made -> made.trafficClass = 1);
    assertSeparate(made -> made.trafficClass = 0x20);
    assertSeparate(made -> made.timeToLive--);
    assertSeparate(made -> made.mayFragment = false);
    assertSeparate(made -> made.ipId++);
    assertSeparate(made -> made.ipId--);
    assertSeparate(made -> made.acknowledgement++);
    assertSeparate(made -> made.window++);
    assertSeparate(made -> made.sequence++);
    assertSeparate(made -> made.sequence--);
    assertSeparate(made -> made.sequence -= 100);
    assertSeparate(made -> made.payload = Arrays.copyOf(made.payload, 101));
    assertSeparate(made -> made.payload = new byte[0]);
    assertSeparate(made -> made.tcpOptions = new byte[] {1, 1, 1, 1});
    assertSeparate(made -> made.urgentPointer = 1);
    for (int flag : new int[] {0x01, 0x02, 0x04, 0x20, 0x40, 0x80, 0x100, 0x200, 0x800}) {
      assertSeparate(made -> made.flags |= flag);
      assertSeparate(made -> made.flags |= flag, made -> made.flags |= flag);
    }
    assertSeparate(made -> made.flags = 0, made -> made.flags = 0);
    assertSeparate(made -> made.flags = 0x18, made -> {});
    assertSeparate(made -> made.payload = Arrays.copyOf(made.payload, 99), made -> made.sequence--);
    assertSeparate(made -> made.payload = new byte[0], made -> made.sequence -= 100);
    assertSeparate(
        made -> made.tcpOptions = new byte[] {1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2},
        made -> made.tcpOptions = new byte[] {1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 3});
    assertSeparate(
        made -> made.ipExtra = new byte[] {1, 1, 1, 1}, made -> made.ipExtra = new byte[4]);
    assertSeparate(this::vlan, this::vlan);
    assertSeparate(made -> made.ipId = 7, made -> made.ipId = 7);
    assertSeparate(this::udp, made -> {});
  }

  @Test
  void separatesDifferentDatagrams() {
    for (Consumer<MadeFrame> difference :
        List.<Consumer<MadeFrame>>of(
            made -> made.sourcePort++,
            made -> made.timeToLive--,
            made -> made.trafficClass = 1,
            made -> made.ipId--,
            made -> made.payload = Arrays.copyOf(made.payload, 101),
            made -> made.payload = new byte[0])) {
      assertSeparate(
          this::udp,
          made -> {
            udp(made);
            difference.accept(made);
          });
    }
  }

  @Test
  void doesNotCoalesceDifferentIpv6Segments() {
    for (Consumer<MadeFrame> difference :
        List.<Consumer<MadeFrame>>of(
            made -> made.flowLabel++,
            made -> made.timeToLive--,
            made -> made.trafficClass = 1,
            made -> made.source = new byte[] {0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0},
            made -> {
              made.nextHeader = 60;
              made.ipExtra = new byte[] {6, 0, 1, 4, 0, 0, 0, 0};
            })) {
      assertSeparate(
          this::v6,
          made -> {
            v6(made);
            difference.accept(made);
          });
    }
  }

  @Test
  void leavesInvalidChecksumsUnchanged() {
    int ip = 14;
    assertUnchanged(made -> {}, flip(ip + 10));
    assertUnchanged(made -> {}, flip(ip + 20 + 17));
    assertUnchanged(made -> {}, flip(ip + 20 + 40));
    assertUnchanged(this::udp, flip(ip + 20 + 7));
    assertUnchanged(this::v6, flip(ip + 40 + 20 + 99));
    assertUnchanged(made -> {}, flip(ip + 3));
    assertUnchanged(this::udp, flip(ip + 20 + 5));
    assertUnchanged(this::v6, flip(ip + 5));
    assertUnchanged(made -> {}, frame -> Arrays.copyOf(frame, frame.length + 3));
    assertUnchanged(this::v6, frame -> Arrays.copyOf(frame, frame.length + 1));
    assertUnchanged(made -> {}, frame -> Arrays.copyOf(frame, frame.length - 1));
    assertUnchanged(
        this::udp,
        frame -> {
          BigEndian.put16(frame, ip + 20 + 6, 0);
          return frame;
        });
  }

  /** Valid checksums are not sufficient for coalescing. */
  @Test
  void leavesUnusualFramesUnchanged() {
    int ip = 14;
    assertUnchanged(made -> {}, frame -> mend(set(frame, ip + 6, 0x20)));
    assertUnchanged(made -> {}, frame -> mend(set(frame, ip + 7, 1)));
    assertUnchanged(made -> {}, frame -> mend(set(frame, ip + 3, frame[ip + 3] - 1)));
    assertUnchanged(this::udp, frame -> mend(set(frame, ip + 20 + 5, frame[ip + 20 + 5] - 1)));
    assertUnchanged(
        this::udp,
        frame -> {
          // The checksum of such a payload would be 0, which means none.
          mend(set(set(frame, ip + 28, 0), ip + 29, 0));
          BigEndian.put16(frame, ip + 28, BigEndian.u16(frame, ip + 26));
          return mend(frame);
        });
  }

  @Test
  void doesNotCoalesceFragments() {
    var made = typical();
    made.gsoBytes = 50;

    made.packets(ANY_SIZE).forEach(piece -> send(mend(set(made.ethernet(piece), 14 + 6, 0x20))));
    wire.flush();

    CoalescedWire.assertSame(sent, wire.received, "fragments");
    assertEquals(List.of(1, 1), wire.writes);
  }

  /** Corrects the checksums of an IPv4 frame without options, whatever its length fields. */
  private static byte[] mend(byte[] frame) {
    boolean tcp = frame[23] == 6;
    byte[] transport = Arrays.copyOfRange(frame, 34, frame.length);
    BigEndian.put16(transport, tcp ? 16 : 6, 0);
    byte[] addresses = Arrays.copyOfRange(frame, 26, 34);
    byte[] rest = {0, frame[23], (byte) (transport.length >>> 8), (byte) transport.length};
    int checksum = NaiveChecksum.checksum(addresses, rest, transport);
    BigEndian.put16(frame, tcp ? 50 : 40, checksum);
    BigEndian.put16(frame, 24, 0);
    BigEndian.put16(frame, 24, NaiveChecksum.checksum(Arrays.copyOfRange(frame, 14, 34)));
    return frame;
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

  private void assertCoalesced(Consumer<MadeFrame> change) {
    assertCoalesced(made -> {}, change);
  }

  private void assertCoalesced(Consumer<MadeFrame> one, Consumer<MadeFrame> other) {
    fresh();
    pair(one, other);
    wire.flush();
    assertEquals(List.of(2), wire.writes);
    assertEquals(2, wire.received.size());
  }

  private void assertSeparate(Consumer<MadeFrame> change) {
    assertSeparate(made -> {}, change);
  }

  private void assertSeparate(Consumer<MadeFrame> one, Consumer<MadeFrame> other) {
    fresh();
    pair(one, other);
    wire.flush();
    CoalescedWire.assertSame(sent, wire.received, "apart");
    assertEquals(List.of(1, 1), wire.writes);
  }

  private void assertUnchanged(Consumer<MadeFrame> make, UnaryOperator<byte[]> damage) {
    for (boolean first : new boolean[] {true, false}) {
      fresh();
      var one = typical();
      make.accept(one);
      var other = typical();
      follow(other);
      make.accept(other);
      byte[] frame = one.ethernet(one.packets(ANY_SIZE).get(0));
      byte[] next = other.ethernet(other.packets(ANY_SIZE).get(0));

      send(first ? damage.apply(frame) : frame);
      send(first ? next : damage.apply(next));
      wire.flush();

      CoalescedWire.assertSame(sent, wire.received, "damaged");
      assertEquals(List.of(1, 1), wire.writes);
    }
  }

  private static UnaryOperator<byte[]> flip(int at) {
    return frame -> set(frame, at, frame[at] ^ 1);
  }

  private static byte[] set(byte[] frame, int at, int value) {
    frame[at] = (byte) value;
    return frame;
  }

  private void fresh() {
    wire = new CoalescedWire(Coalescer.SLOTS, CoalescedWire.ALL);
    sent.clear();
  }

  private void pair(Consumer<MadeFrame> make) {
    pair(make, make);
  }

  /** Sends two consecutive segments, each changed. */
  private void pair(Consumer<MadeFrame> first, Consumer<MadeFrame> second) {
    var one = typical();
    first.accept(one);
    var other = typical();
    follow(other);
    second.accept(other);
    send(one.ethernet(one.packets(ANY_SIZE).get(0)));
    send(other.ethernet(other.packets(ANY_SIZE).get(0)));
  }

  private static void follow(MadeFrame made) {
    made.sequence += 100;
    made.ipId++;
  }

  private void send(byte[] frame) {
    sent.add(frame);
    wire.send(frame);
  }

  private static MadeFrame typical() {
    var made = new MadeFrame();
    made.mayFragment = true;
    made.sequence = -50;
    made.ipId = 0xffff;
    made.gsoBytes = 200;
    made.payload = new byte[100];
    new Random(1).nextBytes(made.payload);
    return made;
  }

  private void withoutFragments(MadeFrame made) {
    made.mayFragment = false;
  }

  private void udp(MadeFrame made) {
    made.tcp = false;
  }

  private void v6(MadeFrame made) {
    made.v6 = true;
    made.source = new byte[16];
    made.destination = new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    made.finalDestination = made.destination;
  }

  private void vlan(MadeFrame made) {
    made.tag = new byte[] {(byte) 0x81, 0, 0, 5};
  }
}
