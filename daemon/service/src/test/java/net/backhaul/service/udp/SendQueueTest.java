// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.Traffic;
import net.backhaul.service.NodeLoop;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The order and the amounts in which a socket gets what waited for it. */
class SendQueueTest {
  private static final InetSocketAddress TO = new InetSocketAddress("192.0.2.1", 9993);
  private static final InetSocketAddress ELSEWHERE = new InetSocketAddress("192.0.2.2", 9993);
  private static final int DATAGRAM_BYTES = 1_427;
  private static final int UNLIMITED = Integer.MAX_VALUE;
  private static final int BURST_BYTES = SendBufferLimit.FIRST_BYTES / 4;

  private static final int BULK = 1;
  private static final int OTHER_BULK = 2;
  private static final int CONTROL = 9;

  private final NodeLoop loop = new NodeLoop(Epoll.isAvailable());
  private final Destination.Cache destinations = new Destination.Cache();
  private final SendBatch batch = new SendBatch();

  /** The first byte of each datagram that was sent, for each system call. */
  private final List<List<Integer>> calls = new ArrayList<>();

  /** How many runs the socket takes before it is full. */
  private int accepted;

  private boolean watched;
  private SendQueue queue;

  @BeforeEach
  void open() {
    assumeTrue(Epoll.isAvailable());
    Channel channel =
        new Bootstrap()
            .group(loop.eventLoop())
            .channelFactory(() -> new EpollDatagramChannel(SocketProtocolFamily.INET))
            .handler(new ChannelInboundHandlerAdapter())
            .bind("127.0.0.1", 0)
            .syncUninterruptibly()
            .channel();
    var socket = new OpenSocket(0, TO, channel, true);
    queue =
        new SendQueue(socket, new BatchSender(batch, this::call), watching -> watched = watching);
  }

  @AfterEach
  void close() {
    loop.close();
  }

  /** Takes what the test permits; nothing leaves. */
  private int call(int fd, long messages, int count) {
    int taken = Math.min(count, accepted);
    if (taken == 0) {
      return -SocketCalls.EAGAIN;
    }
    accepted -= accepted == UNLIMITED ? 0 : taken;
    var sent = new ArrayList<Integer>();
    int first = batch.runs() - count;
    for (int run = first; run < first + taken; run++) {
      for (int at = 0; at < batch.length(run); at += batch.segmentBytes(run)) {
        sent.add((int) batch.data().get(batch.start(run) + at));
      }
    }
    calls.add(sent);
    return taken;
  }

  private void transmit(Traffic traffic, InetSocketAddress to, int content, int datagrams) {
    byte[] bytes = new byte[datagrams * DATAGRAM_BYTES];
    Arrays.fill(bytes, (byte) content);
    DatagramRun run =
        new DatagramRun()
            .to(traffic, 0, to)
            .flow(content)
            .wrap(bytes, 0, bytes.length, DATAGRAM_BYTES);
    Destination destination = Objects.requireNonNull(destinations.of(to, true));
    assertEquals(bytes.length, batch.add(destination, true, run, 0));
    queue.transmit(batch);
    assertTrue(batch.isEmpty());
  }

  private void bulk(InetSocketAddress to, int content, int datagrams) {
    transmit(Traffic.DATA, to, content, datagrams);
  }

  private List<Integer> sent() {
    return calls.stream().flatMap(List::stream).toList();
  }

  @Test
  void sendsControlBeforeWaitingData() {
    bulk(TO, BULK, 20);
    assertTrue(queue.isBlocked() && watched);
    bulk(TO, OTHER_BULK, 2);
    transmit(Traffic.CONTROL, TO, CONTROL, 1);
    assertEquals(List.of(), sent());

    accepted = UNLIMITED;
    queue.writable(batch);

    assertEquals(CONTROL, sent().getFirst());
    assertEquals(1 + 22, sent().size());
    assertFalse(queue.isBlocked() || watched);

    bulk(TO, BULK, 1); // At once, as before.
    assertEquals(24, sent().size());
  }

  @Test
  void sendsRestOfPartialCallBeforeControl() {
    bulk(TO, BULK, 20);
    bulk(ELSEWHERE, OTHER_BULK, 20);
    accepted = 1;
    queue.writable(batch);
    assertTrue(queue.isBlocked() && watched);
    int before = sent().size();
    assertTrue(before > 0);

    transmit(Traffic.CONTROL, TO, CONTROL, 1);
    accepted = UNLIMITED;
    queue.writable(batch);

    int rest = sent().indexOf(CONTROL) - before;
    assertTrue(rest > 0, "the rest of the call is first");
    assertTrue((before + rest - 1) * DATAGRAM_BYTES < BURST_BYTES, "and nothing but the rest");
    assertEquals(41, sent().size() + queue.dropped());
  }

  @Test
  void fillsOneBurstAtATime() {
    for (int i = 0; i < 10; i++) {
      bulk(TO, BULK, 40);
    }
    accepted = UNLIMITED;
    queue.writable(batch);

    assertEquals(Collections.nCopies(400, BULK), sent());
    for (List<Integer> call : calls) {
      int bytes = call.size() * DATAGRAM_BYTES;
      assertTrue(bytes < BURST_BYTES + DATAGRAM_BYTES, bytes + " bytes in one call");
      assertTrue(bytes >= BURST_BYTES || call == calls.getLast(), bytes + " bytes in one call");
    }
  }

  @Test
  void alternatesFlowsWithinOneBurst() {
    bulk(TO, BULK, 40);
    bulk(TO, OTHER_BULK, 40);
    accepted = UNLIMITED;
    queue.writable(batch);

    List<Integer> burst = calls.getFirst();
    int ofFirst = Collections.frequency(burst, BULK) * DATAGRAM_BYTES;
    int ofSecond = Collections.frequency(burst, OTHER_BULK) * DATAGRAM_BYTES;
    int difference = Math.abs(ofFirst - ofSecond);
    assertTrue(difference < FairQueue.QUANTUM_BYTES + DATAGRAM_BYTES, burst.toString());
    int turnBytes = 0;
    for (int i = 1; i < burst.size(); i++) {
      boolean goesOn = burst.get(i).equals(burst.get(i - 1));
      turnBytes = goesOn ? turnBytes + DATAGRAM_BYTES : 0;
      assertTrue(turnBytes < FairQueue.QUANTUM_BYTES, burst.toString());
    }
  }
}
