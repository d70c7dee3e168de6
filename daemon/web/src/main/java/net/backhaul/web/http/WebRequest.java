// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.http;

import java.net.InetAddress;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A whole request.
 *
 * @param path as received, without query; nothing in a path of the API is percent-encoded
 * @param query percent-decoded parameters; the first value of a repeated one
 * @param headers values by name in lower case
 * @param body borrowed; empty without one
 */
public record WebRequest(
    WebMethod method,
    String path,
    Map<String, String> query,
    Map<String, String> headers,
    byte[] body,
    Client client) {
  /**
   * The other end of the connection.
   *
   * @param address of the client, which a reverse proxy on this host may have reported
   * @param isSecure whether the client uses TLS
   */
  public record Client(InetAddress address, boolean isSecure) {}

  public WebRequest {
    query = Map.copyOf(query);
    headers = Map.copyOf(headers);
  }

  /** Returns a header by its name in lower case; null where it is absent. */
  public @Nullable String header(String name) {
    return headers.get(name);
  }

  /** Returns the cookies by name; of a repeated one the first. */
  public Map<String, String> cookies() {
    return cookies(header("cookie"));
  }

  /** Returns the cookies in the value of a header; none without it. */
  public static Map<String, String> cookies(@Nullable String line) {
    Map<String, String> cookies = new HashMap<>();
    if (line != null) {
      for (String pair : line.split(";", -1)) {
        int equals = pair.indexOf('=');
        if (equals > 0) {
          cookies.putIfAbsent(
              pair.substring(0, equals).strip(), pair.substring(equals + 1).strip());
        }
      }
    }
    return cookies;
  }
}
