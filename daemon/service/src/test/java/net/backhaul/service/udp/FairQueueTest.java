// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.Traffic;
import net.backhaul.protocol.packet.Ecn;
import net.backhaul.protocol.packet.FragmentView;
import org.junit.jupiter.api.Test;

/** Datagrams that wait for a socket share it fairly, within limits of memory and delay. */
class FairQueueTest {
  private static final InetSocketAddress TO = new InetSocketAddress("192.0.2.1", 9993);
  private static final int DATAGRAM_BYTES = 1_427;
  private static final long MS = 1_000_000;

  /** Flows 0 to 5 have queues of their own with it. */
  private static final int SECRET = 1;

  private final FairQueue queue = new FairQueue(SECRET);
  private final Destination destination =
      Objects.requireNonNull(new Destination.Cache().of(TO, true));
  private final SendBatch batch = new SendBatch();
  private final DatagramRun view = new DatagramRun();

  /** Returns a batch of one run, valid until the next one. */
  private SendBatch batch(byte[] bytes, int segmentBytes, int trafficClass, int flow) {
    batch.clear();
    view.to(Traffic.DATA, 0, TO).trafficClass(trafficClass).flow(flow);
    view.wrap(bytes, 0, bytes.length, segmentBytes);
    assertEquals(bytes.length, batch.add(destination, true, view, 0));
    return batch;
  }

  private void addData(int flow, byte[] bytes, int trafficClass, long nowNs) {
    queue.addData(batch(bytes, DATAGRAM_BYTES, trafficClass, flow), 0, nowNs);
  }

  private void addData(int flow, int count) {
    addData(flow, datagrams(flow, count), 0, 0);
  }

  private static byte[] datagrams(int content, int count) {
    byte[] bytes = new byte[count * DATAGRAM_BYTES];
    Arrays.fill(bytes, (byte) content);
    return bytes;
  }

  private SendBatch batch(int content, int count) {
    return batch(datagrams(content, count), DATAGRAM_BYTES, 0, 0);
  }

  /** Takes the next bytes, of which none are more than a flow may send at once. */
  private byte[] take(long nowNs) {
    QueuedRun next = Objects.requireNonNull(queue.next(nowNs));
    next.wrap(view, queue.turnBytes());
    byte[] taken = Arrays.copyOfRange(view.bytes(), view.start(), view.end());
    queue.sent(taken.length);
    return taken;
  }

  @Test
  void returnsNothingWhenEmpty() {
    assertTrue(queue.isEmpty());
    assertNull(queue.next(0));
    addData(1, 2);
    assertFalse(queue.isEmpty());
    take(0);
    assertNull(queue.next(0));
    assertTrue(queue.isEmpty());
  }

  @Test
  void keepsBytesAndOrderOfEachFlow() {
    var random = new Random(3);
    Map<Integer, List<Byte>> added = new HashMap<>();
    Map<Integer, List<Byte>> taken = new HashMap<>();
    for (int i = 0; i < 200; i++) {
      int flow = random.nextInt(5);
      byte[] bytes = new byte[1 + random.nextInt(4_000)];
      random.nextBytes(bytes);
      bytes[0] = (byte) flow;
      for (int at = 0; at < bytes.length; at += 400) {
        bytes[at] = (byte) flow;
      }
      add(added, flow, bytes);
      queue.addData(batch(bytes, 400, 0, flow), 0, 0);
    }
    while (!queue.isEmpty() && queue.next(0) != null) {
      byte[] bytes = take(0);
      add(taken, bytes[0], bytes);
    }
    assertEquals(added, taken);
    assertEquals(0, queue.dropped());
  }

  private static void add(Map<Integer, List<Byte>> to, int flow, byte[] bytes) {
    List<Byte> list = to.computeIfAbsent(flow, unused -> new ArrayList<>());
    for (byte each : bytes) {
      list.add(each);
    }
  }

  @Test
  void separatesDestinationsThatDifferInFewBits() {
    var queues = new HashSet<Integer>();
    for (int subnet = 0; subnet < 100; subnet++) {
      queues.add(queue.index(0, new InetSocketAddress("10.1." + subnet + ".7", 9993).hashCode()));
    }

    assertTrue(queues.size() > 70, queues.size() + " queues");
  }

  @Test
  void secretDecidesWhichFlowsShareAQueue() {
    var random = new Random(7);
    int still = 0;
    int pairs = 0;
    while (pairs < 1_000) {
      int one = random.nextInt();
      int other = random.nextInt();
      if (queue.index(one, 9) == queue.index(other, 9)) {
        pairs++;
        FairQueue elsewhere = new FairQueue(random.nextInt());
        still += elsewhere.index(one, 9) == elsewhere.index(other, 9) ? 1 : 0;
      }
    }

    assertTrue(still < 20, still + " of " + pairs);
  }

  @Test
  void sharesTheSocketFairlyBetweenFlows() {
    addData(1, 40);
    addData(2, 10);
    addData(2, 10);
    int[] bytes = new int[3];
    while (bytes[1] + bytes[2] < 30 * DATAGRAM_BYTES) {
      byte[] taken = take(0);
      bytes[taken[0]] += taken.length;
    }
    assertTrue(Math.abs(bytes[1] - bytes[2]) <= FairQueue.QUANTUM_BYTES, Arrays.toString(bytes));
  }

  @Test
  void sendsSparseFlowsBeforeBulkAndControlBeforeAll() {
    addData(1, 40);
    take(0);
    take(0);
    addData(2, 1);
    queue.addControl(batch(3, 1), 0, 0);
    queue.addUnsent(batch(4, 1), 0, 0);

    assertEquals(4, take(0)[0]);
    assertEquals(3, take(0)[0]);
    assertEquals(2, take(0)[0]);
    assertEquals(1, take(0)[0]);
  }

  @Test
  void dropsTheOldestOfTheLongestFlowWhenFull() {
    addData(2, 1);
    int count = FairQueue.MAX_DATA_BYTES / DATAGRAM_BYTES / 40 + 10;
    for (int i = 0; i < count; i++) {
      addData(1, 40);
    }
    assertTrue(queue.dropped() >= 10 * 40, queue.dropped() + " dropped");
    boolean sawSparse = false;
    int taken = 0;
    while (!queue.isEmpty() && queue.next(0) != null) {
      byte[] bytes = take(0);
      taken += bytes.length / DATAGRAM_BYTES;
      sawSparse |= bytes[0] == 2;
    }
    assertTrue(sawSparse);
    assertEquals(count * 40 + 1, taken + queue.dropped());
  }

  @Test
  void limitsControlDatagrams() {
    int count = FairQueue.MAX_CONTROL_BYTES / DATAGRAM_BYTES + 100;
    for (int i = 0; i < count; i++) {
      queue.addControl(batch(3, 1), 0, 0);
    }
    assertTrue(queue.dropped() >= 100);
    assertTrue(queue.dropped() < 200);
  }

  @Test
  void marksFlowsThatReactToMarksAndDropsNone() {
    for (int i = 0; i < 40; i++) {
      addData(1, datagrams(1, 10), Ecn.ECT_0, 0);
    }
    int marked = 0;
    for (int ms = 10; ms < 300; ms += 5) {
      QueuedRun next = Objects.requireNonNull(queue.next(ms * MS));
      next.wrap(view, queue.turnBytes());
      marked += (view.trafficClass() & Ecn.MASK) == Ecn.CE ? 1 : 0;
      queue.sent(view.length());
    }
    assertTrue(marked > 0);
    assertEquals(0, queue.dropped());
    assertTrue(queue.marked() > 0 && queue.marked() < 20, queue.marked() + " marked");
  }

  @Test
  void dropsWholePacketsOfFlowsWithAStandingQueue() {
    for (int i = 0; i < 40; i++) {
      byte[] packets = datagrams(1, 10);
      for (int at = DATAGRAM_BYTES; at < packets.length; at += 2 * DATAGRAM_BYTES) {
        FragmentView.writeHeader(packets, at, i, 0x1122334455L, 2, 1);
      }
      addData(1, packets, 0, 0);
    }
    int heads = 0;
    int fragments = 0;
    for (int ms = 60; ms < 400; ms += 5) {
      byte[] taken = take(ms * MS);
      for (int at = 0; at < taken.length; at += DATAGRAM_BYTES) {
        boolean fragment = FragmentView.isFragment(taken, at, DATAGRAM_BYTES);
        fragments += fragment ? 1 : 0;
        heads += fragment ? 0 : 1;
      }
    }
    assertTrue(queue.dropped() > 0 && queue.dropped() % 2 == 0, queue.dropped() + " dropped");
    assertTrue(heads - fragments <= 1 && heads >= fragments, heads + " and " + fragments);
  }

  @Test
  void dropsNothingOfFlowsWithAShortDelay() {
    for (int ms = 0; ms < 1_000; ms += 4) {
      addData(1, datagrams(1, 2), 0, ms * MS);
      addData(2, datagrams(1, 2), Ecn.ECT_0, ms * MS);
      while (queue.next((ms + 3) * MS) != null) {
        take((ms + 3) * MS);
      }
    }
    assertEquals(0, queue.dropped());
    assertEquals(0, queue.marked());
  }

  @Test
  void appendsDatagramsOfAFlowToOneRun() {
    QueuedRun first = new QueuedRun.Pool().copy(batch(1, 2), 0, 0);
    assertTrue(first.append(batch(2, 1), 0));
    first.wrap(view, 3 * DATAGRAM_BYTES);
    assertEquals(3, first.datagrams());
    byte[] wanted = new byte[3 * DATAGRAM_BYTES];
    Arrays.fill(wanted, 0, 2 * DATAGRAM_BYTES, (byte) 1);
    Arrays.fill(wanted, 2 * DATAGRAM_BYTES, wanted.length, (byte) 2);
    assertArrayEquals(wanted, Arrays.copyOfRange(view.bytes(), view.start(), view.end()));
    assertFalse(first.append(batch(datagrams(1, 1), DATAGRAM_BYTES, Ecn.ECT_0, 0), 0));
    assertFalse(first.append(batch(new byte[100], 100, 0, 0), 0));
  }

  @Test
  void reusesTheMemoryOfSentRuns() {
    var random = new Random(5);
    for (int i = 0; i < 1_000; i++) {
      int content = 1 + random.nextInt(100);
      int count = 1 + random.nextInt(20);
      addData(content, count);
      int taken = 0;
      while (queue.next(0) != null) {
        for (byte each : take(0)) {
          assertEquals(content, each);
          taken++;
        }
      }
      assertEquals(count * DATAGRAM_BYTES, taken);
    }
  }
}
