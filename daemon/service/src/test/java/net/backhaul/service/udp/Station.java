// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import net.backhaul.engine.DatagramBatch;
import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.Traffic;
import net.backhaul.service.NodeLoop;

/** A socket on a loop of its own, and what it has received. */
final class Station implements AutoCloseable {
  private static final int PATIENCE_S = 60;

  final NodeLoop loop;
  final UdpSockets sockets;
  private final List<String> received = new ArrayList<>();
  private final List<InetSocketAddress> senders = new ArrayList<>();
  private final List<Integer> ecns = new ArrayList<>();
  private final Semaphore arrivals = new Semaphore(0);

  /** What makes the system calls. */
  enum Way {
    OUR_CALLS,
    NETTY_EPOLL,
    NETTY_NIO
  }

  Station(Way way, String address, BatchSender.Call call) {
    loop = new NodeLoop(way != Way.NETTY_NIO);
    sockets = new UdpSockets(loop, this::receive, way == Way.OUR_CALLS ? call : null);
    bind(address);
  }

  /** Opens one socket for each address that has none, numbered from 0 on. */
  void bind(String... addresses) {
    List<BindAddress> wanted =
        Stream.of(addresses).map(each -> new BindAddress(ip(each), 0, "", 0)).toList();
    onLoop(() -> sockets.rebind(wanted));
  }

  private void receive(DatagramBatch batch) {
    synchronized (received) {
      for (int i = 0; i < batch.count(); i++) {
        received.add(hex(batch.bytes(), batch.start(i), batch.length(i)));
        senders.add(batch.from(i));
        ecns.add(batch.ecn(i));
      }
    }
    arrivals.release(batch.count());
  }

  /** Waits until so many more datagrams have come. */
  void await(int datagrams) throws InterruptedException {
    assertTrue(
        arrivals.tryAcquire(datagrams, PATIENCE_S, TimeUnit.SECONDS),
        () -> "only " + arrivals.availablePermits() + " of " + datagrams + " have come");
  }

  List<String> received() {
    synchronized (received) {
      return List.copyOf(received);
    }
  }

  List<InetSocketAddress> senders() {
    synchronized (received) {
      return List.copyOf(senders);
    }
  }

  /** Returns the ECN fields of what was received, and clears them. */
  List<Integer> takeEcns() {
    synchronized (received) {
      List<Integer> taken = List.copyOf(ecns);
      ecns.clear();
      return taken;
    }
  }

  InetSocketAddress address() {
    return sockets.addresses().getFirst();
  }

  void send(InetSocketAddress to, byte[] bytes, int start, int length, int segmentBytes) {
    onLoop(
        () -> {
          sockets.send(
              new DatagramRun().to(Traffic.DATA, 0, to).wrap(bytes, start, length, segmentBytes));
          sockets.flush();
        });
  }

  /** Sends datagrams of one size and traffic class without a flush; on the loop. */
  void send(InetSocketAddress to, byte[] bytes, int segmentBytes, int trafficClass) {
    sockets.send(
        new DatagramRun()
            .to(Traffic.DATA, 0, to)
            .trafficClass(trafficClass)
            .wrap(bytes, 0, bytes.length, segmentBytes));
  }

  /** Sends one datagram without a flush; on the loop. */
  void send(Traffic traffic, InetSocketAddress to, byte[] bytes, int length) {
    sockets.send(new DatagramRun().to(traffic, 0, to).wrap(bytes, 0, length));
  }

  void onLoop(Runnable work) {
    CompletableFuture.runAsync(work, loop.eventLoop()).join();
  }

  static String hex(byte[] bytes, int start, int length) {
    return HexFormat.of().formatHex(bytes, start, start + length);
  }

  private static InetAddress ip(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (UnknownHostException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    onLoop(sockets::close);
    loop.close();
  }
}
