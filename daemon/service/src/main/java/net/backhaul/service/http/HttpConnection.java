// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.QueryStringDecoder;
import io.netty.handler.codec.http.TooLongHttpLineException;
import io.netty.handler.timeout.IdleStateEvent;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import net.backhaul.json.Json;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Answers the requests of one connection, one after the other (04 section 4.3). */
final class HttpConnection extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final Logger log = LoggerFactory.getLogger(HttpConnection.class);
  private static final int MAX_REQUESTS = 5;
  private static final Set<String> KNOWN_METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH");
  private static final Response UNAUTHORIZED = Response.json(401, "{}");

  private final AccessControl access;
  private final Resource root;
  private final InetAddress from;
  private final Queue<Asked> waiting = new ArrayDeque<>();
  private int taken;
  private boolean answering;

  /** A request with what its answer has to know of it. */
  private record Asked(
      CompletableFuture<Response> answer, boolean head, @Nullable String range, boolean last) {}

  HttpConnection(AccessControl access, Resource root, InetAddress from) {
    this.access = access;
    this.root = root;
    this.from = from;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    if (taken == MAX_REQUESTS) {
      return; // The answer to the last one says that the connection ends.
    }
    taken++;
    boolean broken = request.decoderResult().isFailure();
    boolean last = broken || taken == MAX_REQUESTS || !HttpUtil.isKeepAlive(request);
    waiting.add(
        new Asked(
            answer(request),
            request.method().name().equals("HEAD"),
            request.headers().get(HttpHeaderNames.RANGE),
            last));
    if (last) {
      taken = MAX_REQUESTS;
    }
    answerNext(context);
  }

  private CompletableFuture<Response> answer(FullHttpRequest request) {
    if (request.decoderResult().isFailure()) {
      boolean tooLong = request.decoderResult().cause() instanceof TooLongHttpLineException;
      return done(tooLong ? Response.empty(414) : Response.BAD_REQUEST);
    }
    HttpVersion version = request.protocolVersion();
    if (!version.equals(HttpVersion.HTTP_1_0) && !version.equals(HttpVersion.HTTP_1_1)
        || request.uri().isEmpty()) {
      return done(Response.BAD_REQUEST);
    }
    String path = request.uri();
    Map<String, String> query = new HashMap<>();
    try {
      var decoder = new QueryStringDecoder(request.uri());
      path = decoder.path();
      decoder.parameters().forEach((name, values) -> query.put(name, values.getFirst()));
    } catch (IllegalArgumentException e) {
      log.trace("a percent sign without two digits: {}", e.getMessage());
    }
    CompletableFuture<Response> answer;
    if (!access.admits(from, path, query, request.headers()::get)) {
      answer = done(UNAUTHORIZED);
    } else {
      answer = admitted(request, path, query);
    }
    String callback = path.equals("/metrics") ? null : query.get("jsonp");
    return answer.thenApply(
        plain -> callback == null ? withoutCallback(plain) : withCallback(plain, callback));
  }

  private CompletableFuture<Response> admitted(
      FullHttpRequest request, String path, Map<String, String> query) {
    String method = request.method().name();
    if (!KNOWN_METHODS.contains(method)) {
      return done(Response.BAD_REQUEST);
    }
    String encoding = request.headers().get(HttpHeaderNames.CONTENT_ENCODING, "identity");
    boolean writes = method.equals("POST") || method.equals("PUT") || method.equals("PATCH");
    if (writes && !encoding.equalsIgnoreCase("identity")) {
      return done(Response.empty(415));
    }
    var asked =
        new Request(
            switch (method) {
              case "GET", "HEAD" -> Request.Method.GET;
              case "POST", "PUT" -> Request.Method.POST;
              case "DELETE" -> Request.Method.DELETE;
              default -> Request.Method.OTHER;
            },
            path,
            query,
            request.content().toString(StandardCharsets.UTF_8));
    try {
      return root.answer(asked).exceptionally(HttpConnection::failed);
    } catch (RuntimeException e) {
      return done(failed(e));
    }
  }

  private static CompletableFuture<Response> done(Response response) {
    return CompletableFuture.completedFuture(response);
  }

  private static Response failed(Throwable thrown) {
    Throwable cause =
        thrown instanceof CompletionException && thrown.getCause() != null
            ? thrown.getCause()
            : thrown;
    if (!(cause instanceof IllegalArgumentException)) {
      log.error("a mistake of ours while answering a request", cause);
    }
    return Response.json(
        500,
        "{\"error\": 500, \"description\": "
            + Json.write(String.valueOf(cause.getMessage()))
            + "}");
  }

  private static Response withoutCallback(Response plain) {
    return plain.body().isEmpty() && Response.JSON.equals(plain.contentType())
        ? Response.json(plain.status(), "{}")
        : plain;
  }

  private static Response withCallback(Response plain, String callback) {
    if (plain.contentType() == null) {
      return plain;
    }
    String value = plain.body().isEmpty() ? "null" : plain.body();
    return new Response(plain.status(), "application/javascript", callback + "(" + value + ");");
  }

  private void answerNext(ChannelHandlerContext context) {
    Asked next = answering ? null : waiting.poll();
    if (next == null) {
      return;
    }
    answering = true;
    next.answer()
        .thenAcceptAsync(
            response -> {
              answering = false;
              write(context, next, response);
              answerNext(context);
            },
            context.executor());
  }

  private static void write(ChannelHandlerContext context, Asked asked, Response response) {
    byte[] whole = response.body().getBytes(StandardCharsets.UTF_8);
    ByteRange range = ByteRange.of(asked.range(), response.status(), whole.length);
    ByteBuf body =
        range == null
            ? Unpooled.wrappedBuffer(whole)
            : Unpooled.wrappedBuffer(whole, range.first(), range.length());
    int length = body.readableBytes();
    if (asked.head()) {
      body = Unpooled.EMPTY_BUFFER;
    }
    var status = HttpResponseStatus.valueOf(range == null ? response.status() : 206);
    var answer = new DefaultFullHttpResponse(HttpVersion.HTTP_1_1, status, body);
    if (asked.head() && response.status() == 200) {
      answer.headers().set("Accept-Ranges", "bytes");
    }
    if (asked.last()) {
      answer.headers().set("Connection", "close");
    }
    answer.headers().set("Content-Length", length);
    if (range != null) {
      answer.headers().set("Content-Range", range.text(whole.length));
    }
    if (response.contentType() != null) {
      answer.headers().set("Content-Type", response.contentType());
    }
    if (!asked.last()) {
      answer.headers().set("Keep-Alive", "timeout=" + HttpServer.IDLE_S + ", max=" + MAX_REQUESTS);
    }
    var written = context.writeAndFlush(answer);
    if (asked.last()) {
      written.addListener(ChannelFutureListener.CLOSE);
    }
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (event instanceof IdleStateEvent && !answering) {
      context.close();
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    if (!(cause instanceof TooLongFrameException)) {
      log.trace("a connection ends: {}", cause.toString());
    }
    context.close();
  }
}
