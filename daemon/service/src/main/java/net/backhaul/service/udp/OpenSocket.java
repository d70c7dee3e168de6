// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.Errors;
import io.netty.channel.unix.SegmentedDatagramPacket;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.Traffic;
import net.backhaul.protocol.packet.Ecn;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An open UDP socket, and what its device supports. */
final class OpenSocket {
  private static final Logger log = LoggerFactory.getLogger(OpenSocket.class);

  /** Send queue limit of a socket; data beyond it is dropped, as in a full device queue. */
  static final int MAX_PENDING_BYTES = 4 * 1024 * 1024;

  /** The additional bytes for control datagrams. */
  private static final int MAX_PENDING_CONTROL_BYTES = 1024 * 1024;

  final int number;
  final InetSocketAddress address;
  final boolean v4;
  final Channel channel;

  /** The descriptor for direct system calls; -1 where Netty makes them. */
  final int fd;

  private @Nullable MessageReceiver receiver;
  private @Nullable SendQueue sendQueue;
  private boolean supportsRuns;
  private boolean readsEcn;
  private boolean supportsDscp = true;
  private int dscpBits;

  OpenSocket(int number, InetSocketAddress address, Channel channel, boolean ownCalls) {
    this.number = number;
    this.address = address;
    this.v4 = address.getAddress() instanceof Inet4Address;
    this.channel = channel;
    this.fd =
        ownCalls && channel instanceof EpollDatagramChannel epoll ? epoll.fd().intValue() : -1;
    this.supportsRuns =
        channel instanceof EpollDatagramChannel
            && EpollDatagramChannel.isSegmentedDatagramPacketSupported();
  }

  void receiver(MessageReceiver made) {
    receiver = made;
  }

  /** Sets the queue of direct system calls; without one, Netty sends. */
  void sendQueue(SendQueue made) {
    sendQueue = made;
  }

  /** Returns whether datagrams are queued until the kernel takes them, flow by flow. */
  boolean queuesFlows() {
    return sendQueue != null && sendQueue.isBlocked();
  }

  /** Returns how many datagrams the queue has dropped. */
  long dropped() {
    return sendQueue == null ? 0 : sendQueue.dropped();
  }

  /** Sets that received datagrams come with the ECN field of their IP header. */
  void readsEcn(boolean reads) {
    readsEcn = reads;
  }

  boolean readsEcn() {
    return readsEcn;
  }

  boolean supportsRuns() {
    return supportsRuns;
  }

  /** Returns whether the send queue accepts a run; a fair queue drops others for it. */
  boolean accepts(Traffic traffic) {
    return sendQueue != null
        || channel.isWritable()
        || (traffic == Traffic.CONTROL
            && channel.bytesBeforeWritable() < MAX_PENDING_BYTES / 2 + MAX_PENDING_CONTROL_BYTES);
  }

  /** Sends a batch, or queues what the kernel does not take, and clears it. */
  void transmit(SendBatch out) {
    if (!channel.isOpen()) {
      out.clear(); // Its descriptor may have been reused.
    } else if (sendQueue != null) {
      sendQueue.transmit(out);
    } else {
      for (int run = 0; run < out.runs(); run++) {
        write(out, run);
      }
      out.clear();
    }
  }

  /**
   * Sends one datagram that neither host nor router may fragment; returns false if this socket
   * can't.
   *
   * @param batch empty
   */
  boolean transmitUnfragmented(Destination to, DatagramRun datagram, SendBatch batch) {
    return sendQueue != null
        && channel.isOpen()
        && sendQueue.transmitUnfragmented(to, datagram, batch);
  }

  private void write(SendBatch out, int run) {
    dscp(out.trafficClass(run) & ~Ecn.MASK);
    Destination to = out.destination(run);
    int length = out.length(run);
    int segmentBytes = out.segmentBytes(run);
    ByteBuf content = channel.alloc().directBuffer(length);
    content.writeBytes(out.data().clear().position(out.start(run)).limit(out.start(run) + length));
    out.data().clear();
    if (out.isSingle(run)) {
      channel.write(new DatagramPacket(content, to.address), channel.voidPromise());
    } else if (supportsRuns) {
      // Retained until the outcome is known.
      content.retain();
      channel
          .write(new SegmentedDatagramPacket(content, segmentBytes, to.address))
          .addListener((ChannelFuture sent) -> runSent(sent, to, content, segmentBytes));
    } else {
      writeSingly(to, content, segmentBytes);
    }
  }

  /**
   * Sets the DSCP of what Netty sends from now on. It is one of the socket: what waits because the
   * socket is full leaves with that of later datagrams.
   */
  private void dscp(int bits) {
    if (bits == dscpBits || !supportsDscp) {
      return;
    }
    channel.flush();
    supportsDscp = SocketOptions.trafficClass(channel, bits);
    dscpBits = bits;
  }

  private void writeSingly(Destination to, ByteBuf content, int segmentBytes) {
    while (content.isReadable()) {
      int length = Math.min(segmentBytes, content.readableBytes());
      channel.write(
          new DatagramPacket(content.readRetainedSlice(length), to.address), channel.voidPromise());
    }
    content.release();
  }

  private void runSent(ChannelFuture sent, Destination to, ByteBuf content, int segmentBytes) {
    if (sent.cause() instanceof Errors.NativeIoException rejected
        && runRejected(to, -rejected.expectedErr())) {
      writeSingly(to, content, segmentBytes);
      channel.eventLoop().execute(channel::flush);
    } else {
      content.release();
    }
  }

  /**
   * Records that the kernel has rejected a run: the device cannot segment it, or its datagrams are
   * larger than the path MTU. Sent singly, each is fragmented by IP.
   *
   * @param reason the errno of the kernel
   * @return whether the datagrams of the run may be sent singly
   */
  boolean runRejected(Destination to, int reason) {
    log.trace("socket {}: a run to {} was rejected: error {}", number, to.address, reason);
    switch (reason) {
      case SocketCalls.EIO -> supportsRuns = false;
      case SocketCalls.EINVAL, SocketCalls.EMSGSIZE -> to.runRejected();
      default -> {
        return false;
      }
    }
    return true;
  }

  /** A datagram was not sent, for example to an unreachable network; logged at trace only. */
  void notSent(int reason) {
    log.trace("socket {}: not sent: error {}", number, reason);
  }

  void close() {
    if (receiver != null) {
      receiver.close();
    }
    channel.close();
  }
}
