// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The answer of a resource.
 *
 * @param headers besides those that the connection sets: Connection, Keep-Alive, Content-Length and
 *     Transfer-Encoding
 */
public record Response(int status, Headers headers, Body body) {
  public static final String JSON = "application/json";
  public static final String CONTENT_TYPE = "Content-Type";

  public static final Response NOT_FOUND = empty(404);
  public static final Response BAD_REQUEST = empty(400);

  /** The bytes of a response, or their source. */
  public sealed interface Body {
    /** A body of known length, read-only. */
    record Whole(ByteBuffer bytes) implements Body {
      public Whole {
        bytes = bytes.asReadOnlyBuffer();
      }

      boolean isEmpty() {
        return !bytes.hasRemaining();
      }

      String text() {
        return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString();
      }
    }

    /** A body that is sent in chunks while it is produced. */
    record Streamed(BodySource source) implements Body {}
  }

  /** Makes an answer of status 200 with a JSON text. */
  public static Response json(String body) {
    return json(200, body);
  }

  /** Makes an answer with a JSON text; without one an empty object is sent, or null as jsonp. */
  public static Response json(int status, String body) {
    return typed(status, JSON, body);
  }

  /** Makes an answer without body, as unknown paths and methods get. */
  public static Response empty(int status) {
    return new Response(status, Headers.EMPTY, new Body.Whole(ByteBuffer.allocate(0)));
  }

  public static Response text(int status, String body) {
    return typed(status, "text/plain", body);
  }

  /** Makes an answer of status 200 whose body is sent while it is produced. */
  public static Response streamed(String contentType, BodySource source) {
    return new Response(
        200, Headers.EMPTY.with(CONTENT_TYPE, contentType), new Body.Streamed(source));
  }

  static Response typed(int status, String contentType, String body) {
    return new Response(
        status,
        Headers.EMPTY.with(CONTENT_TYPE, contentType),
        new Body.Whole(ByteBuffer.wrap(body.getBytes(StandardCharsets.UTF_8))));
  }

  /** Returns this answer with one more header. */
  public Response with(String name, String value) {
    return new Response(status, headers.with(name, value), body);
  }

  /** Returns the content type, or null where there is no body to have a type. */
  public @Nullable String contentType() {
    return headers.first(CONTENT_TYPE);
  }
}
