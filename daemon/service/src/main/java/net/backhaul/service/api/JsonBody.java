// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import java.nio.ByteBuffer;
import java.util.Map;
import net.backhaul.json.InvalidJsonException;
import net.backhaul.json.Json;
import net.backhaul.service.http.RejectedRequest;
import net.backhaul.service.http.Request;
import net.backhaul.service.http.Response;
import org.jspecify.annotations.Nullable;

/**
 * The JSON object in the body of a request.
 *
 * @param isObject false where the body is something else, which counts as an empty object
 */
record JsonBody(Map<String, @Nullable Object> object, boolean isObject) {
  /** Nesting of objects and arrays; deeper JSON is answered with 400 before it is parsed. */
  static final int MAX_DEPTH = 500;

  /**
   * Reads a body that must be JSON.
   *
   * @throws InvalidJsonException where it is not
   */
  static JsonBody read(Request request) {
    limitDepth(request.body().duplicate());
    Object value = Json.parse(request.body());
    return new JsonBody(Json.asObject(value), value instanceof Map);
  }

  /** Reads a body that may be anything; an empty one counts as an empty object. */
  static JsonBody readLeniently(Request request) {
    try {
      return request.body().hasRemaining() ? read(request) : new JsonBody(Json.object(), true);
    } catch (InvalidJsonException e) {
      return new JsonBody(Json.object(), false);
    }
  }

  /** Counts brackets outside of strings; text that is not JSON is left to the parser. */
  private static void limitDepth(ByteBuffer text) {
    int depth = 0;
    boolean inString = false;
    while (text.hasRemaining()) {
      byte next = text.get();
      if (inString) {
        if (next == '\\' && text.hasRemaining()) {
          text.get();
        }
        inString = next != '"';
      } else if (next == '"') {
        inString = true;
      } else if (next == '[' || next == '{') {
        depth++;
      } else if (next == ']' || next == '}') {
        depth--;
      }
      if (depth > MAX_DEPTH) {
        throw new RejectedRequest(
            Response.json(
                400,
                "{\"error\": 400, \"description\": \"expected JSON nested at most "
                    + MAX_DEPTH
                    + " levels deep\"}"));
      }
    }
  }

  /**
   * Returns what of this body had no effect.
   *
   * @param before the object that was to be changed
   * @param after the object as it is now
   */
  IgnoredInput ignored(Map<String, @Nullable Object> before, Map<String, @Nullable Object> after) {
    var ignored = new IgnoredInput();
    if (!isObject) {
      ignored.add("body");
    }
    ignored.compare(object, before, after);
    return ignored;
  }
}
