// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.backhaul.json.Json;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.service.interfaces.AppliedNetwork;
import net.backhaul.service.state.HostRole;
import org.jspecify.annotations.Nullable;

/**
 * The members of {@code /status} for what networks are on this host: its bridges and gateways, and
 * what could not be set up. The reference has none of them; each is absent where it is empty.
 */
final class HostNetworkObject {
  private HostNetworkObject() {}

  static void put(Map<String, @Nullable Object> out, Map<Long, AppliedNetwork> networks) {
    var bridges = new ArrayList<@Nullable Object>();
    var gateways = new ArrayList<@Nullable Object>();
    var problems = new ArrayList<@Nullable Object>();
    networks.forEach(
        (networkId, applied) -> {
          HostRole role = applied.settings().role();
          if (!role.bridge().isEmpty()) {
            Map<String, @Nullable Object> bridge = object(networkId, applied);
            bridge.put("bridge", role.bridge());
            bridge.put("ports", role.bridgePorts());
            bridges.add(bridge);
          }
          if (!role.gatewayOut().isEmpty()) {
            Map<String, @Nullable Object> gateway = object(networkId, applied);
            gateway.put("out", role.gatewayOut());
            gateways.add(gateway);
          }
          for (String each : applied.sentences()) {
            Map<String, @Nullable Object> problem = Json.object();
            problem.put("nwid", NetworkIds.text(networkId));
            problem.put("problem", each);
            problems.add(problem);
          }
        });
    putIfAny(out, "bridges", bridges);
    putIfAny(out, "gateways", gateways);
    putIfAny(out, "problems", problems);
  }

  private static Map<String, @Nullable Object> object(long networkId, AppliedNetwork applied) {
    Map<String, @Nullable Object> out = Json.object();
    out.put("nwid", NetworkIds.text(networkId));
    out.put("device", applied.deviceName());
    return out;
  }

  private static void putIfAny(
      Map<String, @Nullable Object> out, String name, List<@Nullable Object> list) {
    if (!list.isEmpty()) {
      out.put(name, list);
    }
  }
}
