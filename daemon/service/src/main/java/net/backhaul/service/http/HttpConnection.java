// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.http;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import net.backhaul.json.Json;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the requests of one connection and answers them in order (04 section 4.3).
 *
 * <p>A request is read when the one before it has been answered and its answer written, so a
 * connection holds one body, one answer and {@link HttpLimits#MAX_READ_BYTES} of what follows.
 */
final class HttpConnection extends ChannelInboundHandlerAdapter {
  private static final Logger log = LoggerFactory.getLogger(HttpConnection.class);

  private enum State {
    /** Waits for a request, or for the rest of one. */
    READING,
    ANSWERING,
    /** Has sent its last answer and discards what still arrives. */
    LINGERING
  }

  private final AccessControl access;
  private final Resource root;
  private final ConnectionTable connections;
  private final InetAddress from;
  private final boolean manages;
  private final int maxBodyBytes;
  private final Queue<Object> inbound = new ArrayDeque<>();

  private State state = State.READING;
  private boolean inputClosed;
  private @Nullable RequestHead head;
  private @Nullable Response rejection;
  private @Nullable RequestBody body;
  private int discardedBytes;
  private @Nullable ResponseWriter writer;
  private @Nullable Future<?> timeout;

  HttpConnection(
      AccessControl access, Resource root, ConnectionTable connections, InetAddress from) {
    this.access = access;
    this.root = root;
    this.connections = connections;
    this.from = from;
    this.manages = access.mayManage(from);
    this.maxBodyBytes = manages ? HttpLimits.MAX_BODY_BYTES : HttpLimits.MAX_METRICS_BODY_BYTES;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    expectHead(context);
    context.read();
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    if (state == State.LINGERING) {
      ReferenceCountUtil.release(message);
    } else {
      inbound.add(message);
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    advance(context);
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof ChannelInputShutdownEvent) {
      inputClosed = true;
      advance(context);
    }
  }

  /** Handles what has been decoded as far as answers allow, then reads on. */
  private void advance(ChannelHandlerContext context) {
    while (state == State.READING && !inbound.isEmpty()) {
      Object message = inbound.remove();
      try {
        handle(context, message);
      } finally {
        ReferenceCountUtil.release(message);
      }
    }
    if (state == State.ANSWERING) {
      return;
    }
    if (inputClosed) {
      context.close();
    } else {
      context.read();
    }
  }

  private void handle(ChannelHandlerContext context, Object message) {
    if (message instanceof HttpRequest request) {
      begin(context, request);
    }
    if (message instanceof HttpContent content && state == State.READING) {
      collect(context, content);
    }
    if (message instanceof LastHttpContent && state == State.READING) {
      complete(context);
    }
  }

  private void begin(ChannelHandlerContext context, HttpRequest request) {
    var received = new RequestHead(request);
    if (received.isAuthenticated(access)) {
      connections.works(context.channel(), manages);
    }
    head = received;
    body = new RequestBody(connections.bodies(), maxBodyBytes);
    discardedBytes = 0;
    rejection = received.rejection(access, from, maxBodyBytes);
    Response rejected = rejection;
    restartTimeout(
        context,
        TimeUnit.SECONDS.toMillis(
            rejected == null
                ? HttpLimits.REQUEST_BODY_TIMEOUT_S
                : HttpLimits.REQUEST_HEAD_TIMEOUT_S),
        () -> end(context, rejected == null ? Response.empty(408) : rejected));
    if (rejection != null) {
      boolean unread =
          received.isMalformed()
              || received.expectsContinue()
              || received.contentLength() > HttpLimits.MAX_DISCARDED_BODY_BYTES;
      if (unread) {
        end(context, rejection);
      }
    } else if (received.expectsContinue()) {
      context.writeAndFlush(
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
    }
  }

  private void collect(ChannelHandlerContext context, HttpContent content) {
    if (content.decoderResult().isFailure()) {
      end(context, Response.BAD_REQUEST);
    } else if (rejection != null) {
      discardedBytes += content.content().readableBytes();
      if (discardedBytes > HttpLimits.MAX_DISCARDED_BODY_BYTES) {
        end(context, rejection);
      }
    } else if (body != null) {
      switch (body.append(content.content())) {
        case ADDED -> {}
        case BODY_TOO_LARGE -> end(context, Response.empty(413));
        case SERVER_FULL -> end(context, Response.empty(503));
      }
    }
  }

  private void complete(ChannelHandlerContext context) {
    RequestHead received = head;
    RequestBody collected = body;
    if (received == null || collected == null) {
      return;
    }
    Response early = rejection;
    CompletableFuture<Response> answer =
        early != null
            ? CompletableFuture.completedFuture(early)
            : resource(received, received.withBody(collected.view()));
    respond(context, answer, !received.keepsAlive());
  }

  private CompletableFuture<Response> resource(RequestHead received, Request request) {
    try {
      return root.answer(request).exceptionally(thrown -> failure(received, thrown));
    } catch (RuntimeException | Error e) {
      return CompletableFuture.completedFuture(failure(received, e));
    }
  }

  private Response failure(RequestHead received, Throwable thrown) {
    Throwable cause =
        thrown instanceof CompletionException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    if (cause instanceof RejectedRequest rejected) {
      return rejected.response();
    }
    if (!(cause instanceof IllegalArgumentException)) {
      connections.errors().answering(received, cause);
    }
    // The message of an error of linkage is the name of a class alone, others may have none.
    String reason = cause instanceof Error ? cause.toString() : String.valueOf(cause.getMessage());
    String description = Json.write(reason);
    return Response.json(500, "{\"error\": 500, \"description\": " + description + "}");
  }

  /** Answers and closes, whatever is still to be read of the request. */
  private void end(ChannelHandlerContext context, Response answer) {
    respond(context, CompletableFuture.completedFuture(answer), true);
  }

  private void respond(
      ChannelHandlerContext context, CompletableFuture<Response> answer, boolean last) {
    RequestHead received = head;
    if (received == null || state != State.READING) {
      return;
    }
    state = State.ANSWERING;
    cancelTimeout();
    answer
        .thenAcceptAsync(
            response -> {
              releaseBody();
              if (!context.channel().isActive()) {
                ResponseWriter.discard(response);
                return;
              }
              writer = new ResponseWriter(context, received, connections.errors(), last);
              writer.write(response, closes -> answered(context, closes));
            },
            context.executor())
        .exceptionally(
            thrown -> {
              connections.errors().writing(received, thrown);
              context.close();
              return null;
            });
  }

  private void answered(ChannelHandlerContext context, boolean closes) {
    writer = null;
    head = null;
    rejection = null;
    if (closes) {
      linger(context);
    } else {
      state = State.READING;
      expectHead(context);
    }
    advance(context);
  }

  /** Ends the output and discards input for a while: closing at once could destroy the answer. */
  private void linger(ChannelHandlerContext context) {
    state = State.LINGERING;
    releaseInbound();
    if (context.channel() instanceof DuplexChannel channel) {
      channel.shutdownOutput();
    }
    restartTimeout(context, HttpLimits.LINGER_MS, context::close);
  }

  private void expectHead(ChannelHandlerContext context) {
    connections.waits(context.channel(), manages);
    restartTimeout(
        context, TimeUnit.SECONDS.toMillis(HttpLimits.REQUEST_HEAD_TIMEOUT_S), context::close);
  }

  private void restartTimeout(ChannelHandlerContext context, long delayMs, Runnable action) {
    cancelTimeout();
    timeout = context.executor().schedule(action, delayMs, TimeUnit.MILLISECONDS);
  }

  private void cancelTimeout() {
    if (timeout != null) {
      timeout.cancel(false);
      timeout = null;
    }
  }

  private void releaseBody() {
    if (body != null) {
      body.release();
      body = null;
    }
  }

  private void releaseInbound() {
    inbound.forEach(ReferenceCountUtil::release);
    inbound.clear();
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (writer != null) {
      writer.onWritabilityChanged();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    cancelTimeout();
    releaseInbound();
    if (state == State.READING) {
      releaseBody();
    }
    if (writer != null) {
      writer.cancel();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    log.trace("connection from {} fails: {}", from, cause.toString());
    context.close();
  }
}
