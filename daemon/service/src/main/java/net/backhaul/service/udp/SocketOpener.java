// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.IoEventLoop;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import net.backhaul.service.NodeLoop;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens UDP sockets: binds them, sets their options, and starts to read them. */
final class SocketOpener {
  private static final Logger log = LoggerFactory.getLogger(SocketOpener.class);
  private static final int BUFFER_BYTES = 4 * 1024 * 1024;
  private static final int DATAGRAM_BYTES = 10_240;

  /** Maximum that the kernel coalesces of datagrams back to back. */
  private static final int COALESCED_BYTES = 65_536;

  private static final int READS_AT_ONCE = 16;

  private final NodeLoop loop;
  private final Receiving receiving;
  private final Sending sending;

  /** Set where sockets are read and written with direct system calls. */
  private final @Nullable IoEventLoop directCalls;

  private final @Nullable MessageReader reader;
  private volatile boolean areMarked;
  private boolean nettySends;

  /** Where received datagrams go, and what follows each read. */
  record Receiving(ReceiveQueue queue, Runnable endOfRead) {}

  /**
   * How datagrams are sent.
   *
   * @param sender makes direct system calls; null where Netty does
   * @param transmit sends what was collected
   */
  record Sending(SendBatch batch, @Nullable BatchSender sender, Runnable transmit) {}

  /** A socket, or why there is none. */
  record Result(@Nullable OpenSocket socket, String failure) {}

  /**
   * Creates it.
   *
   * @param direct whether sockets are read with direct system calls, where the loop permits it
   */
  SocketOpener(NodeLoop loop, Receiving receiving, Sending sending, boolean direct) {
    this.loop = loop;
    this.receiving = receiving;
    this.sending = sending;
    areMarked = loop.supportsDescriptors();
    directCalls = direct && loop.eventLoop() instanceof IoEventLoop io ? io : null;
    nettySends = sending.sender == null;
    reader = direct ? new MessageReader() : null;
  }

  /** Returns whether all sockets have {@link UdpSockets#MARK}; from any thread. */
  boolean areMarked() {
    return areMarked;
  }

  /** Returns whether Netty sends the datagrams of some socket, which it flushes. */
  boolean nettySends() {
    return nettySends;
  }

  /** Opens a socket with a number. */
  Result open(BindAddress local, int number) {
    boolean v4 = local.address() instanceof Inet4Address;
    boolean nativeEpoll = loop.supportsDescriptors();
    var family = v4 ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6;
    var bootstrap =
        new Bootstrap()
            .group(loop.eventLoop())
            .channelFactory(
                () ->
                    nativeEpoll ? new EpollDatagramChannel(family) : new NioDatagramChannel(family))
            .option(ChannelOption.SO_RCVBUF, BUFFER_BYTES)
            .option(ChannelOption.SO_SNDBUF, BUFFER_BYTES)
            .option(
                ChannelOption.RECVBUF_ALLOCATOR,
                new FixedRecvByteBufAllocator(nativeEpoll ? COALESCED_BYTES : DATAGRAM_BYTES)
                    .maxMessagesPerRead(READS_AT_ONCE))
            .option(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(
                    OpenSocket.MAX_PENDING_BYTES / 2, OpenSocket.MAX_PENDING_BYTES))
            .option(ChannelOption.AUTO_READ, directCalls == null)
            .handler(new UdpTransport(number, receiving.queue, receiving.endOfRead));
    if (nativeEpoll) {
      // Not together with recvmmsg: Netty then returns coalesced datagrams as one.
      bootstrap.option(EpollChannelOption.UDP_GRO, true);
    }
    // Bootstrap.bind would bind later; called on the loop these two complete at once.
    ChannelFuture registered = bootstrap.register();
    if (!registered.isSuccess()) {
      return new Result(null, String.valueOf(registered.cause()));
    }
    Channel channel = registered.channel();
    ChannelFuture bound = channel.bind(new InetSocketAddress(local.address(), local.port()));
    if (!bound.isSuccess()) {
      channel.close();
      return new Result(null, String.valueOf(bound.cause()));
    }
    if (nativeEpoll) {
      SocketOptions.receiveBuffer(channel, BUFFER_BYTES);
      if (!SocketOptions.mark(channel, UdpSockets.MARK)) {
        areMarked = false;
      }
    }
    if (nativeEpoll && !local.device().isEmpty()) {
      SocketOptions.bindToDevice(channel, local.device());
    }
    var address = (InetSocketAddress) channel.localAddress();
    var socket =
        new OpenSocket(
            number,
            new InetSocketAddress(local.address(), address.getPort()),
            channel,
            directCalls != null);
    receive(socket);
    return new Result(socket, "");
  }

  /** Starts to read a socket, where Netty does not. */
  private void receive(OpenSocket socket) {
    if (directCalls == null || reader == null) {
      return;
    }
    int fd = SocketCalls.duplicate(socket.fd);
    if (fd < 0) {
      log.warn(
          "socket {} cannot be duplicated (error {}), so Netty reads it, which costs more",
          socket.number,
          SocketCalls.errno());
      socket.channel.config().setAutoRead(true);
      nettySends = true;
      return;
    }
    socket.readsEcn(SocketOptions.requestTrafficClass(socket.channel, socket.v4));
    var receiver =
        new MessageReceiver(fd, socket.number, reader, receiving.queue, receiving.endOfRead);
    socket.receiver(receiver);
    BatchSender sender = sending.sender;
    if (sender != null) {
      var queue = new SendQueue(socket, sender, receiver::watchWritable);
      socket.sendQueue(queue);
      receiver.onWritable(
          () -> {
            sending.transmit.run();
            queue.writable(sending.batch);
          });
    }
    receiver.start(directCalls);
  }
}
