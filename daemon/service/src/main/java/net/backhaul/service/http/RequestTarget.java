// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.http;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The target of a request line.
 *
 * @param text as received
 * @param path percent-decoded, without query; a percent sign that lacks its digits stands for
 *     itself
 * @param query percent-decoded parameters; the first value of a repeated one
 */
public record RequestTarget(String text, String path, Map<String, String> query) {
  private static final Pattern PERCENT_ALONE = Pattern.compile("%(?![0-9a-fA-F]{2})");

  public RequestTarget {
    query = Map.copyOf(query);
  }

  /** Splits a target into its parts. */
  public static RequestTarget parse(String text) {
    Map<String, String> query = new HashMap<>();
    var decoder = new QueryStringDecoder(PERCENT_ALONE.matcher(text).replaceAll("%25"));
    decoder.parameters().forEach((name, values) -> query.put(name, values.getFirst()));
    return new RequestTarget(text, decoder.path(), query);
  }
}
