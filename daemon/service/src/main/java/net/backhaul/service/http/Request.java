// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.http;

import java.util.Map;

/**
 * One request that was let in (04 section 4.3).
 *
 * @param path percent-decoded, without query
 * @param query parameters; of a repeated one the first
 * @param body UTF-8 text, empty where there is none
 */
public record Request(Method method, String path, Map<String, String> query, String body) {
  /** What is asked for. PUT is POST and HEAD is GET everywhere, so resources never see them. */
  public enum Method {
    GET,
    POST,
    DELETE,
    /** A method that is known and that no resource has. */
    OTHER
  }

  public Request {
    query = Map.copyOf(query);
  }
}
