// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import net.backhaul.service.NodeLoop;
import net.backhaul.testing.Await;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The traffic class of datagrams, through real sockets on loopback. */
class TrafficClassTest {
  private static final int BYTES = 1_000;
  private static final int RUN = 7;
  private static final int EXPEDITED = 46 << 2;

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

  /** The receiver uses only the ECN field, so the rest is requested from the kernel here. */
  @Test
  void sendsDscp() throws InterruptedException {
    assumeTrue(Epoll.isAvailable());
    var memory = ByteBuffer.allocateDirect(BYTES);
    var messages = new MessageArray(1, memory);
    try (var from = station("127.0.0.1");
        var loop = new NodeLoop(true)) {
      var to = (EpollDatagramChannel) plainSocket(loop);
      from.onLoop(
          () -> {
            from.send(to.localAddress(), new byte[BYTES], BYTES, EXPEDITED | 1);
            from.sockets.flush();
          });
      messages.receive(0, 0, BYTES);

      int fd = to.fd().intValue();
      long message = messages.addressOf(0);
      Await.until(() -> SocketCalls.recvmmsg(fd, message, 1, SocketCalls.MSG_DONTWAIT, 0) == 1);

      assertEquals(EXPEDITED | 1, messages.trafficClass(0));
    }
  }

  /** Opens a socket that Netty does not read. */
  private static Channel plainSocket(NodeLoop loop) throws InterruptedException {
    Channel channel =
        new Bootstrap()
            .group(loop.eventLoop())
            .channel(EpollDatagramChannel.class)
            .option(ChannelOption.AUTO_READ, false)
            .handler(new ChannelInboundHandlerAdapter())
            .bind("127.0.0.1", 0)
            .sync()
            .channel();
    channel.config().setOption(new IntegerUnixChannelOption("IP_RECVTOS", 0, 13), 1);
    return channel;
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
