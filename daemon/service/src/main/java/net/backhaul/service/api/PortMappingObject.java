// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import java.net.InetSocketAddress;
import java.util.Map;
import net.backhaul.json.Json;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.address.IpScope;
import net.backhaul.service.portmapping.protocol.Gateway;
import net.backhaul.service.portmapping.protocol.MappingProtocol;
import net.backhaul.service.portmapping.protocol.MappingStatus;
import org.jspecify.annotations.Nullable;

/** The port mapping as an object of the API. */
final class PortMappingObject {
  private PortMappingObject() {}

  static Map<String, @Nullable Object> of(MappingStatus status, long nowMs) {
    Map<String, @Nullable Object> out = Json.object();
    Gateway gateway = status.gateway();
    MappingProtocol protocol = status.protocol();
    InetSocketAddress external = status.external();
    out.put("state", status.state().name());
    out.put("gateway", gateway == null ? "" : Endpoints.ipText(gateway.address()));
    out.put("local", gateway == null ? "" : Endpoints.text(gateway.local()));
    out.put("protocol", protocol == null ? "" : protocol.text());
    out.put("external", external == null ? "" : Endpoints.text(external));
    out.put("doubleNat", external != null && IpScope.of(external.getAddress()) != IpScope.GLOBAL);
    out.put(
        "expiresInMs",
        external == null || status.expiresMs() == Long.MAX_VALUE
            ? -1
            : Math.max(0, status.expiresMs() - nowMs));
    out.put("why", status.why());
    return out;
  }
}
