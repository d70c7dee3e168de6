// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.backhaul.engine.DatagramBatch;
import net.backhaul.engine.DatagramRun;
import net.backhaul.protocol.packet.Ecn;
import net.backhaul.protocol.packet.PacketView;
import net.backhaul.protocol.packet.Packets;
import net.backhaul.protocol.packet.Reassembly;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Packets are split into datagrams of one size, and reassembled in place. */
class FragmentsTest {
  private static final InetSocketAddress FROM = new InetSocketAddress("192.0.2.1", 9993);
  private static final long NOW_MS = 1_700_000_000_000L;
  private static final int MTU_BYTES = 1_432;
  private static final long PACKET_ID = 0x0102_0304_0506_0708L;

  private final Fragmenter fragmenter = new Fragmenter();
  private final AdjacentFragments adjacent = new AdjacentFragments();

  private static byte[] packet(int length) {
    byte[] packet = new byte[length];
    new Random(length).nextBytes(packet);
    PacketView.writeHeader(packet, 0, PACKET_ID, 0x1122334455L, 0x66778899aaL, 0x06);
    return packet;
  }

  private List<byte[]> split(byte[] packet) {
    byte[] bytes = packet.clone();
    var run = new DatagramRun().wrap(bytes, 0, bytes.length);
    assertTrue(fragmenter.begin(run, MTU_BYTES));
    var datagrams = new ArrayList<byte[]>();
    while (fragmenter.hasNext()) {
      fragmenter.next(run);
      datagrams.add(Arrays.copyOfRange(bytes, run.start(), run.end()));
    }
    return datagrams;
  }

  private static DatagramBatch batch(List<byte[]> datagrams, int... ecn) {
    var batch = new DatagramBatch(30_000);
    for (int i = 0; i < datagrams.size(); i++) {
      byte[] each = datagrams.get(i);
      System.arraycopy(each, 0, batch.bytes(), batch.end(), each.length);
      batch.add(0, FROM, each.length, i < ecn.length ? ecn[i] : Ecn.NOT_ECT);
    }
    return batch;
  }

  private static byte[] first(DatagramBatch batch, int length) {
    return Arrays.copyOfRange(batch.bytes(), batch.start(0), batch.start(0) + length);
  }

  @ParameterizedTest
  @ValueSource(ints = {1_433, 2_838, 2_839, 2_848, 2_849, 4_200, 9_900})
  void splitsIntoDatagramsOfOneSize(int length) {
    List<byte[]> datagrams = split(packet(length));

    int size = datagrams.getFirst().length;
    assertTrue(size <= MTU_BYTES);
    for (byte[] each : datagrams.subList(0, datagrams.size() - 1)) {
      assertEquals(size, each.length);
    }
    int last = datagrams.getLast().length;
    assertTrue(last <= size && last > size - datagrams.size(), last + " of " + size);
    assertEquals(Math.ceilDiv(length - 16, MTU_BYTES - 16), datagrams.size());
  }

  @ParameterizedTest
  @ValueSource(ints = {1_433, 2_838, 2_839, 4_200, 9_900})
  void reassemblesInPlaceAndInAnyOrder(int length) {
    byte[] packet = packet(length);
    List<byte[]> datagrams = split(packet);
    DatagramBatch batch = batch(datagrams);

    assertTrue(adjacent.reassemble(batch, 0, PACKET_ID));

    assertEquals(datagrams.size() - 1, adjacent.count());
    assertEquals(length, adjacent.length());
    assertArrayEquals(packet, first(batch, length));
    var reassembly = new Reassembly();
    List<byte[]> shuffled = new ArrayList<>(datagrams.subList(1, datagrams.size()));
    Collections.shuffle(shuffled, new Random(1));
    for (byte[] each : shuffled) {
      assertEquals(0, reassembly.fragment(each, 0, each.length, NOW_MS));
    }
    byte[] head = datagrams.getFirst();
    assertEquals(length, reassembly.head(head, 0, head.length, NOW_MS));
    assertArrayEquals(packet, Arrays.copyOf(reassembly.whole(), length));
  }

  @Test
  void leavesABatchUnchangedWhoseFragmentsAreNotAdjacent() {
    List<byte[]> fragments = split(packet(4_200));
    byte[] other = fragments.get(1).clone();
    other[0]++;
    byte[] otherTotal = fragments.get(2).clone();
    otherTotal[14] = (byte) (4 << 4);
    List<List<byte[]>> cases =
        List.of(
            fragments.subList(0, 1),
            fragments.subList(0, 2),
            List.of(fragments.get(0), fragments.get(2), fragments.get(1)),
            List.of(fragments.get(0), other, fragments.get(2)),
            List.of(fragments.get(0), fragments.get(1), otherTotal),
            List.of(fragments.get(0), fragments.get(0), fragments.get(1)));
    for (List<byte[]> each : cases) {
      DatagramBatch batch = batch(each);
      byte[] before = batch.bytes().clone();

      assertFalse(adjacent.reassemble(batch, 0, PACKET_ID), () -> "case " + cases.indexOf(each));

      assertArrayEquals(before, batch.bytes());
    }
  }

  @Test
  void rejectsFragmentsThatAreTooLongTogether() {
    byte[] fragment = new byte[Packets.MAX_BYTES];
    System.arraycopy(split(packet(2_838)).get(1), 0, fragment, 0, 16);

    assertFalse(adjacent.reassemble(batch(List.of(packet(1_432), fragment)), 0, PACKET_ID));
  }

  @Test
  void keepsAMarkOfAnyFragment() {
    DatagramBatch batch = batch(split(packet(2_838)), Ecn.ECT_0, Ecn.CE);

    assertTrue(adjacent.reassemble(batch, 0, PACKET_ID));

    assertEquals(Ecn.CE, adjacent.ecn());
  }

  @Test
  void rejectsPacketsThatNeedTooManyFragments() {
    byte[] packet = packet(10_000);

    assertFalse(fragmenter.begin(new DatagramRun().wrap(packet, 0, packet.length), 500));
  }
}
