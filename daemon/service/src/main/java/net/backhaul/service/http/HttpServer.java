// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.timeout.WriteTimeoutHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Accepts HTTP connections on a TCP port, for IPv4 and IPv6 separately (04 section 4.1). */
public final class HttpServer implements AutoCloseable {
  private static final int IPPROTO_IPV6 = 41;
  private static final int IPV6_V6ONLY = 26;
  private static final int BACKLOG = 64;
  private static final int MIN_READ_BYTES = 1_024;

  private final AccessControl access;
  private final Resource root;
  private final MultiThreadIoEventLoopGroup group;
  private final List<Channel> listening = new ArrayList<>();
  private final ConnectionTable connections =
      new ConnectionTable(new BodyBudget(HttpLimits.MAX_TOTAL_BODY_BYTES));
  private final DescriptorReserve reserve = new DescriptorReserve(connections::evictWaiting);

  public HttpServer(AccessControl access, Resource root) {
    this.access = access;
    this.root = root;
    this.group =
        new MultiThreadIoEventLoopGroup(
            1,
            new DefaultThreadFactory("http", true),
            Epoll.isAvailable() ? StableEpoll.newFactory() : NioIoHandler.newFactory());
  }

  /** Listens on every address of one family; returns whether the port could be bound. */
  public boolean listen(SocketProtocolFamily family, int port) {
    boolean v6 = family == SocketProtocolFamily.INET6;
    // Java's own IPv6 sockets accept IPv4 as well, so there only the loopback address is bound.
    String all = !v6 ? "0.0.0.0" : Epoll.isAvailable() ? "::" : "::1";
    var bootstrap =
        new ServerBootstrap()
            .group(group)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .childOption(ChannelOption.AUTO_READ, false)
            .childOption(ChannelOption.ALLOW_HALF_CLOSURE, true)
            // Pools and arenas never release the memory of a burst; requests are rare.
            .childOption(ChannelOption.ALLOCATOR, UnpooledByteBufAllocator.DEFAULT)
            .childOption(
                ChannelOption.RECVBUF_ALLOCATOR,
                new AdaptiveRecvByteBufAllocator(
                    MIN_READ_BYTES, MIN_READ_BYTES, HttpLimits.MAX_READ_BYTES))
            .childOption(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(
                    HttpLimits.SEND_BUFFER_BYTES / 2, HttpLimits.SEND_BUFFER_BYTES))
            .channelFactory(
                () ->
                    Epoll.isAvailable()
                        ? new EpollServerSocketChannel(family)
                        : new NioServerSocketChannel())
            .handler(reserve)
            .childHandler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    accept(channel);
                  }
                });
    if (v6 && Epoll.isAvailable()) {
      bootstrap.option(new IntegerUnixChannelOption("IPV6_V6ONLY", IPPROTO_IPV6, IPV6_V6ONLY), 1);
    }
    ChannelFuture bound = bootstrap.bind(new InetSocketAddress(all, port)).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      return false;
    }
    listening.add(bound.channel());
    return true;
  }

  /** Returns the bound ports, in the order they were bound. */
  public List<Integer> ports() {
    return listening.stream()
        .map(channel -> ((InetSocketAddress) channel.localAddress()).getPort())
        .toList();
  }

  private void accept(Channel channel) {
    channel.closeFuture().addListener(closed -> reserve.reclaim());
    var from = ((InetSocketAddress) channel.remoteAddress()).getAddress();
    if (!connections.add(channel, access.mayManage(from))) {
      channel.close();
      return;
    }
    channel
        .pipeline()
        .addLast(new WriteTimeoutHandler(HttpLimits.SEND_TIMEOUT_S))
        .addLast(new ReadGate())
        .addLast(
            new HttpServerCodec(
                new HttpDecoderConfig()
                    .setMaxInitialLineLength(HttpLimits.MAX_REQUEST_LINE_BYTES)
                    .setMaxHeaderSize(HttpLimits.MAX_HEADER_BYTES),
                HttpLimits.MAX_PIPELINED_REQUESTS))
        .addLast(new HttpConnection(access, root, connections, from));
  }

  @Override
  public void close() {
    listening.forEach(channel -> channel.close().awaitUninterruptibly(1, TimeUnit.SECONDS));
    reserve.close();
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(1, TimeUnit.SECONDS);
  }
}
