// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.TooLongHttpHeaderException;
import io.netty.handler.codec.http.TooLongHttpLineException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The request line and header fields, from which most rejections follow (04 section 4.3). */
final class RequestHead {
  private static final Set<String> KNOWN_METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH");
  private static final Response UNAUTHORIZED = Response.json(401, "{}");

  private final HttpRequest received;
  private final String method;
  private final RequestTarget target;
  private final Headers headers;

  RequestHead(HttpRequest received) {
    this.received = received;
    this.method = received.method().name();
    this.target = RequestTarget.parse(received.uri());
    this.headers = Headers.of(received.headers());
  }

  RequestTarget target() {
    return target;
  }

  /** Returns whether the request has a valid token. */
  boolean isAuthenticated(AccessControl access) {
    return access.authenticates(target, headers);
  }

  boolean isHead() {
    return method.equals("HEAD");
  }

  boolean isHttp10() {
    return received.protocolVersion().equals(HttpVersion.HTTP_1_0);
  }

  /** Returns whether the decoder could not parse it, so that what follows cannot be read. */
  boolean isMalformed() {
    return received.decoderResult().isFailure();
  }

  boolean keepsAlive() {
    return !isMalformed() && HttpUtil.isKeepAlive(received);
  }

  boolean expectsContinue() {
    return HttpUtil.is100ContinueExpected(received);
  }

  @Nullable String range() {
    return headers.first("Range");
  }

  /** Returns the length of the body as announced, 0 where there is no usable announcement. */
  long contentLength() {
    return isMalformed() ? 0 : HttpUtil.getContentLength(received, 0L);
  }

  /** Returns the answer to a request that is rejected before any resource, or null. */
  @Nullable Response rejection(AccessControl access, InetAddress from, int maxBodyBytes) {
    if (isMalformed()) {
      Throwable cause = received.decoderResult().cause();
      return cause instanceof TooLongHttpLineException
          ? Response.empty(414)
          : cause instanceof TooLongHttpHeaderException
              ? Response.empty(431)
              : Response.BAD_REQUEST;
    }
    HttpVersion version = received.protocolVersion();
    if (!version.equals(HttpVersion.HTTP_1_0) && !version.equals(HttpVersion.HTTP_1_1)
        || target.text().isEmpty()) {
      return Response.BAD_REQUEST;
    }
    if (!access.permits(from, target, headers)) {
      return UNAUTHORIZED;
    }
    if (!KNOWN_METHODS.contains(method)) {
      return Response.BAD_REQUEST;
    }
    String encoding = received.headers().get(HttpHeaderNames.CONTENT_ENCODING, "identity");
    boolean writes = method.equals("POST") || method.equals("PUT") || method.equals("PATCH");
    if (writes && !encoding.equalsIgnoreCase("identity")) {
      return Response.empty(415);
    }
    return contentLength() > maxBodyBytes ? Response.empty(413) : null;
  }

  Request withBody(ByteBuffer body) {
    Request.Method resolved =
        switch (method) {
          case "GET", "HEAD" -> Request.Method.GET;
          case "POST", "PUT" -> Request.Method.POST;
          case "DELETE" -> Request.Method.DELETE;
          default -> Request.Method.OTHER;
        };
    return new Request(resolved, target, headers, body);
  }

  @Override
  public String toString() {
    return method + " " + target.path();
  }
}
