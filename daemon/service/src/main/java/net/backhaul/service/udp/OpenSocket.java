// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.epoll.EpollDatagramChannel;
import io.netty.channel.socket.DatagramPacket;
import io.netty.channel.unix.Errors;
import io.netty.channel.unix.SegmentedDatagramPacket;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import net.backhaul.engine.Traffic;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An open socket; its device may turn out not to take runs of datagrams. */
final class OpenSocket {
  private static final Logger log = LoggerFactory.getLogger(OpenSocket.class);

  /** What waits for a socket at most; data beyond it is lost, as in a full device queue. */
  static final int MAX_WAITING_BYTES = 4 * 1024 * 1024;

  /** What control may add to that. */
  private static final int MAX_WAITING_CONTROL_BYTES = 1024 * 1024;

  final int number;
  final InetSocketAddress address;
  final boolean v4;
  final Channel channel;

  /** The descriptor for calls of our own; -1 where Netty makes them. */
  final int fd;

  private @Nullable MessageReceiver receiver;
  private boolean takesRuns;

  OpenSocket(int number, InetSocketAddress address, Channel channel, boolean ownCalls) {
    this.number = number;
    this.address = address;
    this.v4 = address.getAddress() instanceof Inet4Address;
    this.channel = channel;
    this.fd =
        ownCalls && channel instanceof EpollDatagramChannel epoll ? epoll.fd().intValue() : -1;
    this.takesRuns =
        channel instanceof EpollDatagramChannel
            && EpollDatagramChannel.isSegmentedDatagramPacketSupported();
  }

  void receiver(MessageReceiver made) {
    receiver = made;
  }

  boolean takesRuns() {
    return takesRuns;
  }

  /** Returns whether more may be sent, or wait to be. */
  boolean hasRoomFor(Traffic traffic) {
    return channel.isWritable()
        || (traffic == Traffic.CONTROL
            && channel.bytesBeforeWritable() < MAX_WAITING_BYTES / 2 + MAX_WAITING_CONTROL_BYTES);
  }

  /** Sends what was collected, or lets it wait for the kernel behind what waits already. */
  void transmit(SendBatch out, @Nullable MessageSender sender) {
    if (!channel.isOpen()) {
      out.clear(); // Its descriptor may be another's by now.
      return;
    }
    int done = 0;
    if (sender != null && fd >= 0 && !hasWaiting()) {
      done = sender.send(this);
    }
    for (int run = done; run < out.runs(); run++) {
      write(out, run);
    }
    if (fd >= 0 && done < out.runs()) {
      channel.flush();
    }
    out.clear();
  }

  private boolean hasWaiting() {
    ChannelOutboundBuffer waiting = channel.unsafe().outboundBuffer();
    return waiting != null && waiting.totalPendingWriteBytes() > 0;
  }

  private void write(SendBatch out, int run) {
    Destination to = out.destination(run);
    int length = out.length(run);
    int segmentBytes = out.segmentBytes(run);
    ByteBuf content = channel.alloc().directBuffer(length);
    content.writeBytes(out.data().clear().position(out.start(run)).limit(out.start(run) + length));
    out.data().clear();
    if (out.isSingle(run)) {
      channel.write(new DatagramPacket(content, to.address), channel.voidPromise());
    } else if (takesRuns) {
      // Kept until the outcome is known.
      content.retain();
      channel
          .write(new SegmentedDatagramPacket(content, segmentBytes, to.address))
          .addListener((ChannelFuture sent) -> runSent(sent, to, content, segmentBytes));
    } else {
      writeSingly(to, content, segmentBytes);
    }
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
    if (sent.cause() instanceof Errors.NativeIoException refused
        && runRefused(to, -refused.expectedErr())) {
      writeSingly(to, content, segmentBytes);
      channel.eventLoop().execute(channel::flush);
    } else {
      content.release();
    }
  }

  /**
   * Remembers that the kernel has refused a run: the device can't cut it, or its datagrams are
   * longer than the way to their receiver takes in one piece. By itself each is cut up as IP does
   * it.
   *
   * @param reason what the kernel says
   * @return whether the datagrams of the run may be taken singly
   */
  boolean runRefused(Destination to, int reason) {
    log.trace("socket {}: a run to {} was refused: error {}", number, to.address, reason);
    switch (reason) {
      case SocketCalls.EIO -> takesRuns = false;
      case SocketCalls.EINVAL, SocketCalls.EMSGSIZE -> to.runRefused();
      default -> {
        return false;
      }
    }
    return true;
  }

  /** An unreachable network, a filter: the weather. */
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
