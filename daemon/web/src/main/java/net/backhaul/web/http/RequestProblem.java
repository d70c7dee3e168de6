// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.backhaul.json.Json;
import org.jspecify.annotations.Nullable;

/**
 * Why a request was rejected, as RFC 9457 describes it.
 *
 * @param code a short name of the kind of problem, which programs can rely on
 * @param detail for a person: what was expected, what was found, what to do next
 * @param fields the invalid fields of the body or the query
 * @param headers further headers of the response
 */
public record RequestProblem(
    int status, String code, String detail, List<Field> fields, Map<String, String> headers) {
  public static final String MEDIA_TYPE = "application/problem+json";
  private static final String TYPE = "urn:backhaul:problem:";

  /**
   * An invalid field.
   *
   * @param name as in {@code routes[0].target}
   */
  public record Field(String name, String detail) {}

  public RequestProblem {
    fields = List.copyOf(fields);
    headers = Map.copyOf(headers);
  }

  /** Makes a problem that no field causes. */
  public static RequestProblem of(int status, String code, String detail) {
    return new RequestProblem(status, code, detail, List.of(), Map.of());
  }

  /** Makes the problem of invalid fields. */
  public static RequestProblem invalid(List<Field> fields) {
    String first = fields.isEmpty() ? "" : fields.getFirst().name() + ": ";
    String detail = fields.isEmpty() ? "" : fields.getFirst().detail();
    return new RequestProblem(422, "invalid-field", first + detail, fields, Map.of());
  }

  /** Returns an exception with the problem of one invalid field. */
  public static ProblemException field(String name, String detail) {
    return new ProblemException(invalid(List.of(new Field(name, detail))));
  }

  /** Returns an exception with the problem of a record that does not exist. */
  public static ProblemException notFound(String what) {
    return new ProblemException(of(404, "not-found", "there is no " + what));
  }

  /** Returns this problem with a header that says when to try again. */
  public RequestProblem retryAfter(long seconds) {
    return new RequestProblem(
        status, code, detail, fields, Map.of("Retry-After", Long.toString(seconds)));
  }

  /** Returns the JSON object of this problem. */
  public Map<String, @Nullable Object> object() {
    Map<String, @Nullable Object> out = Json.object();
    out.put("type", TYPE + code);
    out.put("title", code.replace('-', ' '));
    out.put("status", status);
    out.put("detail", detail);
    if (!fields.isEmpty()) {
      var errors = new ArrayList<@Nullable Object>();
      for (Field field : fields) {
        Map<String, @Nullable Object> error = Json.object();
        error.put("field", field.name());
        error.put("detail", field.detail());
        errors.add(error);
      }
      out.put("errors", errors);
    }
    return out;
  }

  /** Returns the response with this problem. */
  public WebResponse response() {
    WebResponse response = WebResponse.typed(status, MEDIA_TYPE, Json.write(object()));
    for (Map.Entry<String, String> header : headers.entrySet()) {
      response = response.with(header.getKey(), header.getValue());
    }
    return response;
  }
}
