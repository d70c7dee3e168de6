// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.Traffic;
import net.backhaul.service.NodeLoop;
import net.backhaul.testing.Await;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The traffic class of datagrams, through real sockets on loopback. */
class TrafficClassTest {
  private static final int BYTES = 1_000;
  private static final int RUN = 7;
  private static final int EXPEDITED = 46 << 2;
  private static final int LOW_PRIORITY = 1 << 2;

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void carriesEcnOfSinglesAndRuns(String address) throws InterruptedException {
    assumeTrue(Epoll.isAvailable());
    try (var from = station(address);
        var to = station(address)) {
      var expected = new ArrayList<Integer>();
      for (int ecn = 0; ecn < 4; ecn++) {
        int trafficClass = ecn;
        from.onLoop(
            () -> {
              from.send(to.address(), new byte[BYTES], BYTES, trafficClass);
              from.send(to.address(), new byte[RUN * BYTES + 1], BYTES, EXPEDITED | trafficClass);
              from.sockets.flush();
            });
        expected.addAll(Collections.nCopies(RUN + 2, ecn));
        to.await(RUN + 2);
      }

      assertEquals(expected, to.takeEcns());
      assertTrue(to.sockets.readsEcn());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void splitsRunsWhereClassesDiffer(String address) throws InterruptedException {
    assumeTrue(Epoll.isAvailable());
    List<Integer> classes = List.of(2, 2, 0, 0, 0, 1, 2, 3, 3);
    try (var from = station(address);
        var to = station(address)) {
      from.onLoop(
          () -> {
            classes.forEach(each -> from.send(to.address(), new byte[BYTES], BYTES, each));
            from.sockets.flush();
          });
      to.await(classes.size());

      assertEquals(classes, to.takeEcns());
    }
  }

  @Test
  void carriesEcnOfRunsThatTheKernelRejects() throws InterruptedException {
    assumeTrue(Epoll.isAvailable());
    int[] calls = {0};
    BatchSender.Call rejectsFirst =
        (fd, messages, count) ->
            calls[0]++ == 0 ? -SocketCalls.EINVAL : BatchSender.sendmmsg(fd, messages, count);
    try (var from = new Station(Station.Way.OUR_CALLS, "127.0.0.1", rejectsFirst);
        var to = station("127.0.0.1")) {
      from.onLoop(
          () -> {
            from.send(to.address(), new byte[RUN * BYTES], BYTES, 2);
            from.sockets.flush();
          });
      to.await(RUN);

      assertEquals(Collections.nCopies(RUN, 2), to.takeEcns());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void sendsDscp(String address) {
    assumeTrue(Epoll.isAvailable());
    try (var from = station(address);
        var to = new ClassReader(address)) {
      from.onLoop(
          () -> {
            from.send(to.address(), new byte[BYTES], BYTES, EXPEDITED | 1);
            from.send(to.address(), new byte[BYTES], BYTES, LOW_PRIORITY);
            from.sockets.flush();
          });

      assertEquals(List.of(EXPEDITED | 1, LOW_PRIORITY), to.read(2));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1"})
  void sendsDscpOfDatagramsThatStayWholeOrExpireSoon(String address) {
    assumeTrue(Epoll.isAvailable());
    try (var from = station(address);
        var to = new ClassReader(address)) {
      from.onLoop(
          () -> {
            DatagramRun datagram =
                new DatagramRun()
                    .to(Traffic.CONTROL, 0, to.address())
                    .trafficClass(EXPEDITED)
                    .wrap(new byte[BYTES], 0, BYTES);
            assertTrue(from.sockets.sendUnfragmented(datagram));
            from.sockets.sendShortLived(datagram, 2);
          });

      assertEquals(List.of(EXPEDITED, EXPEDITED), to.read(2));
    }
  }

  /** Netty has no class for each datagram, so the socket has one. */
  @ParameterizedTest
  @CsvSource({
    "NETTY_EPOLL, 127.0.0.1",
    "NETTY_EPOLL, ::1",
    "NETTY_NIO, 127.0.0.1",
    "NETTY_NIO, ::1"
  })
  void sendsDscpWithoutEcnThroughNetty(Station.Way way, String address) {
    assumeTrue(Epoll.isAvailable());
    try (var from = new Station(way, address, BatchSender::sendmmsg);
        var to = new ClassReader(address)) {
      from.onLoop(
          () -> {
            from.send(to.address(), new byte[BYTES], BYTES, EXPEDITED | 1);
            from.send(to.address(), new byte[2 * BYTES], BYTES, LOW_PRIORITY);
            from.send(to.address(), new byte[BYTES], BYTES, 2);
            from.sockets.flush();
          });

      assertEquals(List.of(EXPEDITED, LOW_PRIORITY, LOW_PRIORITY, 0), to.read(4));
    }
  }

  /** Reads whole traffic classes; a node reads only the ECN field. */
  private static final class ClassReader implements AutoCloseable {
    private final ByteBuffer memory = ByteBuffer.allocateDirect(BYTES);
    private final MessageArray messages = new MessageArray(1, memory);
    private final NodeLoop loop = new NodeLoop(true);
    private final EpollDatagramChannel channel;

    ClassReader(String address) {
      boolean v4 = !address.contains(":");
      var family = v4 ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6;
      channel =
          (EpollDatagramChannel)
              new Bootstrap()
                  .group(loop.eventLoop())
                  .channelFactory(() -> new EpollDatagramChannel(family))
                  .option(ChannelOption.AUTO_READ, false)
                  .handler(new ChannelInboundHandlerAdapter())
                  .bind(address, 0)
                  .syncUninterruptibly()
                  .channel();
      assertTrue(SocketOptions.requestTrafficClass(channel, v4));
    }

    InetSocketAddress address() {
      return channel.localAddress();
    }

    List<Integer> read(int count) {
      var classes = new ArrayList<Integer>();
      int fd = channel.fd().intValue();
      long message = messages.addressOf(0);
      while (classes.size() < count) {
        messages.receive(0, 0, BYTES);
        Await.until(
            () -> SocketCalls.recvmmsg(fd, message, 1, SocketCalls.MSG_DONTWAIT, 0) == 1,
            () -> "received " + classes);
        classes.add(messages.trafficClass(0));
      }
      return classes;
    }

    @Override
    public void close() {
      loop.close();
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Station.Way.class,
      names = {"NETTY_EPOLL", "NETTY_NIO"})
  void reportsThatNettyReadsNoEcn(Station.Way way) throws InterruptedException {
    assumeTrue(Epoll.isAvailable());
    try (var from = station("127.0.0.1");
        var to = new Station(way, "127.0.0.1", BatchSender::sendmmsg)) {
      from.onLoop(
          () -> {
            from.send(to.address(), new byte[BYTES], BYTES, 3);
            from.sockets.flush();
          });
      to.await(1);

      assertEquals(List.of(0), to.takeEcns());
      assertFalse(to.sockets.readsEcn());
    }
  }

  private static Station station(String address) {
    return new Station(Station.Way.OUR_CALLS, address, BatchSender::sendmmsg);
  }
}
