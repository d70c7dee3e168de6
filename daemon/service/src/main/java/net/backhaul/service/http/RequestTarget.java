// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.http;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.HashMap;
import java.util.Map;

/**
 * The target of a request line.
 *
 * @param text as received
 * @param path percent-decoded, without query; as received where a percent sign lacks its digits
 * @param query percent-decoded parameters; the first value of a repeated one
 */
public record RequestTarget(String text, String path, Map<String, String> query) {
  public RequestTarget {
    query = Map.copyOf(query);
  }

  /** Splits a target into its parts. */
  public static RequestTarget parse(String text) {
    Map<String, String> query = new HashMap<>();
    try {
      var decoder = new QueryStringDecoder(text);
      String path = decoder.path();
      decoder.parameters().forEach((name, values) -> query.put(name, values.getFirst()));
      return new RequestTarget(text, path, query);
    } catch (IllegalArgumentException badPercentEncoding) {
      return new RequestTarget(text, text, Map.of());
    }
  }
}
