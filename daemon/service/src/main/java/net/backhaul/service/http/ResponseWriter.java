// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpHeaders;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Writes one response, chunk by chunk as the client reads it; used on the HTTP event loop. */
final class ResponseWriter {
  /** As recorded; requests beyond the number are answered all the same. */
  private static final String KEEP_ALIVE =
      "timeout=" + HttpLimits.REQUEST_HEAD_TIMEOUT_S + ", max=5";

  private final ChannelHandlerContext context;
  private final RequestHead request;
  private final ErrorLogs errors;
  private boolean closes;
  private @Nullable BodySource source;
  private boolean waitsForRoom;
  private @Nullable Consumer<Boolean> whenDone;

  /**
   * Makes a writer for the answer to a request.
   *
   * @param closes whether the connection ends with this answer
   */
  ResponseWriter(
      ChannelHandlerContext context, RequestHead request, ErrorLogs errors, boolean closes) {
    this.context = context;
    this.request = request;
    this.errors = errors;
    this.closes = closes;
  }

  /** Releases a response that is not sent. */
  static void discard(Response response) {
    if (response.body() instanceof Response.Body.Streamed streamed) {
      streamed.source().close();
    }
  }

  /**
   * Sends a response.
   *
   * @param whenDone called when all of it is written; with true where the connection has to end
   */
  void write(Response response, Consumer<Boolean> whenDone) {
    this.whenDone = whenDone;
    Response shaped = JsonCallback.apply(response, request.target());
    switch (shaped.body()) {
      case Response.Body.Whole whole -> write(shaped, whole.bytes().duplicate());
      case Response.Body.Streamed streamed -> write(shaped, streamed.source());
    }
  }

  private void write(Response response, ByteBuffer bytes) {
    int wholeLength = bytes.remaining();
    ByteRange range = ByteRange.of(request.range(), response.status(), wholeLength);
    ByteBuffer part = range == null ? bytes : bytes.slice(range.first(), range.length());
    int status = range == null ? response.status() : 206;
    var answer = new DefaultHttpResponse(HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(status));
    HttpHeaders headers = headers(answer.headers(), response);
    headers.set("Content-Length", part.remaining());
    if (range != null) {
      headers.set("Content-Range", range.contentRange(wholeLength));
    }
    if (request.isHead()) {
      if (response.status() == 200) {
        headers.set("Accept-Ranges", "bytes");
      }
      part = ByteBuffer.allocate(0);
    }
    if (part.remaining() <= HttpLimits.CHUNK_BYTES) {
      ByteBuf body = Unpooled.wrappedBuffer(part);
      finish(
          new DefaultFullHttpResponse(
              answer.protocolVersion(), answer.status(), body, headers, trailers()));
    } else {
      context.write(answer);
      source = slices(part);
      pull();
    }
  }

  private static HttpHeaders trailers() {
    return io.netty.handler.codec.http.EmptyHttpHeaders.INSTANCE;
  }

  private static BodySource slices(ByteBuffer bytes) {
    return () -> {
      if (!bytes.hasRemaining()) {
        return CompletableFuture.completedFuture(Optional.empty());
      }
      int length = Math.min(HttpLimits.CHUNK_BYTES, bytes.remaining());
      ByteBuffer slice = bytes.slice(bytes.position(), length);
      bytes.position(bytes.position() + length);
      return CompletableFuture.completedFuture(Optional.of(slice));
    };
  }

  private void write(Response response, BodySource streamed) {
    closes |= request.isHttp10(); // Without chunks only the end of the connection ends the body.
    var answer =
        new DefaultHttpResponse(
            HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(response.status()));
    HttpHeaders headers = headers(answer.headers(), response);
    if (!request.isHttp10()) {
      headers.set("Transfer-Encoding", "chunked");
    }
    context.writeAndFlush(answer);
    source = streamed;
    if (request.isHead()) {
      closeSource();
      finish(LastHttpContent.EMPTY_LAST_CONTENT);
    } else {
      pull();
    }
  }

  private HttpHeaders headers(HttpHeaders headers, Response response) {
    response.headers().forEach(headers::add);
    if (closes) {
      headers.set("Connection", "close");
    } else {
      headers.set("Keep-Alive", KEEP_ALIVE);
    }
    return headers;
  }

  private void pull() {
    BodySource from = source;
    if (from == null) {
      return;
    }
    if (!context.channel().isWritable()) {
      waitsForRoom = true;
      return;
    }
    CompletableFuture<Optional<ByteBuffer>> next;
    try {
      next = from.next();
    } catch (RuntimeException | Error e) {
      next = CompletableFuture.failedFuture(e);
    }
    next.thenAcceptAsync(this::send, context.executor()).exceptionally(this::fail);
  }

  private @Nullable Void fail(Throwable thrown) {
    if (context.channel().isActive()) {
      errors.streaming(request, thrown);
      context.close();
    }
    return null;
  }

  private void send(Optional<ByteBuffer> chunk) {
    if (source == null) {
      return; // The connection was closed meanwhile.
    }
    if (chunk.isEmpty()) {
      closeSource();
      finish(LastHttpContent.EMPTY_LAST_CONTENT);
    } else {
      if (chunk.get().hasRemaining()) {
        context.writeAndFlush(new DefaultHttpContent(Unpooled.wrappedBuffer(chunk.get())));
      }
      pull();
    }
  }

  private void finish(Object lastMessage) {
    context
        .writeAndFlush(lastMessage)
        .addListener(
            written -> {
              if (whenDone != null && written.isSuccess()) {
                whenDone.accept(closes);
              } else if (!written.isSuccess()) {
                context.close();
              }
            });
  }

  /** Requests the next chunk when the send buffer is writable again. */
  void onWritabilityChanged() {
    if (waitsForRoom && context.channel().isWritable()) {
      waitsForRoom = false;
      pull();
    }
  }

  /** Ends the source of a response whose connection was closed. */
  void cancel() {
    closeSource();
  }

  private void closeSource() {
    BodySource open = source;
    source = null;
    if (open != null) {
      open.close();
    }
  }
}
