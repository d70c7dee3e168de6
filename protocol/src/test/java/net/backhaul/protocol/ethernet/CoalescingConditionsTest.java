// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.ethernet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import net.backhaul.protocol.packet.BigEndian;
import net.backhaul.testing.MadeFrame;
import net.backhaul.testing.NaiveChecksum;
import org.junit.jupiter.api.Test;

/** Which frames are coalesced, field by field. */
class CoalescingConditionsTest extends SegmentPairs {
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
    assertUnchanged(made -> {}, frame -> correctChecksums(set(frame, ip + 6, 0x20)));
    assertUnchanged(made -> {}, frame -> correctChecksums(set(frame, ip + 7, 1)));
    assertUnchanged(made -> {}, frame -> correctChecksums(set(frame, ip + 3, frame[ip + 3] - 1)));
    assertUnchanged(
        this::udp, frame -> correctChecksums(set(frame, ip + 20 + 5, frame[ip + 20 + 5] - 1)));
    assertUnchanged(
        this::udp,
        frame -> {
          // The checksum of such a payload would be 0, which means none.
          correctChecksums(set(set(frame, ip + 28, 0), ip + 29, 0));
          BigEndian.put16(frame, ip + 28, BigEndian.u16(frame, ip + 26));
          return correctChecksums(frame);
        });
  }

  @Test
  void doesNotCoalesceFragments() {
    var made = typical();
    made.gsoBytes = 50;

    made.packets(ANY_SIZE)
        .forEach(piece -> send(correctChecksums(set(made.ethernet(piece), 14 + 6, 0x20))));
    wire.flush();

    CoalescedWire.assertSame(sent, wire.received, "fragments");
    assertEquals(List.of(1, 1), wire.writes);
  }

  /** Corrects the checksums of an IPv4 frame without options, whatever its length fields. */
  private static byte[] correctChecksums(byte[] frame) {
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

  private void withoutFragments(MadeFrame made) {
    made.mayFragment = false;
  }

  private void vlan(MadeFrame made) {
    made.tag = new byte[] {(byte) 0x81, 0, 0, 5};
  }
}
