// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.packet;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** ECN through a tunnel and through reassembly. */
class EcnTest {
  private static final long PACKET_ID = 0x0123_4567_89ab_cdefL;
  private static final long TO = 0x0b_5947_1541L;
  private static final long FROM = 0x0c_5947_1541L;
  private static final int HEAD_BYTES = 100;
  private static final int PIECE_BYTES = 50;

  /** The table of RFC 6040 section 4.2, in its order: Not-ECT, ECT(0), ECT(1), CE. */
  @Test
  void decapsulatesAsRfc6040() {
    int[] order = {Ecn.NOT_ECT, Ecn.ECT_0, Ecn.ECT_1, Ecn.CE};
    int[][] table = {
      {Ecn.NOT_ECT, Ecn.NOT_ECT, Ecn.NOT_ECT, Ecn.DROP},
      {Ecn.ECT_0, Ecn.ECT_0, Ecn.ECT_1, Ecn.CE},
      {Ecn.ECT_1, Ecn.ECT_1, Ecn.ECT_1, Ecn.CE},
      {Ecn.CE, Ecn.CE, Ecn.CE, Ecn.CE}
    };
    for (int inner = 0; inner < 4; inner++) {
      for (int outer = 0; outer < 4; outer++) {
        assertEquals(
            table[inner][outer],
            Ecn.decapsulate(order[inner], order[outer]),
            "inner " + order[inner] + ", outer " + order[outer]);
      }
    }
  }

  @Test
  void combinesFieldsOfFragments() {
    for (int one = 0; one < 4; one++) {
      assertEquals(one, Ecn.combine(one, one));
      assertEquals(Ecn.CE, Ecn.combine(one, Ecn.CE));
      for (int other = 0; other < 4; other++) {
        assertEquals(Ecn.combine(one, other), Ecn.combine(other, one));
      }
    }
    assertEquals(Ecn.ECT_1, Ecn.combine(Ecn.ECT_0, Ecn.ECT_1));
    assertEquals(Ecn.ECT_0, Ecn.combine(Ecn.ECT_0, Ecn.NOT_ECT));
    assertEquals(Ecn.ECT_1, Ecn.combine(Ecn.ECT_1, Ecn.NOT_ECT));
  }

  @Test
  void reassemblesWithMarkOfAnyDatagram() {
    var random = new Random(1);
    var reassembly = new Reassembly();
    for (int round = 0; round < 2_000; round++) {
      int total = 2 + random.nextInt(Packets.MAX_FRAGMENTS - 1);
      List<byte[]> datagrams = datagrams(PACKET_ID + round, total);
      var order = new ArrayList<Integer>();
      for (int i = 0; i < total; i++) {
        order.add(random.nextInt(order.size() + 1), i);
      }
      int[] fields = random.ints(total, 0, 4).toArray();
      int expected = fields[0];
      for (int field : fields) {
        expected = Ecn.combine(expected, field);
      }
      int whole = 0;
      for (int number : order) {
        byte[] each = datagrams.get(number);
        reassembly.arrivedWith(fields[number]);
        whole =
            number == 0
                ? reassembly.head(each, 0, each.length, round)
                : reassembly.fragment(each, 0, each.length, round);
      }

      assertEquals(HEAD_BYTES + (total - 1) * PIECE_BYTES, whole);
      assertEquals(expected, reassembly.wholeEcn(), "round " + round);
    }
  }

  private static List<byte[]> datagrams(long packetId, int total) {
    var all = new ArrayList<byte[]>();
    byte[] head = new byte[HEAD_BYTES];
    PacketView.writeHeader(head, 0, packetId, TO, FROM, 6);
    all.add(head);
    for (int number = 1; number < total; number++) {
      byte[] fragment = new byte[Packets.FRAGMENT_HEADER_BYTES + PIECE_BYTES];
      FragmentView.writeHeader(fragment, 0, packetId, TO, total, number);
      all.add(fragment);
    }
    return all;
  }
}
