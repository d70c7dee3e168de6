// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.join;

import java.net.URI;
import java.util.regex.Pattern;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.web.http.WebRequest;

/**
 * How hosts reach the listener that serves the script.
 *
 * @param isSecure whether they use TLS, also that of a reverse proxy
 * @param url of a reverse proxy; empty without one
 * @param pin the hash of the key of the listener's certificate, as curl's {@code --pinnedpubkey}
 *     takes it; empty without TLS of its own
 */
public record JoinSite(boolean isSecure, String url, String pin) {
  private static final Pattern HOST =
      Pattern.compile("[A-Za-z0-9.-]+(:[0-9]+)?|\\[[0-9A-Fa-f:.]+](:[0-9]+)?");

  /**
   * Returns the origin that the sender of a request has used, whose host the authorizer has
   * accepted; empty if it has characters that no host has.
   */
  public String origin(WebRequest request) {
    if (!url.isEmpty()) {
      return url;
    }
    String host = String.valueOf(request.header("host"));
    return HOST.matcher(host).matches() ? (isSecure ? "https://" : "http://") + host : "";
  }

  /** Returns whether an origin is of this host alone. */
  public static boolean isLoopback(String origin) {
    String host = URI.create(origin).getHost();
    if (host == null) {
      return false;
    }
    String literal = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    try {
      return host.equals("localhost") || Endpoints.parseIp(literal).isLoopbackAddress();
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Returns whether nobody between the sender of a request and this host can read the answer. */
  public boolean isConfidential(WebRequest request) {
    String origin = origin(request);
    return !origin.isEmpty()
        && (isSecure || request.client().address().isLoopbackAddress() && isLoopback(origin));
  }
}
