// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import net.backhaul.engine.DatagramBatch;
import net.backhaul.service.NodeLoop;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Carries datagrams from one UDP socket to the node, all of one read at once. */
final class UdpTransport extends SimpleChannelInboundHandler<DatagramPacket> {
  private static final Logger log = LoggerFactory.getLogger(UdpTransport.class);
  private static final int BATCH_BYTES = 128 * 1024;

  private final NodeLoop loop;
  private final int socket;
  private final DatagramBatch batch = new DatagramBatch(BATCH_BYTES);

  UdpTransport(NodeLoop loop, int socket) {
    this.loop = loop;
    this.socket = socket;
    batch.clear(socket);
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, DatagramPacket datagram) {
    ByteBuf content = datagram.content();
    int length = content.readableBytes();
    if (length > DatagramBatch.MAX_DATAGRAM_BYTES) {
      return;
    }
    if (!batch.hasRoomFor(length)) {
      handOver();
    }
    content.readBytes(batch.bytes(), batch.end(), length);
    batch.add(datagram.sender(), length);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    handOver();
    loop.scheduleWakeUp();
  }

  private void handOver() {
    try {
      loop.node().receive(batch, NodeLoop.nowMs());
    } catch (RuntimeException e) {
      log.error("a mistake of ours while handling {} datagrams", batch.count(), e);
    }
    batch.clear(socket);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    // A refused or unreachable datagram of an earlier send: the network's weather.
    log.trace("socket {}: {}", socket, cause.toString());
  }
}
