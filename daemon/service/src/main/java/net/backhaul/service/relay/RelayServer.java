// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.relay;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.service.relay.RelayCounters.Count;
import net.backhaul.service.system.OpenFiles;
import org.jspecify.annotations.Nullable;

/**
 * A TCP relay: sends the packets of its clients as UDP datagrams, and returns the answers to them
 * (02 section 4.7). Anybody may be a client, so everything is limited ({@link RelayLimits}).
 */
final class RelayServer implements AutoCloseable {
  private static final int BACKLOG = 64;
  private static final int READ_BYTES = 16_384;
  private static final int IPV6_NETWORK_BYTES = 8;

  private final InetSocketAddress listen;
  private final Predicate<InetSocketAddress> destinations;
  private final RelayCounters counters;
  private final MultiThreadIoEventLoopGroup group;
  private final Map<Bytes, Integer> perAddress = new HashMap<>();
  private final TokenBucket total;
  private @Nullable Channel channel;
  private @Nullable SslContext tls;
  private final int maxConnections;
  private int connections;

  /**
   * Creates a relay that does not listen yet.
   *
   * @param destinations the endpoints that it may forward to
   */
  RelayServer(
      InetSocketAddress listen, Predicate<InetSocketAddress> destinations, RelayCounters counters) {
    this.listen = listen;
    this.destinations = destinations;
    this.counters = counters;
    this.maxConnections = RelayLimits.maxConnections(OpenFiles.limitOfProcess());
    this.total =
        new TokenBucket(
            RelayLimits.TOTAL_BYTES_PER_S,
            RelayLimits.TOTAL_BYTES_PER_S * RelayLimits.BURST_S,
            System.nanoTime());
    this.group =
        new MultiThreadIoEventLoopGroup(
            1,
            new DefaultThreadFactory("relay", true),
            Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
  }

  /** Listens; throws if the address cannot be bound. */
  void start() throws IOException {
    ChannelFuture bound =
        new ServerBootstrap()
            .group(group)
            .channel(
                Epoll.isAvailable() ? EpollServerSocketChannel.class : NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(
                ChannelOption.RECVBUF_ALLOCATOR,
                new FixedRecvByteBufAllocator(READ_BYTES).maxMessagesPerRead(1))
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(
                    RelayLimits.MAX_BACKLOG_BYTES / 2, RelayLimits.MAX_BACKLOG_BYTES))
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel client) {
                    accept(client);
                  }
                })
            .bind(listen)
            .awaitUninterruptibly();
    if (!bound.isSuccess()) {
      group.shutdownGracefully(0, 1, TimeUnit.SECONDS);
      throw new IOException(bound.cause().getMessage(), bound.cause());
    }
    channel = bound.channel();
  }

  /** Returns where it listens. */
  InetSocketAddress address() {
    Channel bound = channel;
    return bound == null ? listen : (InetSocketAddress) bound.localAddress();
  }

  private void accept(Channel client) {
    Bytes from = network(((InetSocketAddress) client.remoteAddress()).getAddress());
    if (connections >= maxConnections
        || perAddress.getOrDefault(from, 0) >= RelayLimits.MAX_CONNECTIONS_PER_ADDRESS) {
      counters.add(Count.REJECTED);
      client.close();
      return;
    }
    connections++;
    counters.add(Count.CLIENTS);
    perAddress.merge(from, 1, Integer::sum);
    client
        .closeFuture()
        .addListener(
            closed -> {
              connections--;
              counters.add(Count.CLIENTS, -1);
              perAddress.computeIfPresent(from, (key, count) -> count == 1 ? null : count - 1);
            });
    var session = new RelaySession(listen, destinations, total, counters);
    client
        .pipeline()
        .addLast(new IdleStateHandler(RelayLimits.IDLE_S, 0, 0))
        .addLast(session.new FromNetwork())
        .addLast(new TlsDetector(this::tls))
        .addLast(session);
  }

  /** Returns the address, or the network that one host may have all addresses of. */
  private static Bytes network(InetAddress address) {
    byte[] ip = address.getAddress();
    return Bytes.of(address instanceof Inet4Address ? ip : Arrays.copyOf(ip, IPV6_NETWORK_BYTES));
  }

  /** The certificate is made for the first client that needs it. */
  private SslContext tls() throws IOException {
    SslContext context = tls;
    if (context == null) {
      context = RelayTls.server(listen.getAddress().getHostAddress());
      tls = context;
    }
    return context;
  }

  @Override
  public void close() {
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(2, TimeUnit.SECONDS);
  }
}
