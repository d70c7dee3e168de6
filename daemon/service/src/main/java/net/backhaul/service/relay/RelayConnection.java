// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.relay;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import net.backhaul.engine.DatagramBatch;
import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.LocalSocket;
import net.backhaul.engine.Output;
import net.backhaul.engine.Traffic;
import net.backhaul.protocol.Version;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireWriter;
import net.backhaul.protocol.relay.RelayRecordView;
import net.backhaul.protocol.relay.RelayRecords;
import net.backhaul.service.NodeLoop;
import net.backhaul.service.relay.RelayCounters.Count;
import net.backhaul.service.settings.TcpRelays.RelayAddress;
import net.backhaul.service.udp.UdpSockets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A connection to one TCP relay, which is opened again until it is closed. */
final class RelayConnection {
  private static final Logger log = LoggerFactory.getLogger(RelayConnection.class);
  private static final int CONNECT_WITHIN_MS = 5_000;
  private static final long FIRST_DELAY_MS = 1_000;
  private static final long LAST_DELAY_MS = 30_000;
  private static final int READ_BYTES = 65_536;

  private final NodeLoop loop;
  private final RelayAddress relay;
  private final Owner owner;
  private final WireWriter record = new WireWriter();
  private @Nullable Channel channel;
  private boolean closed;
  private int number = Output.ALL_SOCKETS;
  private long delayMs = FIRST_DELAY_MS;

  /** Is notified of what happens to a connection. */
  interface Owner {
    /** Returns the number of the connection, which can send from now on. */
    int opened();

    void closed();

    void received(DatagramBatch batch);

    RelayCounters counters();
  }

  RelayConnection(NodeLoop loop, RelayAddress relay, Owner owner) {
    this.loop = loop;
    this.relay = relay;
    this.owner = owner;
  }

  /**
   * Returns the number of the open connection, or {@link Output#ALL_SOCKETS} while there is none.
   */
  int number() {
    return number;
  }

  void open() {
    boolean nativeEpoll = loop.supportsDescriptors();
    ChannelFuture connected =
        new Bootstrap()
            .group(loop.eventLoop())
            .channel(nativeEpoll ? EpollSocketChannel.class : NioSocketChannel.class)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_WITHIN_MS)
            .option(ChannelOption.TCP_NODELAY, true)
            .option(ChannelOption.SO_KEEPALIVE, true)
            .option(
                ChannelOption.RECVBUF_ALLOCATOR,
                // One read at a time, so that a flood of the relay leaves their turns to others.
                new FixedRecvByteBufAllocator(READ_BYTES).maxMessagesPerRead(1))
            .option(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(
                    RelayLimits.MAX_BACKLOG_BYTES / 2, RelayLimits.MAX_BACKLOG_BYTES))
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel opened) {
                    initialize(opened, nativeEpoll);
                  }
                })
            .connect(relay.address(), source());
    channel = connected.channel();
    connected.addListener(done -> ifFailed(connected));
    connected.channel().closeFuture().addListener(done -> ended());
  }

  private @Nullable InetSocketAddress source() {
    InetAddress source = relay.source();
    return source == null ? null : new InetSocketAddress(source, 0);
  }

  private void ifFailed(ChannelFuture connected) {
    if (!connected.isSuccess()) {
      log.debug("no connection to the TCP relay {}: {}", relay, connected.cause().toString());
    }
  }

  private void initialize(Channel opened, boolean nativeEpoll) {
    if (nativeEpoll) {
      UdpSockets.mark(opened);
    }
    if (relay.tls()) {
      opened.pipeline().addLast(RelayTls.clientHandler(opened));
    }
    opened.pipeline().addLast(new Receiver());
  }

  /** Ends the connection, or the attempts to open it. */
  void close() {
    closed = true;
    number = Output.ALL_SOCKETS;
    Channel open = channel;
    if (open != null) {
      open.close();
    }
  }

  private void established(Channel open) {
    if (closed || number != Output.ALL_SOCKETS) {
      return;
    }
    record.clear();
    RelayRecords.writeGreeting(record, Version.MAJOR, Version.MINOR, Version.REVISION);
    write(open);
    open.flush();
    number = owner.opened();
  }

  private void ended() {
    if (closed) {
      return;
    }
    if (number != Output.ALL_SOCKETS) {
      number = Output.ALL_SOCKETS;
      owner.closed();
    }
    loop.executeAfter(
        delayMs,
        () -> {
          if (!closed) {
            open();
          }
        });
    delayMs = Math.min(2 * delayMs, LAST_DELAY_MS);
  }

  /** Sends datagrams; those that the connection does not take are dropped. */
  void send(DatagramRun run) {
    Channel open = channel;
    InetSocketAddress to = run.endpoint();
    if (open == null || !LocalSocket.relays(relay.address(), to)) {
      return;
    }
    for (int at = run.start(); at < run.end(); at += run.segmentBytes()) {
      int length = Math.min(run.segmentBytes(), run.end() - at);
      if (length < RelayLimits.MIN_PACKET_BYTES || length > RelayRecords.MAX_PACKET_BYTES) {
        continue;
      }
      if (!takes(open, run.traffic())) {
        owner.counters().add(Count.SEND_BACKLOG_FULL);
        continue;
      }
      record.clear();
      RelayRecords.writePacket(record, to, run.bytes(), at, length);
      owner.counters().add(Count.SENT_BYTES, record.size());
      write(open);
    }
  }

  /** Control has a backlog of its own beyond that of data. */
  private static boolean takes(Channel open, Traffic traffic) {
    return open.isWritable()
        || (traffic == Traffic.CONTROL
            && open.bytesBeforeWritable() < RelayLimits.MAX_BACKLOG_BYTES);
  }

  private void write(Channel open) {
    ByteBuf bytes = open.alloc().buffer(record.size());
    bytes.writeBytes(record.array(), 0, record.size());
    open.write(bytes, open.voidPromise());
  }

  void flush() {
    Channel open = channel;
    if (open != null && number != Output.ALL_SOCKETS) {
      open.flush();
    }
  }

  /** Receives the records of the relay. */
  private final class Receiver extends ChannelInboundHandlerAdapter {
    private final RecordReader reader = new RecordReader();
    private final DatagramBatch batch = new DatagramBatch(READ_BYTES);

    @Override
    public void channelActive(ChannelHandlerContext context) {
      if (!relay.tls()) {
        established(context.channel());
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof SslHandshakeCompletionEvent handshake && handshake.isSuccess()) {
        established(context.channel());
      }
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      try {
        if (!closed && message instanceof ByteBuf received) {
          owner.counters().add(Count.RECEIVED_BYTES, received.readableBytes());
          reader.read(received, this::receive);
        }
      } catch (WireException e) {
        log.debug("the TCP relay {} sends no records: {}", relay, e.getMessage());
        owner.counters().add(Count.RECEIVED_INVALID);
        context.close();
      } finally {
        ReferenceCountUtil.release(message);
      }
      deliver();
    }

    private void receive(RelayRecordView.Kind kind, RelayRecordView view, byte[] bytes) {
      if (kind != RelayRecordView.Kind.PACKET || number == Output.ALL_SOCKETS) {
        return;
      }
      int length = view.packetLength();
      // A relay that lies could name endpoints of this host or of its LAN.
      if (!LocalSocket.relays(relay.address(), view.endpoint())
          || view.endpoint().getPort() == 0
          || length > DatagramBatch.MAX_DATAGRAM_BYTES) {
        owner.counters().add(Count.RECEIVED_INVALID);
        return;
      }
      delayMs = FIRST_DELAY_MS;
      if (!batch.accepts(length)) {
        deliver();
      }
      System.arraycopy(bytes, view.packetStart(), batch.bytes(), batch.end(), length);
      batch.add(number, view.endpoint(), length);
    }

    private void deliver() {
      if (batch.count() > 0 && !closed) {
        owner.received(batch);
      }
      batch.clear();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      log.debug("the connection to the TCP relay {} fails: {}", relay, cause.toString());
      context.close();
    }
  }
}
