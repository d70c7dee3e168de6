// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.http;

import java.util.LinkedHashMap;
import java.util.Map;

/** Headers of every response, which restrict what a browser does with it. */
public final class SecurityHeaders {
  /** The header of the content security policy. */
  public static final String CONTENT_SECURITY_POLICY = "Content-Security-Policy";

  private static final String POLICY =
      String.join(
          "; ",
          "default-src 'none'",
          "script-src 'self'%s",
          "style-src 'self'",
          "img-src 'self' data:",
          "font-src 'self'",
          "connect-src 'self'",
          "form-action 'self'",
          "base-uri 'none'",
          "frame-ancestors 'none'");

  private SecurityHeaders() {}

  /**
   * Returns the content security policy of a document with one inline script.
   *
   * @param sha256 of the script, in Base64
   */
  public static String withScript(String sha256) {
    return POLICY.formatted(" 'sha256-" + sha256 + "'");
  }

  /** Returns the headers; those of a response with the same name replace them. */
  public static Map<String, String> all() {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put(CONTENT_SECURITY_POLICY, POLICY.formatted(""));
    headers.put("X-Content-Type-Options", "nosniff");
    headers.put("X-Frame-Options", "DENY");
    headers.put("Referrer-Policy", "no-referrer");
    headers.put("Cross-Origin-Opener-Policy", "same-origin");
    headers.put("Cross-Origin-Resource-Policy", "same-origin");
    headers.put("Permissions-Policy", "camera=(), geolocation=(), microphone=(), usb=()");
    headers.put("Cache-Control", "no-store");
    return headers;
  }
}
