// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.relay;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.util.ReferenceCountUtil;
import io.netty.util.concurrent.ScheduledFuture;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireWriter;
import net.backhaul.protocol.relay.RelayRecordView;
import net.backhaul.protocol.relay.RelayRecords;
import net.backhaul.service.relay.RelayCounters.Count;
import net.backhaul.service.udp.UdpSockets;
import org.jspecify.annotations.Nullable;

/** One client of a relay: its connection, and the UDP socket that it has after its greeting. */
final class RelaySession extends ChannelInboundHandlerAdapter {
  private static final int DATAGRAM_BYTES = 2_048;
  private static final int DATAGRAMS_AT_ONCE = 16;

  private final InetSocketAddress listen;
  private final Predicate<InetSocketAddress> destinations;
  private final TokenBucket total;
  private final RelayCounters counters;
  private final TokenBucket rate;
  private final TokenBucket newDestinations;
  private final RecordReader reader = new RecordReader();
  private final WireWriter record = new WireWriter();
  private final Map<InetSocketAddress, Boolean> used = new LinkedHashMap<>(16, 0.75f, true);
  private @Nullable Channel client;
  private @Nullable Channel udp;
  private @Nullable ScheduledFuture<?> greetingDeadline;
  private boolean unflushed;

  /**
   * Creates it.
   *
   * @param total the rate limit of all sessions
   */
  RelaySession(
      InetSocketAddress listen,
      Predicate<InetSocketAddress> destinations,
      TokenBucket total,
      RelayCounters counters) {
    this.listen = listen;
    this.destinations = destinations;
    this.total = total;
    this.counters = counters;
    long nowNs = System.nanoTime();
    rate =
        new TokenBucket(
            RelayLimits.CLIENT_BYTES_PER_S,
            RelayLimits.CLIENT_BYTES_PER_S * RelayLimits.BURST_S,
            nowNs);
    newDestinations =
        new TokenBucket(
            RelayLimits.NEW_DESTINATIONS_PER_S, RelayLimits.NEW_DESTINATIONS_BURST, nowNs);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    client = context.channel();
    greetingDeadline =
        context
            .executor()
            .schedule(() -> closeInvalid(context), RelayLimits.GREETING_WITHIN_S, TimeUnit.SECONDS);
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    ScheduledFuture<?> deadline = greetingDeadline;
    if (deadline != null) {
      deadline.cancel(false);
    }
    Channel socket = udp;
    if (socket != null) {
      socket.close();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof IdleStateEvent) {
      context.close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }

  // From the client.

  /**
   * Counts all that the client sends, before TLS and whether or not a datagram comes of it: also
   * records that are dropped, and handshakes, take time of other clients.
   */
  final class FromNetwork extends ChannelInboundHandlerAdapter {
    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      if (message instanceof ByteBuf received) {
        rate.charge(received.readableBytes(), System.nanoTime());
        // TLS reads on while there is no whole record, even from a client that is not to be read.
        if (rate.owes(RelayLimits.MAX_BYTES_BEYOND_RATE)) {
          closeInvalid(context);
        }
      }
      context.fireChannelRead(message);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    try {
      if (message instanceof ByteBuf received && context.channel().isActive()) {
        reader.read(received, (kind, view, bytes) -> receive(context, kind, view, bytes));
      }
    } catch (WireException e) {
      closeInvalid(context);
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    Channel socket = udp;
    if (socket != null) {
      socket.flush();
    }
    pauseIfFast(context);
  }

  private void closeInvalid(ChannelHandlerContext context) {
    if (context.channel().isActive()) {
      counters.add(Count.INVALID);
      context.close();
    }
  }

  /** Stops reading a client that sends faster than it may, so that its TCP slows down. */
  private void pauseIfFast(ChannelHandlerContext context) {
    long pauseMs = rate.emptyForMs(System.nanoTime());
    if (pauseMs > 0 && context.channel().config().isAutoRead()) {
      context.channel().config().setAutoRead(false);
      context
          .executor()
          .schedule(
              () -> context.channel().config().setAutoRead(true), pauseMs, TimeUnit.MILLISECONDS);
    }
  }

  private void receive(
      ChannelHandlerContext context,
      RelayRecordView.Kind kind,
      RelayRecordView view,
      byte[] bytes) {
    Channel socket = udp;
    if (kind == RelayRecordView.Kind.GREETING) {
      if (socket == null) {
        open(context);
      }
    } else if (socket == null) {
      throw new WireException("the first record of a client is its greeting");
    } else if (kind == RelayRecordView.Kind.PACKET) {
      send(socket, view, bytes);
    }
  }

  /** Opens the UDP socket; called on the loop, it is bound at once. */
  private void open(ChannelHandlerContext context) {
    ScheduledFuture<?> deadline = greetingDeadline;
    if (deadline != null) {
      deadline.cancel(false);
    }
    boolean nativeEpoll = context.channel() instanceof EpollSocketChannel;
    var family = SocketProtocolFamily.INET;
    ChannelFuture registered =
        new Bootstrap()
            .group(context.channel().eventLoop())
            .channelFactory(
                () ->
                    nativeEpoll ? new EpollDatagramChannel(family) : new NioDatagramChannel(family))
            .option(
                ChannelOption.RECVBUF_ALLOCATOR,
                new FixedRecvByteBufAllocator(DATAGRAM_BYTES).maxMessagesPerRead(DATAGRAMS_AT_ONCE))
            .handler(new FromUdp())
            .register();
    Channel socket = registered.channel();
    if (!registered.isSuccess()
        || !socket.bind(new InetSocketAddress(listen.getAddress(), 0)).isSuccess()) {
      if (socket != null) {
        socket.close();
      }
      counters.add(Count.REJECTED);
      context.close();
      return;
    }
    if (nativeEpoll) {
      UdpSockets.mark(socket);
    }
    udp = socket;
  }

  private void send(Channel socket, RelayRecordView view, byte[] bytes) {
    InetSocketAddress to = view.endpoint();
    int length = view.packetLength();
    if (length < RelayLimits.MIN_PACKET_BYTES || length > RelayLimits.MAX_PACKET_BYTES) {
      counters.add(Count.DROPPED_LENGTH);
    } else if (!mayUse(to)) {
      counters.add(Count.DROPPED_DESTINATION);
    } else if (!total.take(length, System.nanoTime())) {
      counters.add(Count.DROPPED_RATE);
    } else {
      counters.add(Count.RELAYED_OUT);
      ByteBuf packet = Unpooled.copiedBuffer(bytes, view.packetStart(), length);
      socket.write(new DatagramPacket(packet, to), socket.voidPromise());
    }
  }

  private boolean mayUse(InetSocketAddress to) {
    if (!destinations.test(to)) {
      return false;
    }
    if (used.get(to) != null) {
      return true;
    }
    if (!newDestinations.take(1, System.nanoTime())) {
      return false;
    }
    if (used.size() >= RelayLimits.MAX_DESTINATIONS) {
      used.remove(used.keySet().iterator().next());
    }
    used.put(to, true);
    return true;
  }

  private boolean takeRate(int bytes) {
    long nowNs = System.nanoTime();
    return rate.take(bytes, nowNs) && total.take(bytes, nowNs);
  }

  // To the client.

  private void toClient(DatagramPacket datagram) {
    Channel to = client;
    int length = datagram.content().readableBytes();
    if (to == null || length < 1) {
      return;
    }
    if (length > RelayLimits.MAX_PACKET_BYTES) {
      counters.add(Count.DROPPED_LENGTH);
    } else if (!destinations.test(datagram.sender())) {
      counters.add(Count.DROPPED_DESTINATION);
    } else if (!takeRate(length)) {
      counters.add(Count.DROPPED_RATE);
    } else if (!to.isWritable()) {
      counters.add(Count.DROPPED_BACKLOG);
    } else {
      byte[] packet = new byte[length];
      datagram.content().getBytes(datagram.content().readerIndex(), packet);
      record.clear();
      RelayRecords.writePacket(record, datagram.sender(), packet, 0, length);
      counters.add(Count.RELAYED_IN);
      to.write(Unpooled.copiedBuffer(record.array(), 0, record.size()), to.voidPromise());
      unflushed = true;
    }
  }

  /** Receives the datagrams that are for the client. */
  private final class FromUdp extends SimpleChannelInboundHandler<DatagramPacket> {
    @Override
    protected void channelRead0(ChannelHandlerContext context, DatagramPacket datagram) {
      toClient(datagram);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
      Channel to = client;
      if (to != null && unflushed) {
        unflushed = false;
        to.flush();
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      // An ICMP error about a datagram before; the socket stays.
    }
  }
}
