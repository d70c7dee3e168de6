// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.portmapping;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.service.NodeLoop;
import net.backhaul.service.portmapping.protocol.Gateway;
import net.backhaul.service.portmapping.protocol.MappingLimits;
import net.backhaul.service.portmapping.protocol.PortMapper;
import net.backhaul.service.udp.UdpSockets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sockets of a {@link PortMapper}: one to the gateway, one for its announcements, one while
 * UPnP searches, and a connection during an HTTP exchange. Lives on the node loop.
 */
final class MapperSockets {
  private static final Logger log = LoggerFactory.getLogger(MapperSockets.class);
  private static final InetSocketAddress SEARCH_GROUP =
      new InetSocketAddress(Endpoints.parseIp("239.255.255.250"), 1900);

  /** Where routers announce that they were restarted (RFC 6887 section 14.1, RFC 6886 3.2.1). */
  private static final int ANNOUNCEMENT_PORT = 5350;

  private static final int READ_BYTES = 4_096;

  private final NodeLoop loop;
  private final Receiver receiver;
  private @Nullable Gateway gateway;
  private @Nullable Channel toGateway;
  private @Nullable Channel announcements;
  private @Nullable Channel search;
  private @Nullable Channel connection;

  /** Takes what the sockets receive. */
  interface Receiver {
    void received(InetAddress from, byte[] bytes);

    void unreachable();

    void announced(InetAddress from, byte[] bytes);

    void found(InetAddress from, byte[] bytes);

    void responded(int exchange, byte[] bytes);

    void closed(int exchange);
  }

  MapperSockets(NodeLoop loop, Receiver receiver) {
    this.loop = loop;
    this.receiver = receiver;
  }

  /** Sets the gateway, for which there are sockets of their own; null closes them all. */
  void gateway(@Nullable Gateway changed) {
    close(toGateway);
    toGateway = null;
    endSearch();
    endExchange();
    gateway = changed;
    if (changed == null) {
      close(announcements);
      announcements = null;
    } else if (announcements == null) {
      announcements =
          datagrams(
              new InetSocketAddress(Endpoints.parseIp("0.0.0.0"), ANNOUNCEMENT_PORT),
              null,
              (from, bytes) -> receiver.announced(from.getAddress(), bytes));
    }
  }

  void sendToGateway(byte[] datagram) {
    Gateway to = gateway;
    if (to == null) {
      return;
    }
    if (toGateway == null) {
      toGateway =
          datagrams(
              new InetSocketAddress(to.local().getAddress(), 0),
              new InetSocketAddress(to.address(), PortMapper.GATEWAY_PORT),
              (from, bytes) -> receiver.received(from.getAddress(), bytes));
    }
    send(toGateway, new InetSocketAddress(to.address(), PortMapper.GATEWAY_PORT), datagram);
  }

  void search(byte[] datagram) {
    Gateway from = gateway;
    if (from == null) {
      return;
    }
    if (search == null) {
      // Bound to the address of the uplink, so that the kernel sends to the group over it.
      search =
          datagrams(
              new InetSocketAddress(from.local().getAddress(), 0),
              null,
              (sender, bytes) -> receiver.found(sender.getAddress(), bytes));
    }
    send(search, SEARCH_GROUP, datagram);
  }

  void endSearch() {
    close(search);
    search = null;
  }

  private void send(Channel over, InetSocketAddress to, byte[] datagram) {
    over.writeAndFlush(new DatagramPacket(Unpooled.copiedBuffer(datagram), to))
        .addListener(
            sent -> {
              if (!sent.isSuccess()) {
                log.debug("nothing was sent to {}: {}", to, String.valueOf(sent.cause()));
              }
            });
  }

  /** Opens a socket; one that cannot be bound or connected drops what it is given to send. */
  private Channel datagrams(
      InetSocketAddress local, @Nullable InetSocketAddress remote, Datagrams handler) {
    boolean nativeEpoll = loop.supportsDescriptors();
    var bootstrap =
        new Bootstrap()
            .group(loop.eventLoop())
            .channel(nativeEpoll ? EpollDatagramChannel.class : NioDatagramChannel.class)
            .option(ChannelOption.SO_REUSEADDR, local.getPort() != 0)
            .option(
                ChannelOption.RECVBUF_ALLOCATOR,
                new FixedRecvByteBufAllocator(MappingLimits.MAX_DATAGRAM_BYTES)
                    .maxMessagesPerRead(MappingLimits.MAX_SEARCH_ANSWERS))
            .handler(new DatagramHandler(handler, remote != null));
    var opened = remote == null ? bootstrap.bind(local) : bootstrap.connect(remote, local);
    if (nativeEpoll) {
      UdpSockets.mark(opened.channel());
    }
    opened.addListener(
        done -> {
          if (!done.isSuccess()) {
            log.debug("no socket at {}: {}", local, String.valueOf(done.cause()));
          }
        });
    return opened.channel();
  }

  /** Takes datagrams. */
  private interface Datagrams {
    void received(InetSocketAddress from, byte[] bytes);
  }

  private final class DatagramHandler extends ChannelInboundHandlerAdapter {
    private final Datagrams handler;
    private final boolean isConnected;

    DatagramHandler(Datagrams handler, boolean isConnected) {
      this.handler = handler;
      this.isConnected = isConnected;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      try {
        if (message instanceof DatagramPacket packet && context.channel().isOpen()) {
          handler.received(packet.sender(), bytes(packet.content()));
        }
      } finally {
        ReferenceCountUtil.release(message);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      log.debug("a socket of the port mapping: {}", cause.toString());
      if (isConnected) {
        receiver.unreachable(); // The gateway has answered by ICMP.
      }
    }
  }

  void exchange(int exchange, InetSocketAddress to, byte[] request) {
    endExchange();
    Gateway from = gateway;
    if (from == null) {
      return;
    }
    boolean nativeEpoll = loop.supportsDescriptors();
    var connected =
        new Bootstrap()
            .group(loop.eventLoop())
            .channel(nativeEpoll ? EpollSocketChannel.class : NioSocketChannel.class)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) MappingLimits.EXCHANGE_WITHIN_MS)
            .option(
                ChannelOption.RECVBUF_ALLOCATOR,
                new FixedRecvByteBufAllocator(READ_BYTES).maxMessagesPerRead(1))
            .handler(new ExchangeHandler(exchange, request))
            .connect(to, new InetSocketAddress(from.local().getAddress(), 0));
    connection = connected.channel();
    if (nativeEpoll) {
      UdpSockets.mark(connected.channel());
    }
    connected.channel().closeFuture().addListener(done -> receiver.closed(exchange));
  }

  private final class ExchangeHandler extends ChannelInboundHandlerAdapter {
    private final int exchange;
    private final byte[] request;

    ExchangeHandler(int exchange, byte[] request) {
      this.exchange = exchange;
      this.request = request;
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
      context.writeAndFlush(Unpooled.copiedBuffer(request));
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
      try {
        if (message instanceof ByteBuf received && context.channel().isOpen()) {
          receiver.responded(exchange, bytes(received));
        }
      } finally {
        ReferenceCountUtil.release(message);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      log.debug("a connection to the router: {}", cause.toString());
      context.close();
    }
  }

  void endExchange() {
    close(connection);
    connection = null;
  }

  private static byte[] bytes(ByteBuf from) {
    byte[] bytes = new byte[from.readableBytes()];
    from.readBytes(bytes);
    return bytes;
  }

  private static void close(@Nullable Channel channel) {
    if (channel != null) {
      channel.close();
    }
  }
}
