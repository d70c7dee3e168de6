// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.http;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.cookie.ServerCookieDecoder;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;

/**
 * A request that passed {@link AccessControl} (04 section 4.3).
 *
 * @param body whole and read-only; empty where there is none
 */
public record Request(Method method, RequestTarget target, Headers headers, ByteBuffer body) {
  /** The methods that resources distinguish: PUT arrives as POST, and HEAD as GET. */
  public enum Method {
    GET,
    POST,
    DELETE,
    /** A known method that no resource implements. */
    OTHER
  }

  /** Returns the percent-decoded path, without query. */
  public String path() {
    return target.path();
  }

  /** Returns the cookies by name (RFC 6265); of a repeated one the first, malformed ones not. */
  public Map<String, String> cookies() {
    Map<String, String> cookies = new HashMap<>();
    for (String line : headers.all(HttpHeaderNames.COOKIE.toString())) {
      ServerCookieDecoder.STRICT
          .decodeAll(line)
          .forEach(cookie -> cookies.putIfAbsent(cookie.name(), cookie.value()));
    }
    return cookies;
  }
}
