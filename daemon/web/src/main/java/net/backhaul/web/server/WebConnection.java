// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.server;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import net.backhaul.web.http.EventStream;
import net.backhaul.web.http.FileBody;
import net.backhaul.web.http.RequestProblem;
import net.backhaul.web.http.SecurityHeaders;
import net.backhaul.web.http.WebLimits;
import net.backhaul.web.http.WebRequest;
import net.backhaul.web.http.WebResponse;
import org.jspecify.annotations.Nullable;

/**
 * One connection: reads a request, answers it, and then reads the next. A client that sends the
 * next one before the answer has its connection closed after it.
 */
final class WebConnection extends ChannelInboundHandlerAdapter {
  private static final int HEARTBEAT_S = 15;
  private static final String HEARTBEAT = ":\n\n";

  private final WebListenerContext listener;
  private @Nullable HttpRequest head;
  private @Nullable RequestReader reader;
  private @Nullable EventStream events;
  private @Nullable FileSender download;
  private @Nullable Future<?> timeout;
  private @Nullable Future<?> heartbeat;
  private boolean isAnswering;
  private boolean isLast;

  WebConnection(WebListenerContext listener) {
    this.listener = listener;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    expectRequest(context);
    context.fireChannelActive();
  }

  private void expectRequest(ChannelHandlerContext context) {
    listener.connections().waits(context.channel());
    cancel(timeout);
    timeout =
        context
            .executor()
            .schedule(
                (Runnable) context::close, WebLimits.REQUEST_TIMEOUT_MS, TimeUnit.MILLISECONDS);
  }

  private static void cancel(@Nullable Future<?> pending) {
    if (pending != null) {
      pending.cancel(false);
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    try {
      if (isAnswering) {
        isLast |= message instanceof HttpRequest;
        return;
      }
      if (message instanceof HttpRequest request) {
        begin(context, request);
      }
      if (message instanceof HttpContent content && !isAnswering) {
        collect(context, content);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void begin(ChannelHandlerContext context, HttpRequest request) {
    head = request;
    if (request.decoderResult().isFailure()) {
      Throwable cause = request.decoderResult().cause();
      int status =
          cause instanceof TooLongHttpLineException
              ? 414
              : cause instanceof TooLongHttpHeaderException ? 431 : 400;
      end(context, status, "invalid-request", "the head of the request is invalid or too long");
      return;
    }
    int limit = listener.maxBodyBytes(RequestReader.headers(request), client(context, request));
    if (HttpUtil.getContentLength(request, 0L) > limit) {
      end(context, 413, "too-large", tooLarge(limit));
      return;
    }
    if (HttpUtil.is100ContinueExpected(request)) {
      context.writeAndFlush(
          new DefaultFullHttpResponse(
              HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER));
    }
    reader = new RequestReader(request, limit);
  }

  private InetAddress client(ChannelHandlerContext context, HttpRequest request) {
    return RequestReader.client(
        request,
        ((InetSocketAddress) context.channel().remoteAddress()).getAddress(),
        listener.hasProxy());
  }

  private static String tooLarge(int limit) {
    return "expected a body of at most " + limit + " bytes";
  }

  private void collect(ChannelHandlerContext context, HttpContent content) {
    RequestReader reading = reader;
    HttpRequest request = head;
    if (reading == null || request == null) {
      return;
    }
    if (content.decoderResult().isFailure()) {
      end(context, 400, "invalid-request", "the body of the request is not valid HTTP");
    } else if (!reading.append(content.content())) {
      end(context, 413, "too-large", "the body is too long");
    } else if (reading.bodyBytes() > WebLimits.MAX_UNKNOWN_BODY_BYTES
        && !listener.bodies().keep(context.channel(), reading.bodyBytes())) {
      end(context, 503, "busy", "too many long requests at once; try again");
    } else if (content instanceof LastHttpContent) {
      reader = null;
      complete(context, request, reading);
    }
  }

  private void complete(ChannelHandlerContext context, HttpRequest request, RequestReader reading) {
    InetAddress from = client(context, request);
    WebRequest whole;
    try {
      whole = reading.request(new WebRequest.Client(from, listener.isSecure()));
    } catch (IllegalArgumentException e) {
      end(context, 400, "invalid-request", "the target of the request is not valid");
      return;
    }
    if (whole == null) {
      end(context, 405, "method-not-allowed", "expected GET, POST, PATCH or DELETE");
      return;
    }
    isLast |= !HttpUtil.isKeepAlive(request);
    answer(context, request, listener.api().answer(whole));
  }

  /** Answers and closes, whatever is still to be read of the request. */
  private void end(ChannelHandlerContext context, int status, String code, String detail) {
    HttpRequest request = head;
    isLast = true;
    reader = null;
    if (request != null) {
      answer(
          context,
          request,
          CompletableFuture.completedFuture(RequestProblem.of(status, code, detail).response()));
    }
  }

  private void answer(
      ChannelHandlerContext context, HttpRequest request, CompletableFuture<WebResponse> answer) {
    isAnswering = true;
    cancel(timeout);
    listener.connections().works(context.channel());
    listener.bodies().use(context.channel());
    if (answer.isDone()) {
      answer.thenAcceptAsync(response -> take(context, request, response), context.executor());
    } else {
      answer.thenAccept(
          response -> {
            // A large one is written, and counted, before the thread makes the next one.
            if (context.executor().inEventLoop()) {
              take(context, request, response);
            } else {
              context.executor().execute(() -> take(context, request, response));
            }
          });
    }
  }

  private void take(ChannelHandlerContext context, HttpRequest request, WebResponse response) {
    listener.bodies().release(context.channel());
    if (!context.channel().isActive()) {
      discard(response);
    } else {
      write(context, request, response);
    }
  }

  private static void discard(WebResponse response) {
    switch (response.body()) {
      case WebResponse.Body.Whole whole -> {}
      case WebResponse.Body.Download(FileBody file) -> file.close();
      case WebResponse.Body.Events(EventStream stream) -> stream.close();
    }
  }

  private void write(ChannelHandlerContext context, HttpRequest request, WebResponse response) {
    boolean isHead = request.method().equals(HttpMethod.HEAD);
    switch (response.body()) {
      case WebResponse.Body.Whole(byte[] bytes) -> {
        var out =
            new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1,
                HttpResponseStatus.valueOf(response.status()),
                isHead ? Unpooled.EMPTY_BUFFER : Unpooled.wrappedBuffer(bytes));
        setHeaders(out.headers(), response);
        if (response.status() != 204 && response.status() != 304) {
          HttpUtil.setContentLength(out, bytes.length);
        }
        if (!isHead && bytes.length >= WebLimits.LARGE_RESPONSE_BYTES) {
          listener.responses().keep(context.channel(), bytes.length);
        }
        context
            .writeAndFlush(out)
            .addListener(ChannelFutureListener.CLOSE_ON_FAILURE)
            .addListener(written -> answered(context));
      }
      case WebResponse.Body.Download(FileBody file) -> {
        var out =
            new DefaultHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(response.status()));
        setHeaders(out.headers(), response);
        HttpUtil.setContentLength(out, file.bytes());
        context.writeAndFlush(out);
        if (isHead) {
          file.close();
          endDownload(context);
        } else {
          download = new FileSender(file);
          pumpDownload(context);
        }
      }
      case WebResponse.Body.Events(EventStream stream) -> {
        if (isHead) {
          stream.close();
        }
        isLast = true;
        var out =
            new DefaultHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(response.status()));
        setHeaders(out.headers(), response);
        HttpUtil.setTransferEncodingChunked(out, true);
        context.writeAndFlush(out);
        if (isHead) {
          context.writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT);
          answered(context);
        } else {
          begin(context, stream);
        }
      }
    }
  }

  private void setHeaders(HttpHeaders headers, WebResponse response) {
    SecurityHeaders.all().forEach(headers::set);
    response.headers().forEach(headers::set);
    if (isLast) {
      headers.set("Connection", "close");
    }
  }

  private void answered(ChannelHandlerContext context) {
    head = null;
    listener.responses().release(context.channel());
    if (isLast) {
      // Closing at once could destroy the answer while the client still sends.
      context
          .executor()
          .schedule((Runnable) context::close, WebLimits.LINGER_MS, TimeUnit.MILLISECONDS);
    } else {
      isAnswering = false;
      expectRequest(context);
    }
  }

  // Files.

  private void pumpDownload(ChannelHandlerContext context) {
    FileSender sending = download;
    try {
      // Writing may have called this again, which has sent the rest.
      if (sending != null && sending.send(context) && sending == download) {
        closeDownload();
        endDownload(context);
      }
    } catch (IOException e) {
      // The client sees that it did not get all of it.
      closeDownload();
      context.close();
    }
  }

  private void endDownload(ChannelHandlerContext context) {
    context
        .writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT)
        .addListener(ChannelFutureListener.CLOSE_ON_FAILURE)
        .addListener(written -> answered(context));
  }

  private void closeDownload() {
    FileSender open = download;
    download = null;
    if (open != null) {
      open.close();
    }
  }

  // Events.

  private void begin(ChannelHandlerContext context, EventStream stream) {
    events = stream;
    stream.onAvailable(() -> context.executor().execute(() -> pump(context)));
    heartbeat =
        context
            .executor()
            .scheduleAtFixedRate(
                () -> {
                  send(context, HEARTBEAT);
                  pump(context);
                },
                0,
                HEARTBEAT_S,
                TimeUnit.SECONDS);
    pump(context);
  }

  private void pump(ChannelHandlerContext context) {
    EventStream stream = events;
    if (stream == null) {
      return;
    }
    if (stream.hasEnded()) {
      closeEvents();
      context
          .writeAndFlush(LastHttpContent.EMPTY_LAST_CONTENT)
          .addListener(ChannelFutureListener.CLOSE);
      return;
    }
    while (context.channel().isWritable()) {
      Optional<String> next = stream.next();
      if (next.isEmpty()) {
        return;
      }
      send(context, next.get());
    }
  }

  private static void send(ChannelHandlerContext context, String text) {
    context.writeAndFlush(
        new DefaultHttpContent(Unpooled.wrappedBuffer(text.getBytes(StandardCharsets.UTF_8))));
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (events != null) {
      pump(context);
    }
    pumpDownload(context);
    context.fireChannelWritabilityChanged();
  }

  private void closeEvents() {
    EventStream open = events;
    events = null;
    cancel(heartbeat);
    if (open != null) {
      open.close();
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    cancel(timeout);
    closeEvents();
    closeDownload();
    listener.bodies().closed(context.channel());
    listener.responses().release(context.channel());
    context.fireChannelInactive();
  }

  /** Failed handshakes, resets and timeouts: normal for a listener that anyone can reach. */
  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }
}
