// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.backhaul.engine.DatagramBatch;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.packet.PacketView;
import net.backhaul.protocol.packet.Packets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReceiveQueueTest {
  private static final int FLOODER = 1;
  private static final int SOCKET = 3;
  private static final int MTU = 1_432;
  private static final int NUMBER_AT = 40;

  private final ByteBuffer memory = ByteBuffer.allocateDirect(65_536);

  /** The numbers of the datagrams that were handled, by the port of their source. */
  private final Map<Integer, List<Integer>> handled = new HashMap<>();

  private final List<Integer> batchSizes = new ArrayList<>();
  private final Map<Integer, Integer> sent = new HashMap<>();
  private final ReceiveQueue receiveQueue = new ReceiveQueue(this::handle, 77);

  private void handle(DatagramBatch batch) {
    batchSizes.add(batch.count());
    for (int i = 0; i < batch.count(); i++) {
      assertEquals(SOCKET, batch.socket(i));
      int port = batch.from(i).getPort();
      int number = ByteBuffer.wrap(batch.bytes()).getInt(batch.start(i) + NUMBER_AT);
      handled.computeIfAbsent(port, p -> new ArrayList<>()).add(number);
    }
  }

  /** Has a source send datagrams of one size, numbered from 0 on. */
  private void arrive(int port, int count, int bytes) {
    arrive(port, count, bytes, Verb.FRAME, Packets.SUITE_AES);
  }

  private void arrive(int port, int count, int bytes, Verb verb, int suite) {
    byte[] packet = new byte[bytes];
    var view = new PacketView();
    for (int i = 0; i < count; i++) {
      PacketView.writeHeader(packet, 0, 5, 0x1122334455L, 0x5544332211L, verb.number());
      view.wrap(packet, 0, bytes);
      view.suite(suite);
      ByteBuffer.wrap(packet).putInt(NUMBER_AT, sent.merge(port, 1, Integer::sum) - 1);
      memory.put(i * bytes, packet);
    }
    var from = new InetSocketAddress("192.0.2.1", port);
    receiveQueue.take(
        new ReceivedRun(SOCKET).from(from, port).wrap(memory, 0, count * bytes, bytes));
  }

  private int handledOf(int port) {
    return handled.getOrDefault(port, List.of()).size();
  }

  private void assertOrder() {
    handled.forEach(
        (port, numbers) ->
            assertEquals(numbers.stream().sorted().toList(), numbers, "source " + port));
  }

  @Test
  void handlesSmallReadsAtOnceInOrder() {
    arrive(1, 10, MTU);
    arrive(2, 1, 100);
    arrive(1, 20, MTU);

    receiveQueue.endOfRead();

    assertEquals(List.of(31), batchSizes);
    assertFalse(receiveQueue.hasBacklog());
    assertEquals(0, receiveQueue.receiveQueueFull());
  }

  @Test
  void fitsLargestCoalescedMessageIntoOneBatch() {
    arrive(1, 45, MTU);
    receiveQueue.endOfRead();

    assertEquals(List.of(45), batchSizes);
  }

  @Test
  void queuesWhatExceedsOneBatch() {
    for (int i = 0; i < 16; i++) {
      arrive(1, 45, MTU);
    }
    receiveQueue.endOfRead();
    while (receiveQueue.hasBacklog()) {
      receiveQueue.handleNext();
    }

    assertEquals(16 * 45, handledOf(1));
    assertTrue(batchSizes.stream().allMatch(size -> size <= 45));
    assertOrder();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void limitsFloodToItsShare(long seed) {
    var random = new Random(seed);
    int turns = 2_000;
    for (int turn = 0; turn < turns; turn++) {
      arrive(FLOODER, 60, 1_000);
      arrive(FLOODER, 60, 1_000);
      arrive(FLOODER, 60, 1_000);
      for (int other = 2; other < 12; other++) {
        if (random.nextInt(20) == 0) {
          arrive(other, 1 + random.nextInt(3), 60 + random.nextInt(1_000));
        }
      }
      receiveQueue.endOfRead();
      receiveQueue.handleNext();
      assertTrue(receiveQueue.batches() <= ReceiveQueue.SHARED_BATCHES + 12, "memory is bounded");
    }
    while (receiveQueue.hasBacklog()) {
      receiveQueue.handleNext();
    }

    for (int other = 2; other < 12; other++) {
      assertEquals(sent.get(other), handledOf(other), "of source " + other);
    }
    // A batch a turn, of which the others had at most half of the turns.
    assertTrue(handledOf(FLOODER) > turns * 60 / 2, () -> "only " + handledOf(FLOODER));
    assertEquals((long) sent.get(FLOODER), handledOf(FLOODER) + receiveQueue.receiveQueueFull());
    assertOrder();
  }

  @Test
  void sharesEquallyBetweenTwoFloods() {
    for (int turn = 0; turn < 4_000; turn++) {
      arrive(1, 64, 1_000);
      arrive(1, 64, 1_000);
      arrive(1, 64, 1_000);
      arrive(5, 64, 1_000);
      receiveQueue.endOfRead();
      receiveQueue.handleNext();
    }

    assertEquals(1.0, (double) handledOf(1) / handledOf(5), 0.1);
  }

  @Test
  void handlesFloodOfSmallDatagramsInSmallTurns() {
    for (int turn = 0; turn < 40; turn++) {
      arrive(FLOODER, 64, 100);
    }
    receiveQueue.endOfRead();
    while (receiveQueue.hasBacklog()) {
      receiveQueue.handleNext();
    }

    assertEquals(
        ReceiveQueue.BATCH_DATAGRAMS, batchSizes.stream().mapToInt(size -> size).max().orElse(0));
    assertEquals(2_560, handledOf(FLOODER));
  }

  @Test
  void acceptsHelloOfSourceWhoseQueueIsFull() {
    while (receiveQueue.receiveQueueFull() == 0) {
      arrive(FLOODER, 64, 1_000);
    }
    for (long before = receiveQueue.receiveQueueFull();
        receiveQueue.receiveQueueFull() == before; ) {
      arrive(FLOODER, 1, 200); // What is left of the last batch.
    }
    int number = sent.get(FLOODER);

    arrive(FLOODER, 1, 200, Verb.HELLO, Packets.SUITE_POLY);
    arrive(FLOODER, 1, 200, Verb.HELLO, Packets.SUITE_AES);
    arrive(FLOODER, 1, 200, Verb.ECHO, Packets.SUITE_POLY);

    while (receiveQueue.hasBacklog()) {
      receiveQueue.handleNext();
    }
    assertTrue(handled.get(FLOODER).contains(number));
    assertFalse(handled.get(FLOODER).contains(number + 1));
    assertFalse(handled.get(FLOODER).contains(number + 2));
    assertOrder();
  }

  @Test
  void limitsFloodOfHellos() {
    for (int turn = 0; turn < 10_000; turn++) {
      arrive(FLOODER, 64, 200, Verb.HELLO, Packets.SUITE_POLY);
    }

    int most =
        (1 + ReceiveQueue.SHARED_BATCHES / 2 + 1)
            * (ReceiveQueue.BATCH_DATAGRAMS + ReceiveQueue.HELLO_DATAGRAMS);
    assertTrue(sent.get(FLOODER) - receiveQueue.receiveQueueFull() <= most);
    arrive(2, 1, 200);
    assertTrue(receiveQueue.batches() <= ReceiveQueue.SHARED_BATCHES + 2);
  }

  @Test
  void dropsOversizedDatagrams() {
    memory.putInt(NUMBER_AT, 0);
    int length = DatagramBatch.MAX_DATAGRAM_BYTES + 1;
    receiveQueue.take(
        new ReceivedRun(SOCKET)
            .from(new InetSocketAddress("192.0.2.1", 1), 1)
            .wrap(memory, 0, length, length));
    receiveQueue.endOfRead();

    assertEquals(List.of(), batchSizes);
  }
}
