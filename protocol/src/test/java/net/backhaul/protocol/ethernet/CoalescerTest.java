// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.ethernet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

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

/** What belongs together is joined, and nothing else. */
class CoalescerTest {
  private static final int ANY_SIZE = 65_535;

  private CoalescedWire wire = new CoalescedWire(Coalescer.SLOTS, CoalescedWire.ALL);
  private final List<byte[]> sent = new ArrayList<>();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void whatWasCutIsJoinedAndCutTheSameAgain(long seed) {
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

      made.pieces(ANY_SIZE).forEach(piece -> send(made.ethernet(piece)));
      wire.flush();

      String where = "seed " + seed + ", round " + round;
      CoalescedWire.assertSame(sent, wire.received, where);
      int most = made.tcp ? ANY_SIZE : 64;
      assertEquals((sent.size() + most - 1) / most, wire.writes.size(), where);
      segments += sent.size();
    }
  }

  @Test
  void aSuperFrameIsWhatTheKernelTakes() {
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

    for (byte[] piece : made.pieces(ANY_SIZE)) {
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
  void aLoneFrameIsWrittenAsItCame() {
    pair(made -> {});
    wire.flush();
    sent.clear();
    wire.received.clear();
    wire.writes.clear();

    send(typical().ethernet(typical().pieces(ANY_SIZE).get(0)));
    assertEquals(List.of(), wire.received, "it waits for more of its kind");
    wire.flush();
    wire.flush();

    CoalescedWire.assertSame(sent, wire.received, "lone");
    assertEquals(List.of(1), wire.writes);
  }

  @Test
  void segmentsThatFollowEachOtherAreJoined() {
    joined(made -> {});
    joined(made -> made.payload = Arrays.copyOf(made.payload, 1));
    joined(made -> made.flags = 0x18);
    joined(this::withoutFragments, this::withoutFragments);
    joined(
        this::withoutFragments,
        made -> {
          withoutFragments(made);
          made.ipId--;
        });
    joined(this::udp, this::udp);
    joined(this::v6, this::v6);
    joined(
        made -> {
          udp(made);
          v6(made);
        },
        made -> {
          udp(made);
          v6(made);
        });
    joined(
        made -> made.tcpOptions = new byte[] {1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2},
        made -> made.tcpOptions = new byte[] {1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2});
  }

  @Test
  void segmentsThatDifferAreNotJoined() {
    apart(made -> made.macs[0] ^= 2);
    apart(made -> made.macs[11] ^= 1);
    apart(made -> made.source = new byte[] {10, 0, 0, 3});
    apart(made -> made.finalDestination = made.destination = new byte[] {10, 0, 0, 3});
    apart(made -> made.sourcePort++);
    apart(made -> made.destinationPort++);
    apart(made -> made.trafficClass = 1);
    apart(made -> made.trafficClass = 0x20);
    apart(made -> made.timeToLive--);
    apart(made -> made.mayFragment = false);
    apart(made -> made.ipId++);
    apart(made -> made.ipId--);
    apart(made -> made.acknowledgement++);
    apart(made -> made.window++);
    apart(made -> made.sequence++);
    apart(made -> made.sequence--);
    apart(made -> made.sequence -= 100);
    apart(made -> made.payload = Arrays.copyOf(made.payload, 101));
    apart(made -> made.payload = new byte[0]);
    apart(made -> made.tcpOptions = new byte[] {1, 1, 1, 1});
    apart(made -> made.urgentPointer = 1);
    for (int flag : new int[] {0x01, 0x02, 0x04, 0x20, 0x40, 0x80, 0x100, 0x200, 0x800}) {
      apart(made -> made.flags |= flag);
      apart(made -> made.flags |= flag, made -> made.flags |= flag);
    }
    apart(made -> made.flags = 0, made -> made.flags = 0);
    apart(made -> made.flags = 0x18, made -> {});
    apart(made -> made.payload = Arrays.copyOf(made.payload, 99), made -> made.sequence--);
    apart(made -> made.payload = new byte[0], made -> made.sequence -= 100);
    apart(
        made -> made.tcpOptions = new byte[] {1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2},
        made -> made.tcpOptions = new byte[] {1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 3});
    apart(made -> made.ipExtra = new byte[] {1, 1, 1, 1}, made -> made.ipExtra = new byte[4]);
    apart(this::vlan, this::vlan);
    apart(made -> made.ipId = 7, made -> made.ipId = 7);
    apart(this::udp, made -> {});
  }

  @Test
  void datagramsThatDifferAreNotJoined() {
    for (Consumer<MadeFrame> difference :
        List.<Consumer<MadeFrame>>of(
            made -> made.sourcePort++,
            made -> made.timeToLive--,
            made -> made.trafficClass = 1,
            made -> made.ipId--,
            made -> made.payload = Arrays.copyOf(made.payload, 101),
            made -> made.payload = new byte[0])) {
      apart(
          this::udp,
          made -> {
            udp(made);
            difference.accept(made);
          });
    }
  }

  @Test
  void ipv6SegmentsThatDifferAreNotJoined() {
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
      apart(
          this::v6,
          made -> {
            v6(made);
            difference.accept(made);
          });
    }
  }

  @Test
  void whatIsDamagedIsLeftAsItIs() {
    int ip = 14;
    damaged(made -> {}, flip(ip + 10));
    damaged(made -> {}, flip(ip + 20 + 17));
    damaged(made -> {}, flip(ip + 20 + 40));
    damaged(this::udp, flip(ip + 20 + 7));
    damaged(this::v6, flip(ip + 40 + 20 + 99));
    damaged(made -> {}, flip(ip + 3));
    damaged(this::udp, flip(ip + 20 + 5));
    damaged(this::v6, flip(ip + 5));
    damaged(made -> {}, frame -> Arrays.copyOf(frame, frame.length + 3));
    damaged(this::v6, frame -> Arrays.copyOf(frame, frame.length + 1));
    damaged(made -> {}, frame -> Arrays.copyOf(frame, frame.length - 1));
    damaged(
        this::udp,
        frame -> {
          BigEndian.put16(frame, ip + 20 + 6, 0);
          return frame;
        });
  }

  /** Checksums that are right do not make a frame one of many. */
  @Test
  void whatIsOddIsLeftAsItIs() {
    int ip = 14;
    damaged(made -> {}, frame -> mend(set(frame, ip + 6, 0x20)));
    damaged(made -> {}, frame -> mend(set(frame, ip + 7, 1)));
    damaged(made -> {}, frame -> mend(set(frame, ip + 3, frame[ip + 3] - 1)));
    damaged(this::udp, frame -> mend(set(frame, ip + 20 + 5, frame[ip + 20 + 5] - 1)));
    damaged(
        this::udp,
        frame -> {
          // The checksum of such a payload would be zero, which says that there is none.
          mend(set(set(frame, ip + 28, 0), ip + 29, 0));
          BigEndian.put16(frame, ip + 28, BigEndian.u16(frame, ip + 26));
          return mend(frame);
        });
  }

  @Test
  void fragmentsAreNotJoined() {
    var made = typical();
    made.gsoBytes = 50;

    made.pieces(ANY_SIZE).forEach(piece -> send(mend(set(made.ethernet(piece), 14 + 6, 0x20))));
    wire.flush();

    CoalescedWire.assertSame(sent, wire.received, "fragments");
    assertEquals(List.of(1, 1), wire.writes);
  }

  /** Makes the checksums of an IPv4 frame without options right, whatever its lengths say. */
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
  void whatIsNotOfAFlowDoesNotOvertake() {
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
      byte[] frame = made.ethernet(made.pieces(ANY_SIZE).get(0));

      send(frame.clone());
      send(change.apply(frame));

      CoalescedWire.assertSame(sent, wire.received, "in order");
    }
  }

  @Test
  void otherStationsNeedNotHurry() {
    var made = typical();
    send(made.ethernet(made.pieces(ANY_SIZE).get(0)));
    byte[] arp = new byte[42];
    Arrays.fill(arp, 0, 6, (byte) -1);
    BigEndian.put16(arp, 12, EtherTypes.ARP);

    send(arp);

    assertEquals(1, wire.received.size());
    assertEquals(arp, wire.received.get(0));
  }

  @Test
  void onlyWhatTheDeviceCutsIsJoined() {
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
  void theOldestMakesRoom() {
    wire = new CoalescedWire(2, CoalescedWire.ALL);
    for (int port = 1; port <= 3; port++) {
      var made = typical();
      made.sourcePort = port;
      send(made.ethernet(made.pieces(ANY_SIZE).get(0)));
    }

    assertEquals(1, wire.received.size());
    wire.flush();
    CoalescedWire.assertSame(sent, wire.received, "in the order of opening");
  }

  @Test
  void superFramesFillWhatIpAllows() {
    var made = typical();
    made.gsoBytes = 1_000;
    made.payload = new byte[65_000];
    var next = typical();
    next.gsoBytes = 1_000;
    next.payload = new byte[2_000];

    made.pieces(ANY_SIZE).forEach(piece -> send(made.ethernet(piece)));
    next.sequence = made.sequence + 65_000;
    next.ipId = made.ipId + 65;
    next.pieces(ANY_SIZE).forEach(piece -> send(next.ethernet(piece)));
    wire.flush();

    CoalescedWire.assertSame(sent, wire.received, "two");
    assertEquals(List.of(65, 2), wire.writes);
  }

  @Test
  void slotsThatAreTooSmallAreRefused() {
    ByteBuffer[] slots = {ByteBuffer.allocateDirect(Coalescer.SLOT_BYTES - 1)};
    assertThrows(
        IllegalArgumentException.class,
        () -> new Coalescer(CoalescedWire.ALL, slots, (slot, n) -> {}));
  }

  private void joined(Consumer<MadeFrame> change) {
    joined(made -> {}, change);
  }

  private void joined(Consumer<MadeFrame> one, Consumer<MadeFrame> other) {
    fresh();
    pair(one, other);
    wire.flush();
    assertEquals(List.of(2), wire.writes);
    assertEquals(2, wire.received.size());
  }

  private void apart(Consumer<MadeFrame> change) {
    apart(made -> {}, change);
  }

  private void apart(Consumer<MadeFrame> one, Consumer<MadeFrame> other) {
    fresh();
    pair(one, other);
    wire.flush();
    CoalescedWire.assertSame(sent, wire.received, "apart");
    assertEquals(List.of(1, 1), wire.writes);
  }

  private void damaged(Consumer<MadeFrame> make, UnaryOperator<byte[]> damage) {
    for (boolean first : new boolean[] {true, false}) {
      fresh();
      var one = typical();
      make.accept(one);
      var other = typical();
      follow(other);
      make.accept(other);
      byte[] frame = one.ethernet(one.pieces(ANY_SIZE).get(0));
      byte[] next = other.ethernet(other.pieces(ANY_SIZE).get(0));

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

  /** Sends a segment and the one that follows it, each changed. */
  private void pair(Consumer<MadeFrame> first, Consumer<MadeFrame> second) {
    var one = typical();
    first.accept(one);
    var other = typical();
    follow(other);
    second.accept(other);
    send(one.ethernet(one.pieces(ANY_SIZE).get(0)));
    send(other.ethernet(other.pieces(ANY_SIZE).get(0)));
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
