// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelOption;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.socket.SocketProtocolFamily;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.unix.Errors;
import io.netty.channel.unix.RawUnixChannelOption;
import io.netty.channel.unix.SegmentedDatagramPacket;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.backhaul.engine.Traffic;
import net.backhaul.service.NodeLoop;
import org.jspecify.annotations.Nullable;
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
  private static final int DATAGRAM_BYTES = 10_240;

  /** What the kernel may have joined of datagrams that came one behind the other. */
  private static final int JOINED_BYTES = 65_536;

  private static final int READS_AT_ONCE = 16;

  /** What waits for a socket at most; what is sent beyond it is lost, as in a full device queue. */
  private static final int MAX_WAITING_BYTES = 4 * 1024 * 1024;

  private static final int EIO = 5;
  private static final int EINVAL = 22;
  private static final int EMSGSIZE = 90;

  /** What the kernel says of a run of datagrams that it would take singly. */
  private static final Set<Integer> RUN_REFUSED = Set.of(EIO, EINVAL, EMSGSIZE);

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
  private long lost;

  /** Datagrams of one size from one socket to one address, whichever packets they belong to. */
  private final DatagramRun run = new DatagramRun();

  private @Nullable Open runFrom;
  private @Nullable InetSocketAddress runTo;

  /** An open socket; its device may turn out not to take runs of datagrams. */
  private static final class Open {
    final int number;
    final InetSocketAddress address;
    final boolean v4;
    final Channel channel;
    final ChannelFutureListener runSent = this::runSent;
    boolean takesRuns;

    Open(int number, InetSocketAddress address, Channel channel) {
      this.number = number;
      this.address = address;
      this.v4 = address.getAddress() instanceof Inet4Address;
      this.channel = channel;
      this.takesRuns =
          channel instanceof EpollDatagramChannel
              && EpollDatagramChannel.isSegmentedDatagramPacketSupported();
    }

    boolean hasRoomFor(Traffic traffic) {
      return channel.isWritable()
          || (traffic == Traffic.CONTROL && channel.bytesBeforeWritable() < MAX_WAITING_BYTES);
    }

    /**
     * Gives up runs where the kernel refuses one: the device can't cut it, or a datagram is longer
     * than the way to its receiver takes in one piece. By itself each is cut up as IP does it.
     */
    private void runSent(ChannelFuture run) {
      if (run.cause() instanceof Errors.NativeIoException refused) {
        log.trace("socket {}: {}", number, refused.toString());
        takesRuns &= !RUN_REFUSED.contains(-refused.expectedErr());
      }
    }
  }

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
        each.getValue().channel.close();
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
      open.values().forEach(socket -> byNumber[socket.number] = socket);
    }
    return changed;
  }

  /** Returns the addresses (with ports) that datagrams to us may be sent to. */
  public List<InetSocketAddress> addresses() {
    return open.values().stream().map(socket -> socket.address).toList();
  }

  /**
   * Sends a run of datagrams that lie one behind the other from one socket, or (-1) from every one
   * of the address's family.
   *
   * @param length of all datagrams together
   * @param segmentBytes the size of each but the last, which may be shorter
   */
  public void send(
      Traffic traffic,
      int socket,
      InetSocketAddress to,
      byte[] bytes,
      int start,
      int length,
      int segmentBytes) {
    if (socket >= 0) {
      if (socket < byNumber.length && byNumber[socket] != null) {
        write(traffic, byNumber[socket], to, bytes, start, length, segmentBytes);
      }
      return;
    }
    boolean v4 = to.getAddress() instanceof Inet4Address;
    for (Open each : open.values()) {
      if (each.v4 == v4) {
        write(traffic, each, to, bytes, start, length, segmentBytes);
      }
    }
  }

  /** Returns how many datagrams were given up because too many waited. */
  public long lost() {
    return lost;
  }

  /** Sends a few bytes that shall die on the way, so that our own NAT lets answers in. */
  public void sendShortLived(int socket, InetSocketAddress to, byte[] bytes, int hops) {
    if (socket < 0 || socket >= byNumber.length || byNumber[socket] == null) {
      return;
    }
    Open from = byNumber[socket];
    flush();
    boolean limited = Epoll.isAvailable() && from.v4 && ttl(from.channel, hops);
    write(Traffic.CONTROL, from, to, bytes, 0, bytes.length, bytes.length);
    endRun();
    from.channel.flush();
    if (limited) {
      ttl(from.channel, DEFAULT_TTL);
    }
  }

  /** Lets all that was written leave. */
  public void flush() {
    endRun();
    for (Open each : open.values()) {
      each.channel.flush();
    }
  }

  public void close() {
    open.values().forEach(each -> each.channel.close());
    open.clear();
    byNumber = new Open[0];
  }

  /** Returns the channel of an open socket, for tests that make it behave as on odd devices. */
  Channel channel(int socket) {
    return byNumber[socket].channel;
  }

  private void write(
      Traffic traffic,
      Open from,
      InetSocketAddress to,
      byte[] bytes,
      int start,
      int length,
      int segmentBytes) {
    if (!from.hasRoomFor(traffic)) {
      lost += Math.ceilDiv(length, segmentBytes);
      return;
    }
    for (int done = 0; done < length; done += segmentBytes) {
      int part = Math.min(segmentBytes, length - done);
      if (from != runFrom || !to.equals(runTo) || !run.takes(part)) {
        endRun();
        runFrom = from;
        runTo = to;
      }
      run.add(bytes, start + done, part);
      if (!from.takesRuns) {
        endRun();
      }
    }
  }

  /** Hands what was collected to its socket. */
  private void endRun() {
    Open from = runFrom;
    InetSocketAddress to = runTo;
    runFrom = null;
    runTo = null;
    if (from != null && to != null) {
      ByteBuf content = run.copy(from.channel.alloc());
      if (run.isSingle()) {
        from.channel.write(new DatagramPacket(content, to), from.channel.voidPromise());
      } else {
        from.channel
            .write(new SegmentedDatagramPacket(content, run.segmentBytes(), to))
            .addListener(from.runSent);
      }
    }
    run.clear();
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
            .option(
                ChannelOption.RECVBUF_ALLOCATOR,
                new FixedRecvByteBufAllocator(nativeEpoll ? JOINED_BYTES : DATAGRAM_BYTES)
                    .maxMessagesPerRead(READS_AT_ONCE))
            .option(
                ChannelOption.WRITE_BUFFER_WATER_MARK,
                new WriteBufferWaterMark(MAX_WAITING_BYTES / 2, MAX_WAITING_BYTES))
            .handler(new UdpTransport(loop, nextNumber));
    if (nativeEpoll) {
      // Not together with recvmmsg: Netty then hands out joined datagrams as one.
      bootstrap.option(EpollChannelOption.UDP_GRO, true);
    }
    // Bootstrap.bind would bind later; on the loop that we are on these two are done at once.
    Channel channel = bootstrap.register().channel();
    ChannelFuture bound = channel.bind(new InetSocketAddress(local.address(), local.port()));
    if (!bound.isSuccess()) {
      log.debug("cannot bind {}: {}", local, String.valueOf(bound.cause()));
      channel.close();
      return false;
    }
    if (nativeEpoll && !local.device().isEmpty()) {
      bindToDevice(channel, local.device());
    }
    var address = (InetSocketAddress) channel.localAddress();
    open.put(
        local,
        new Open(nextNumber, new InetSocketAddress(local.address(), address.getPort()), channel));
    nextNumber++;
    return true;
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
}
