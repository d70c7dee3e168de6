// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.DatagramPacket;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads a socket through Netty, where no {@link MessageReceiver} does. */
final class UdpTransport extends SimpleChannelInboundHandler<DatagramPacket> {
  private static final Logger log = LoggerFactory.getLogger(UdpTransport.class);

  private final int socket;
  private final ReceivedRun run;
  private final ReceiveQueue receiveQueue;
  private final Runnable endOfRead;

  UdpTransport(int socket, ReceiveQueue receiveQueue, Runnable endOfRead) {
    this.socket = socket;
    this.run = new ReceivedRun(socket);
    this.receiveQueue = receiveQueue;
    this.endOfRead = endOfRead;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, DatagramPacket datagram) {
    ByteBuf content = datagram.content();
    int length = content.readableBytes();
    ByteBuffer memory = content.internalNioBuffer(content.readerIndex(), length);
    receiveQueue.take(
        run.from(datagram.sender(), datagram.sender().hashCode())
            .wrap(memory, memory.position(), length, length));
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    endOfRead.run();
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    // An ICMP error for an earlier datagram: nothing to do.
    log.trace("socket {}: {}", socket, cause.toString());
  }
}
