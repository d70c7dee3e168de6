// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.http;

import org.jspecify.annotations.Nullable;

/**
 * What a resource answers.
 *
 * @param contentType null where there is no body to have a type
 */
public record Response(int status, @Nullable String contentType, String body) {
  public static final String JSON = "application/json";

  public static final Response NOT_FOUND = empty(404);
  public static final Response BAD_REQUEST = empty(400);

  /** Makes an answer of status 200 with a JSON text. */
  public static Response json(String body) {
    return json(200, body);
  }

  /** Makes an answer with a JSON text; without one an empty object is sent, or null as jsonp. */
  public static Response json(int status, String body) {
    return new Response(status, JSON, body);
  }

  /** Makes an answer without body, as unknown paths and methods get. */
  public static Response empty(int status) {
    return new Response(status, null, "");
  }

  public static Response text(int status, String body) {
    return new Response(status, "text/plain", body);
  }
}
