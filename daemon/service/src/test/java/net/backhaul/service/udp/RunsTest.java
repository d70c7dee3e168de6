// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.Traffic;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What one socket sends arrives at another, by Netty or direct calls, with and without offloads.
 */
class RunsTest {
  private static final int MTU = 1_432;
  private static final int NO_DESCRIPTOR = -1;
  private static final int EAGAIN = 11;
  private static final int EIO = 5;
  private static final int ENETUNREACH = 101;

  /** {@code IPV6_MTU} of {@code IPPROTO_IPV6}. */
  private static final IntegerUnixChannelOption NARROW =
      new IntegerUnixChannelOption("IPV6_MTU", 41, 24);

  private final List<Station> stations = new ArrayList<>();

  @AfterEach
  void close() {
    stations.forEach(Station::close);
  }

  private Station station(Station.Way way, String address) {
    return station(way, address, BatchSender::sendmmsg);
  }

  private Station station(Station.Way way, String address, BatchSender.Call call) {
    Assumptions.assumeTrue(Epoll.isAvailable() || way == Station.Way.NETTY_NIO);
    var made = new Station(way, address, call);
    stations.add(made);
    return made;
  }

  private static byte[] random(int seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  private static List<String> segments(byte[] bytes, int start, int length, int segmentBytes) {
    var all = new ArrayList<String>();
    for (int done = 0; done < length; done += segmentBytes) {
      int part = Math.min(segmentBytes, length - done);
      all.add(Station.hex(bytes, start + done, part));
    }
    return all;
  }

  @ParameterizedTest
  @CsvSource({
    "OUR_CALLS, OUR_CALLS, 127.0.0.1",
    "OUR_CALLS, OUR_CALLS, ::1",
    "OUR_CALLS, NETTY_EPOLL, 127.0.0.1",
    "OUR_CALLS, NETTY_NIO, 127.0.0.1",
    "NETTY_EPOLL, OUR_CALLS, 127.0.0.1",
    "NETTY_EPOLL, NETTY_EPOLL, ::1",
    "NETTY_NIO, OUR_CALLS, ::1",
    "NETTY_NIO, NETTY_NIO, 127.0.0.1"
  })
  void deliversRunsAsDatagrams(Station.Way sending, Station.Way receiving, String address)
      throws InterruptedException {
    Station from = station(sending, address);
    Station to = station(receiving, address);
    int[][] shapes = {
      {1_432, 1_432},
      {1, 1_432},
      {14_320, 1_432},
      {143_199, 1_432},
      {100, 7},
      {64, 1},
      {20_000, 9_999}
    };
    int total = 0;
    for (int[] shape : shapes) {
      int length = shape[0];
      byte[] sent = random(length, 10 + length);
      List<String> expected = segments(sent, 10, length, shape[1]);

      from.send(to.address(), sent, 10, length, shape[1]);

      to.await(expected.size());
      assertEquals(expected, to.received().subList(total, total + expected.size()));
      total += expected.size();
    }
    assertEquals(from.address(), to.senders().getFirst());
    assertEquals(from.address(), to.senders().getLast());
  }

  @ParameterizedTest
  @EnumSource(Station.Way.class)
  void keepsOrderOfDatagramsOfManySizesToSeveralDestinations(Station.Way way)
      throws InterruptedException {
    Station from = station(way, "127.0.0.1");
    Station one = station(way, "127.0.0.1");
    Station two = station(way, "127.0.0.1");
    var random = new Random(5);
    var toOne = new ArrayList<String>();
    var toTwo = new ArrayList<String>();

    from.onLoop(
        () -> {
          for (int i = 0; i < 300; i++) {
            int segmentBytes = 1 + random.nextInt(3) * 500;
            int length = segmentBytes * random.nextInt(1, 5) - random.nextInt(segmentBytes);
            byte[] bytes = random(i, length);
            boolean first = random.nextInt(4) != 0;
            (first ? toOne : toTwo).addAll(segments(bytes, 0, length, segmentBytes));
            from.sockets.send(
                new DatagramRun()
                    .to(Traffic.DATA, 0, (first ? one : two).address())
                    .wrap(bytes, 0, length, segmentBytes));
          }
          from.sockets.flush();
        });

    one.await(toOne.size());
    two.await(toTwo.size());
    assertEquals(toOne, one.received());
    assertEquals(toTwo, two.received());
  }

  @ParameterizedTest
  @EnumSource(
      value = Station.Way.class,
      names = {"OUR_CALLS", "NETTY_EPOLL"})
  void sendsDatagramsSinglyWhereRunExceedsPathMtu(Station.Way way) throws InterruptedException {
    Station from = station(way, "::1");
    Station to = station(way, "::1");
    from.onLoop(() -> from.sockets.channel(0).config().setOption(NARROW, 1_280));
    byte[] sent = random(1, 50 * MTU - 7);

    from.send(to.address(), sent, 0, sent.length, MTU);
    from.send(to.address(), sent, 0, sent.length, MTU);

    List<String> once = segments(sent, 0, sent.length, MTU);
    to.await(2 * once.size());
    assertEquals(once, to.received().subList(0, once.size()));
    assertEquals(once, to.received().subList(once.size(), 2 * once.size()));
  }

  @Test
  void stopsSendingRunsAfterRejectionByDevice() throws InterruptedException {
    var calls = new AtomicInteger();
    var rejections = new AtomicInteger();
    Station from =
        station(
            Station.Way.OUR_CALLS,
            "127.0.0.1",
            (fd, messages, count) -> {
              switch (calls.incrementAndGet()) {
                case 1 -> {
                  return -ENETUNREACH;
                }
                case 2 -> {
                  rejections.incrementAndGet();
                  return -EIO;
                }
                default -> {
                  return BatchSender.sendmmsg(fd, messages, count);
                }
              }
            });
    Station to = station(Station.Way.OUR_CALLS, "127.0.0.1");
    byte[] sent = random(2, 5 * MTU);

    from.send(to.address(), sent, 0, sent.length, MTU); // Dropped: there is no route.
    from.send(to.address(), sent, 0, sent.length, MTU);
    from.send(to.address(), sent, 0, sent.length, MTU);

    to.await(10);
    List<String> once = segments(sent, 0, sent.length, MTU);
    assertEquals(once, to.received().subList(0, 5));
    assertEquals(once, to.received().subList(5, 10));
    assertEquals(1, rejections.get());
  }

  @Test
  void sendsQueuedDatagramsInOrder() throws InterruptedException {
    var calls = new AtomicInteger();
    Station from =
        station(
            Station.Way.OUR_CALLS,
            "127.0.0.1",
            (fd, messages, count) ->
                calls.incrementAndGet() % 2 == 0
                    ? -EAGAIN
                    : BatchSender.sendmmsg(fd, messages, Math.min(count, 2)));
    Station to = station(Station.Way.OUR_CALLS, "127.0.0.1");
    byte[] sent = random(3, 300 * 100);
    var expected = new ArrayList<String>();

    for (int segmentBytes = 60; segmentBytes < 100; segmentBytes++) {
      from.send(to.address(), sent, 0, 30 * segmentBytes, segmentBytes);
      from.send(to.address(), sent, 0, 300 * segmentBytes, segmentBytes);
      expected.addAll(segments(sent, 0, 30 * segmentBytes, segmentBytes));
      expected.addAll(segments(sent, 0, 300 * segmentBytes, segmentBytes));
      to.await(330);
    }

    assertEquals(expected, to.received());
  }

  @Test
  void sendsFromOneSocketWhileAnotherIsBlocked() throws InterruptedException {
    var blocked = new AtomicInteger(NO_DESCRIPTOR);
    Station from =
        station(
            Station.Way.OUR_CALLS,
            "127.0.0.1",
            (fd, messages, count) ->
                fd == blocked.get() ? -EAGAIN : BatchSender.sendmmsg(fd, messages, count));
    Station to = station(Station.Way.OUR_CALLS, "127.0.0.1");
    from.bind("127.0.0.1", "127.0.0.2");
    blocked.set(((EpollDatagramChannel) from.sockets.channel(0)).fd().intValue());
    byte[][] sent = {random(4, 20 * MTU), random(5, 20 * MTU)};

    from.onLoop(
        () -> {
          for (int round = 0; round < 2; round++) {
            for (int socket = 0; socket < 2; socket++) {
              from.sockets.send(
                  new DatagramRun()
                      .to(Traffic.DATA, socket, to.address())
                      .wrap(sent[socket], round * 10 * MTU, 10 * MTU, MTU));
            }
          }
          from.sockets.flush();
        });

    to.await(20);
    assertEquals(segments(sent[1], 0, 20 * MTU, MTU), to.received());

    blocked.set(NO_DESCRIPTOR);
    to.await(20);
    assertEquals(segments(sent[0], 0, 20 * MTU, MTU), to.received().subList(20, 40));
    assertEquals(0, from.sockets.sendQueueFull());
  }

  /** Netty writes to the socket when it is flushed, so what is sent before waits. */
  @ParameterizedTest
  @EnumSource(
      value = Station.Way.class,
      names = {"NETTY_EPOLL", "NETTY_NIO"})
  void limitsSendQueueOfDataBelowThatOfControl(Station.Way way) throws InterruptedException {
    Station from = station(way, "127.0.0.1");
    Station to = station(Station.Way.NETTY_NIO, "127.0.0.1");
    InetSocketAddress nobody = new InetSocketAddress(to.address().getAddress(), 9);
    byte[] bytes = new byte[MTU];

    from.onLoop(
        () -> {
          for (int i = 0; i < 5_000; i++) {
            from.send(Traffic.DATA, nobody, bytes, MTU);
          }
        });
    long dropped = from.sockets.sendQueueFull();
    assertTrue(dropped > 1_000, "7 MB don't fit into a limit of 4 MB");
    from.onLoop(() -> from.send(Traffic.CONTROL, to.address(), bytes, MTU));
    assertEquals(dropped, from.sockets.sendQueueFull(), "control is accepted when data is not");

    from.onLoop(from.sockets::flush);
    to.await(1);
    from.onLoop(
        () -> {
          for (int i = 0; i < 20_000; i++) {
            from.send(Traffic.CONTROL, nobody, bytes, MTU);
          }
        });
    assertTrue(from.sockets.sendQueueFull() > dropped, "control has a limit as well");
  }
}
