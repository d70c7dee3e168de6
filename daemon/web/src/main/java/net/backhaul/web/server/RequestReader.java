// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.server;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.web.http.WebMethod;
import net.backhaul.web.http.WebRequest;
import org.jspecify.annotations.Nullable;

/** Collects one request of a connection. */
final class RequestReader {
  private static final int MAX_PARAMETERS = 32;
  private static final String COOKIE = "cookie";

  private final HttpRequest head;
  private final int maxBodyBytes;
  private final ByteArrayOutputStream body = new ByteArrayOutputStream(0);

  /**
   * Begins a request.
   *
   * @param maxBodyBytes the longest body that is accepted
   */
  RequestReader(HttpRequest head, int maxBodyBytes) {
    this.head = head;
    this.maxBodyBytes = maxBodyBytes;
  }

  /** Adds a part of the body; returns false if it is too long. */
  boolean append(ByteBuf part) {
    int length = part.readableBytes();
    if (length > maxBodyBytes - body.size()) {
      return false;
    }
    byte[] bytes = new byte[length];
    part.readBytes(bytes);
    body.writeBytes(bytes);
    return true;
  }

  /** Returns the length of the body so far. */
  int bodyBytes() {
    return body.size();
  }

  /** Returns the request; null if its method is none of the API. */
  @Nullable WebRequest request(WebRequest.Client client) {
    WebMethod method = method(head.method());
    if (method == null) {
      return null;
    }
    var target = new QueryStringDecoder(head.uri(), StandardCharsets.UTF_8, true, MAX_PARAMETERS);
    Map<String, String> query = new HashMap<>();
    target.parameters().forEach((name, values) -> query.put(name, values.getFirst()));
    return new WebRequest(
        method, target.rawPath(), query, headers(head), body.toByteArray(), client);
  }

  private static @Nullable WebMethod method(HttpMethod method) {
    return switch (method.name()) {
      case "GET", "HEAD" -> WebMethod.GET;
      case "POST" -> WebMethod.POST;
      case "PATCH" -> WebMethod.PATCH;
      case "DELETE" -> WebMethod.DELETE;
      default -> null;
    };
  }

  /** Returns the headers by name in lower case; values of a repeated one are joined. */
  static Map<String, String> headers(HttpRequest head) {
    Map<String, String> headers = new HashMap<>();
    for (Map.Entry<String, String> each : head.headers()) {
      String name = each.getKey().toLowerCase(Locale.ROOT);
      headers.merge(
          name, each.getValue(), (one, other) -> one + (name.equals(COOKIE) ? "; " : ", ") + other);
    }
    return headers;
  }

  /**
   * Returns the client of a request: a reverse proxy on this host reports the address of its own.
   *
   * @param from the other end of the connection
   */
  static InetAddress client(HttpRequest head, InetAddress from, boolean hasProxy) {
    List<String> lines = head.headers().getAll("X-Forwarded-For");
    if (!hasProxy || !from.isLoopbackAddress() || lines.isEmpty()) {
      return from;
    }
    String forwarded = lines.getLast(); // The lines before are those of the client.
    try {
      return Endpoints.parseIp(forwarded.substring(forwarded.lastIndexOf(',') + 1).strip());
    } catch (IllegalArgumentException e) {
      return from;
    }
  }
}
