// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.http;

import org.jspecify.annotations.Nullable;

/** Completes JSON answers: an empty one, and the {@code jsonp} parameter (04 section 4.3). */
final class JsonCallback {
  private JsonCallback() {}

  /** Returns the response as this target gets it. */
  static Response apply(Response plain, RequestTarget target) {
    if (!(plain.body() instanceof Response.Body.Whole body) || plain.contentType() == null) {
      return plain;
    }
    @Nullable String callback =
        target.path().equals("/metrics") ? null : target.query().get("jsonp");
    if (callback != null) {
      String value = body.isEmpty() ? "null" : body.text();
      return Response.typed(
          plain.status(), "application/javascript", callback + "(" + value + ");");
    }
    return body.isEmpty() && Response.JSON.equals(plain.contentType())
        ? Response.json(plain.status(), "{}")
        : plain;
  }
}
