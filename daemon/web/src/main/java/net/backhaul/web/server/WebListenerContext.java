// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.server;

import java.net.InetAddress;
import java.util.Map;
import net.backhaul.web.api.WebApi;
import net.backhaul.web.http.WebLimits;

/**
 * What the connections of a listener share; used on its thread.
 *
 * @param bodies those beyond the length that anybody may send
 * @param responses large ones that are being sent
 * @param isSecure whether clients use TLS, also that of a reverse proxy
 * @param hasProxy whether a reverse proxy on this host reports the addresses of clients
 */
record WebListenerContext(
    WebApi api,
    ConnectionLimit connections,
    BufferLimit bodies,
    BufferLimit responses,
    boolean isSecure,
    boolean hasProxy) {
  WebListenerContext(WebApi api, boolean isSecure, boolean hasProxy) {
    this(
        api,
        new ConnectionLimit(),
        new BufferLimit(WebLimits.MAX_BODIES_BYTES),
        new BufferLimit(WebLimits.MAX_RESPONSES_BYTES),
        isSecure,
        hasProxy);
  }

  /** Returns the longest body that the sender of a head may send. */
  int maxBodyBytes(Map<String, String> headers, InetAddress from) {
    return api.isKnownCaller(headers, from)
        ? WebLimits.MAX_BODY_BYTES
        : WebLimits.MAX_UNKNOWN_BODY_BYTES;
  }
}
