// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.unix.RawUnixChannelOption;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.backhaul.service.NodeLoop;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The UDP sockets of the node: one for each address of the host and port (04 section 6.1.11).
 *
 * <p>Lives on the node loop. A socket keeps its number for as long as its address is there.
 */
public final class UdpSockets {
  /** How many sockets are opened at most, as in the reference. */
  public static final int MAX_SOCKETS = 256;

  private static final Logger log = LoggerFactory.getLogger(UdpSockets.class);
  private static final int BUFFER_BYTES = 4 * 1024 * 1024;
  private static final int READ_BYTES = 16 * 1024;
  private static final int READS_AT_ONCE = 16;
  private static final int SOL_SOCKET = 1;
  private static final int SO_BINDTODEVICE = 25;
  private static final int IFNAMSIZ = 16;
  private static final int IPPROTO_IP = 0;
  private static final int IP_TTL = 2;
  private static final int DEFAULT_TTL = 64;

  private final NodeLoop loop;
  private final Map<LocalAddress, Open> open = new LinkedHashMap<>();
  private Open[] byNumber = new Open[0];
  private int nextNumber;

  private record Open(int number, InetSocketAddress address, boolean v4, Channel channel) {}

  public UdpSockets(NodeLoop loop) {
    this.loop = loop;
  }

  /**
   * Opens a socket for every wanted address that has none and closes those no longer wanted.
   *
   * @return whether anything has changed
   */
  public boolean rebind(List<LocalAddress> wanted) {
    assert loop.eventLoop().inEventLoop();
    Set<LocalAddress> keep = new HashSet<>(wanted);
    boolean changed = false;
    for (Map.Entry<LocalAddress, Open> each : List.copyOf(open.entrySet())) {
      if (!keep.contains(each.getKey())) {
        open.remove(each.getKey());
        each.getValue().channel().close();
        changed = true;
      }
    }
    for (LocalAddress address : wanted) {
      if (!open.containsKey(address) && open.size() < MAX_SOCKETS) {
        changed |= bind(address);
      }
    }
    if (changed) {
      byNumber = new Open[nextNumber];
      open.values().forEach(socket -> byNumber[socket.number()] = socket);
    }
    return changed;
  }

  /** Returns the addresses (with ports) that datagrams to us may be sent to. */
  public List<InetSocketAddress> addresses() {
    return open.values().stream().map(Open::address).toList();
  }

  /** Sends a datagram from one socket or (-1) from every one of the address's family. */
  public void send(int socket, InetSocketAddress to, byte[] bytes, int start, int length) {
    if (socket >= 0) {
      if (socket < byNumber.length && byNumber[socket] != null) {
        write(byNumber[socket], to, bytes, start, length);
      }
      return;
    }
    boolean v4 = to.getAddress() instanceof Inet4Address;
    for (Open each : open.values()) {
      if (each.v4() == v4) {
        write(each, to, bytes, start, length);
      }
    }
  }

  /** Sends a few bytes that shall die on the way, so that our own NAT lets answers in. */
  public void sendShortLived(int socket, InetSocketAddress to, byte[] bytes, int hops) {
    if (socket < 0 || socket >= byNumber.length || byNumber[socket] == null) {
      return;
    }
    Open from = byNumber[socket];
    flush();
    boolean limited = Epoll.isAvailable() && from.v4() && ttl(from.channel(), hops);
    write(from, to, bytes, 0, bytes.length);
    from.channel().flush();
    if (limited) {
      ttl(from.channel(), DEFAULT_TTL);
    }
  }

  /** Lets all that was written leave. */
  public void flush() {
    for (Open each : open.values()) {
      each.channel().flush();
    }
  }

  public void close() {
    open.values().forEach(each -> each.channel().close());
    open.clear();
    byNumber = new Open[0];
  }

  private void write(Open from, InetSocketAddress to, byte[] bytes, int start, int length) {
    ByteBuf content = from.channel().alloc().directBuffer(length);
    content.writeBytes(bytes, start, length);
    from.channel().write(new DatagramPacket(content, to), from.channel().voidPromise());
  }

  private boolean bind(LocalAddress local) {
    boolean v4 = local.address() instanceof Inet4Address;
    boolean nativeEpoll = Epoll.isAvailable();
    var family = v4 ? SocketProtocolFamily.INET : SocketProtocolFamily.INET6;
    var bootstrap =
        new Bootstrap()
            .group(loop.eventLoop())
            .channelFactory(
                () ->
                    nativeEpoll ? new EpollDatagramChannel(family) : new NioDatagramChannel(family))
            .option(ChannelOption.SO_RCVBUF, BUFFER_BYTES)
            .option(ChannelOption.SO_SNDBUF, BUFFER_BYTES)
            .option(ChannelOption.SO_BROADCAST, true)
            .option(
                ChannelOption.RECVBUF_ALLOCATOR,
                new FixedRecvByteBufAllocator(READ_BYTES).maxMessagesPerRead(READS_AT_ONCE))
            .handler(new UdpTransport(loop, nextNumber));
    if (nativeEpoll) {
      bootstrap.option(EpollChannelOption.MAX_DATAGRAM_PAYLOAD_SIZE, 0);
      if (!v4) {
        bootstrap.option(EpollChannelOption.IP_BIND_ADDRESS_NO_PORT, false);
      }
    }
    ChannelFuture bound = bootstrap.bind(new InetSocketAddress(local.address(), local.port()));
    // The channel is registered with the loop that we are on, so this has completed already.
    if (!bound.isDone() || !bound.isSuccess()) {
      log.debug("cannot bind {}: {}", local, String.valueOf(bound.cause()));
      bound.channel().close();
      return false;
    }
    if (nativeEpoll && !local.device().isEmpty()) {
      bindToDevice(bound.channel(), local.device());
    }
    var address = (InetSocketAddress) bound.channel().localAddress();
    open.put(
        local, new Open(nextNumber, withAddress(address, local.address()), v4, bound.channel()));
    nextNumber++;
    return true;
  }

  private static InetSocketAddress withAddress(InetSocketAddress bound, InetAddress address) {
    return new InetSocketAddress(address, bound.getPort());
  }

  /** Keeps our own datagrams out of routes that lead into our networks. */
  private static void bindToDevice(Channel channel, String device) {
    ByteBuffer name = ByteBuffer.allocateDirect(IFNAMSIZ);
    name.put(device.getBytes(StandardCharsets.UTF_8)).clear();
    var option = new RawUnixChannelOption("SO_BINDTODEVICE", SOL_SOCKET, SO_BINDTODEVICE, IFNAMSIZ);
    try {
      channel.config().setOption(option, name);
    } catch (RuntimeException e) {
      log.debug("cannot bind a socket to {}: {}", device, e.toString());
    }
  }

  private static boolean ttl(Channel channel, int hops) {
    var option = new io.netty.channel.unix.IntegerUnixChannelOption("IP_TTL", IPPROTO_IP, IP_TTL);
    try {
      return channel.config().setOption(option, hops);
    } catch (RuntimeException e) {
      return false;
    }
  }

  /** Returns the numbers and addresses of all open sockets, for those who show them. */
  public List<InetSocketAddress> listening() {
    return new ArrayList<>(addresses());
  }
}
