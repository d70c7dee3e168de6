// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.portmapping.protocol;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.packet.WireException;

/**
 * A URL of the gateway: http, an IPv4 address in place of a name, and characters that cannot end a
 * line of a request.
 *
 * @param endpoint to connect to
 * @param path what to request, which begins with a slash
 */
record GatewayUrl(InetSocketAddress endpoint, String path) {
  private static final String SCHEME = "http://";
  private static final int DEFAULT_PORT = 80;
  private static final int MAX_PORT = 65_535;
  private static final int FIRST_PRINTABLE = 0x21;
  private static final int LAST_PRINTABLE = 0x7e;

  /** Parses a URL; throws WireException for anything else. */
  static GatewayUrl parse(String url) {
    requirePlain(url);
    if (!url.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      throw new WireException("a URL that does not begin with http://");
    }
    int pathAt = url.indexOf('/', SCHEME.length());
    String authority = url.substring(SCHEME.length(), pathAt < 0 ? url.length() : pathAt);
    int colon = authority.indexOf(':');
    try {
      String host = colon < 0 ? authority : authority.substring(0, colon);
      InetAddress address = Endpoints.parseIp(host);
      int port = colon < 0 ? DEFAULT_PORT : Integer.parseInt(authority.substring(colon + 1));
      if (address.getAddress().length == 4 && port > 0 && port <= MAX_PORT) {
        return new GatewayUrl(
            new InetSocketAddress(address, port), pathAt < 0 ? "/" : url.substring(pathAt));
      }
    } catch (IllegalArgumentException e) {
      throw new WireException("a URL without an IPv4 address and port");
    }
    throw new WireException("a URL without an IPv4 address and port");
  }

  /** Returns the URL that a reference in a document of this URL leads to. */
  GatewayUrl resolve(String reference) {
    requirePlain(reference);
    if (reference.contains("://")) {
      return parse(reference);
    }
    return new GatewayUrl(
        endpoint,
        reference.startsWith("/")
            ? reference
            : path.substring(0, path.lastIndexOf('/') + 1) + reference);
  }

  /** Returns the address and port as they stand in a URL. */
  String authority() {
    return Endpoints.ipText(endpoint.getAddress()) + ":" + endpoint.getPort();
  }

  private static void requirePlain(String url) {
    if (url.isEmpty() || url.length() > MappingLimits.MAX_URL) {
      throw new WireException("a URL of no permitted length");
    }
    for (int i = 0; i < url.length(); i++) {
      if (url.charAt(i) < FIRST_PRINTABLE || url.charAt(i) > LAST_PRINTABLE) {
        throw new WireException("a URL with characters that it must not have");
      }
    }
  }
}
