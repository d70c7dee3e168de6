// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.util.ReferenceCountUtil;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * Passes on one block of received bytes for each read that is requested.
 *
 * <p>When the client closes its output, epoll reads all that the socket holds whether or not a read
 * was requested. Decoded at once, it could be more requests than a connection may hold.
 */
final class ReadGate extends ChannelDuplexHandler {
  private final Queue<Object> received = new ArrayDeque<>();
  private boolean isReadRequested;
  private boolean isScheduled;
  private boolean isCompletionDue;

  @Override
  public void read(ChannelHandlerContext context) {
    isReadRequested = true;
    if (received.isEmpty()) {
      context.read();
    } else if (!isScheduled) {
      isScheduled = true; // Not at once: the next handler calls this from its own handling.
      context.executor().execute(() -> passNext(context));
    }
  }

  private void passNext(ChannelHandlerContext context) {
    isScheduled = false;
    Object next = received.poll();
    if (next == null) {
      return;
    }
    isReadRequested = false;
    if (next instanceof ByteBuf) {
      context.fireChannelRead(next);
      context.fireChannelReadComplete();
    } else {
      context.fireUserEventTriggered(next);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (isReadRequested && received.isEmpty()) {
      isReadRequested = false;
      isCompletionDue = true;
      context.fireChannelRead(message);
    } else {
      received.add(message);
    }
  }

  /** Passed on only after a block: the decoder takes it as a reason to request another one. */
  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    if (isCompletionDue) {
      isCompletionDue = false;
      context.fireChannelReadComplete();
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ChannelInputShutdownEvent && !received.isEmpty()) {
      received.add(event);
    } else {
      context.fireUserEventTriggered(event);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    received.forEach(ReferenceCountUtil::release);
    received.clear();
    context.fireChannelInactive();
  }
}
