// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.world.World;
import net.backhaul.service.Ports;
import org.jspecify.annotations.Nullable;

/** Reads the endpoints of a root from JSON: {@code 192.0.2.1/9993}, or without the port. */
final class RootEndpoints {
  private static final String EXPECTED =
      "stableEndpoints: expected IP addresses of one host, each with a slash and a port from 1 to"
          + " 65535 or without for the port of this daemon, found ";

  private RootEndpoints() {}

  /**
   * Returns the endpoints.
   *
   * @throws IllegalArgumentException unless they are 1 to {@link World#MAX_ENDPOINTS} addresses
   *     that other hosts may reach, each once
   */
  static List<InetSocketAddress> read(@Nullable Object json, Ports ports) {
    if (!(json instanceof List<?> texts) || texts.isEmpty()) {
      throw new IllegalArgumentException(EXPECTED + "none");
    }
    if (texts.size() > World.MAX_ENDPOINTS) {
      throw new IllegalArgumentException(
          "stableEndpoints: a root has at most "
              + World.MAX_ENDPOINTS
              + " endpoints, found "
              + texts.size());
    }
    var endpoints = new ArrayList<InetSocketAddress>();
    for (Object text : texts) {
      InetSocketAddress endpoint = endpoint(String.valueOf(text), ports);
      if (endpoints.contains(endpoint)) {
        throw new IllegalArgumentException(
            "stableEndpoints: expected each once, found " + text + " twice");
      }
      endpoints.add(endpoint);
    }
    return endpoints;
  }

  private static InetSocketAddress endpoint(String text, Ports ports) {
    InetSocketAddress endpoint;
    try {
      endpoint =
          text.contains("/")
              ? Endpoints.parse(text)
              : new InetSocketAddress(Endpoints.parseIp(text), ports.primary());
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(EXPECTED + text, e);
    }
    InetAddress ip = endpoint.getAddress();
    if (endpoint.getPort() == 0
        || ip.isAnyLocalAddress()
        || ip.isMulticastAddress()
        || ip.isLoopbackAddress()
        || ip.isLinkLocalAddress()) {
      throw new IllegalArgumentException(EXPECTED + text + ", which other hosts cannot reach");
    }
    return endpoint;
  }
}
