// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.http;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.IntegerUnixChannelOption;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpServerCodec;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Listens for HTTP on a TCP port, for IPv4 and IPv6 apart (04 section 4.1). */
public final class HttpServer implements AutoCloseable {
  /** The longest request line; a longer one is answered with 414. */
  static final int MAX_LINE_BYTES = 8_192;

  static final int MAX_HEADERS_BYTES = 32 * 1024;

  /** The longest body of those who may use the API. */
  static final int MAX_BODY_BYTES = 4 * 1024 * 1024;

  /** The longest body of everybody else, who may only ask for metrics. */
  static final int MAX_STRANGER_BODY_BYTES = 1024;

  /** How many connections are open at once; one more is closed as it comes. */
  static final int MAX_CONNECTIONS = 128;

  /** The same for those who may only ask for metrics, so that they keep nobody else out. */
  static final int MAX_STRANGER_CONNECTIONS = 16;

  static final int IDLE_S = 5;

  private static final int IPPROTO_IPV6 = 41;
  private static final int IPV6_V6ONLY = 26;
  private static final int BACKLOG = 64;

  private final AccessControl access;
  private final Resource root;
  private final MultiThreadIoEventLoopGroup group;
  private final List<Channel> listening = new ArrayList<>();
  private int connections;
  private int strangerConnections;

  public HttpServer(AccessControl access, Resource root) {
    this.access = access;
    this.root = root;
    this.group =
        new MultiThreadIoEventLoopGroup(
            1,
            new DefaultThreadFactory("http", true),
            Epoll.isAvailable() ? EpollIoHandler.newFactory() : NioIoHandler.newFactory());
  }

  /** Starts to listen on every address of one family; returns whether that worked. */
  public boolean listen(SocketProtocolFamily family, int port) {
    boolean v6 = family == SocketProtocolFamily.INET6;
    // Java's own IPv6 sockets take IPv4 as well, so there the loopback address has to do.
    String all = !v6 ? "0.0.0.0" : Epoll.isAvailable() ? "::" : "::1";
    var bootstrap =
        new ServerBootstrap()
            .group(group)
            .option(io.netty.channel.ChannelOption.SO_BACKLOG, BACKLOG)
            .channelFactory(
                () ->
                    Epoll.isAvailable()
                        ? new EpollServerSocketChannel(family)
                        : new NioServerSocketChannel())
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

  /** Returns the ports that are listened on. */
  public List<Integer> ports() {
    return listening.stream()
        .map(channel -> ((InetSocketAddress) channel.localAddress()).getPort())
        .toList();
  }

  private void accept(Channel channel) {
    var from = ((InetSocketAddress) channel.remoteAddress()).getAddress();
    boolean manages = access.mayManage(from);
    if (manages
        ? connections >= MAX_CONNECTIONS
        : strangerConnections >= MAX_STRANGER_CONNECTIONS) {
      channel.close();
      return;
    }
    count(manages, 1);
    channel.closeFuture().addListener(closed -> count(manages, -1));
    int maxBody = manages ? MAX_BODY_BYTES : MAX_STRANGER_BODY_BYTES;
    channel
        .pipeline()
        .addLast(new IdleStateHandler(0, 0, IDLE_S))
        .addLast(
            new HttpServerCodec(
                new HttpDecoderConfig()
                    .setMaxInitialLineLength(MAX_LINE_BYTES)
                    .setMaxHeaderSize(MAX_HEADERS_BYTES)))
        .addLast(new HttpObjectAggregator(maxBody))
        .addLast(new HttpConnection(access, root, from));
  }

  private void count(boolean manages, int more) {
    if (manages) {
      connections += more;
    } else {
      strangerConnections += more;
    }
  }

  @Override
  public void close() {
    listening.forEach(channel -> channel.close().awaitUninterruptibly(1, TimeUnit.SECONDS));
    group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(1, TimeUnit.SECONDS);
  }
}
