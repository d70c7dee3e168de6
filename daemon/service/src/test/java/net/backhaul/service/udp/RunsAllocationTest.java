// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.epoll.Epoll;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import net.backhaul.engine.DatagramBatch;
import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.Traffic;
import net.backhaul.service.NodeLoop;
import net.backhaul.testing.AllocationMeter;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;

/** Datagrams pass a socket without an object for each, out and in. */
class RunsAllocationTest {
  private static final int MTU = 1_432;
  private static final int RUN = 20;
  private static final int ROUNDS = 500;
  private static final int WARM_UP_ROUNDS = 3_000;

  /** The JIT compiler works concurrently: code that it replaces may allocate once more. */
  private static final int ATTEMPTS = 10;

  /** The loop itself makes a few objects for each task; a datagram's own would have 16 or more. */
  private static final double MOST_BYTES_PER_DATAGRAM = 8;

  private final Semaphore arrivals = new Semaphore(0);

  @Test
  void sendsAndReceivesWithoutAllocationPerDatagram() throws Exception {
    Assumptions.assumeTrue(Epoll.isAvailable(), "Netty's own calls allocate some");
    try (var sending = new NodeLoop();
        var receiving = new NodeLoop()) {
      UdpSockets from = open(sending, batch -> {});
      UdpSockets to = open(receiving, batch -> arrivals.release(batch.count()));
      InetSocketAddress address = to.addresses().getFirst();
      exchange(sending, from, address, WARM_UP_ROUNDS);

      long receivedBefore = allocated(receiving);
      long sentBytes = exchange(sending, from, address, ROUNDS);
      long receivedBytes = allocated(receiving) - receivedBefore;
      for (int attempt = 1; attempt < ATTEMPTS && sentBytes > 0; attempt++) {
        sentBytes = Math.min(sentBytes, exchange(sending, from, address, ROUNDS));
      }

      assertEquals(0, sentBytes);
      assertTrue(
          receivedBytes < MOST_BYTES_PER_DATAGRAM * ROUNDS * RUN,
          () -> (double) receivedBytes / (ROUNDS * RUN) + " bytes per datagram");
      onLoop(sending, from::close);
      onLoop(receiving, to::close);
    }
  }

  /** Sends many runs, each when the last has come, and returns what sending has allocated. */
  private long exchange(NodeLoop loop, UdpSockets from, InetSocketAddress to, int rounds)
      throws InterruptedException {
    byte[] bytes = new byte[RUN * MTU];
    var run = new DatagramRun();
    var allocated = new long[1];
    Runnable send =
        () -> {
          long before = AllocationMeter.allocatedBytes();
          from.send(run.to(Traffic.DATA, 0, to).wrap(bytes, 0, bytes.length, MTU));
          from.flush();
          allocated[0] += AllocationMeter.allocatedBytes() - before;
        };
    for (int i = 0; i < rounds; i++) {
      onLoop(loop, send);
      assertTrue(arrivals.tryAcquire(RUN, 60, TimeUnit.SECONDS), "a run has come");
    }
    return allocated[0];
  }

  private static UdpSockets open(NodeLoop loop, Consumer<DatagramBatch> receiver) throws Exception {
    var sockets = new UdpSockets(loop, receiver, BatchSender::sendmmsg);
    var here = new BindAddress(InetAddress.getByName("127.0.0.1"), 0, "", 0);
    onLoop(loop, () -> sockets.rebind(List.of(here)));
    return sockets;
  }

  private static long allocated(NodeLoop loop) {
    return CompletableFuture.supplyAsync(() -> AllocationMeter.allocatedBytes(), loop.eventLoop())
        .join();
  }

  private static void onLoop(NodeLoop loop, Runnable work) {
    CompletableFuture.runAsync(work, loop.eventLoop()).join();
  }
}
