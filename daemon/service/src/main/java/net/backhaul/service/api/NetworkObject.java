// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.backhaul.engine.NetworkStatus;
import net.backhaul.json.Json;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.ethernet.Macs;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.Route;
import net.backhaul.service.interfaces.AppliedNetwork;
import net.backhaul.service.interfaces.DeviceMtu;
import net.backhaul.service.routing.RouteConflict;
import net.backhaul.service.state.LocalNetworkSettings;
import net.backhaul.service.state.NetworkSettingNames;
import org.jspecify.annotations.Nullable;

/** The JSON object of a joined network (04 section 4.5.2). */
final class NetworkObject {
  private NetworkObject() {}

  static Map<String, @Nullable Object> of(
      NetworkStatus status,
      LocalNetworkSettings settings,
      Optional<AppliedNetwork> applied,
      long self) {
    Map<String, @Nullable Object> out = Json.object();
    String id = NetworkIds.text(status.networkId());
    out.put("id", id);
    out.put("nwid", id);
    out.put("mac", Macs.text(status.mac()));
    out.put("status", status.state().name());
    out.put("portDeviceName", applied.map(AppliedNetwork::deviceName).orElse(""));
    out.put("portError", applied.map(AppliedNetwork::portError).orElse(0));
    out.put("dhcp", false);
    out.put(NetworkSettingNames.MANAGED, settings.managed().granted());
    out.put(NetworkSettingNames.GLOBAL, settings.global().granted());
    out.put(NetworkSettingNames.DEFAULT, settings.allowDefault());
    out.put(NetworkSettingNames.DNS, settings.dns().granted());
    NetworkPermissions.putLists(out, settings);
    out.put("multicastSubscriptions", groups(status));
    applied.ifPresent(each -> putProblems(out, each));
    NetworkConfig config = status.config();
    if (config == null) {
      putUnknown(out);
    } else {
      put(out, config, self);
    }
    if (config != null && config.sso().enabled()) {
      out.put("ssoEnabled", true);
      out.put("authenticationURL", status.authenticationUrl());
      out.put("authenticationExpiryTime", config.sso().expiryMs());
    }
    return out;
  }

  /** The reference has no such members; there are none without problems. */
  private static void putProblems(Map<String, @Nullable Object> out, AppliedNetwork applied) {
    if (!applied.rejected().isEmpty()) {
      var rejected = new ArrayList<@Nullable Object>();
      applied.rejected().forEach(each -> rejected.add(object(each)));
      out.put("rejected", rejected);
    }
    if (!applied.problems().isEmpty()) {
      out.put("problems", applied.problems());
    }
  }

  private static Map<String, @Nullable Object> object(RouteConflict rejected) {
    Map<String, @Nullable Object> out = Json.object();
    out.put("kind", rejected.isRoute() ? "route" : "address");
    out.put("target", rejected.target().toString());
    InetAddress via = rejected.via();
    if (via != null) {
      out.put("via", Endpoints.ipText(via));
    }
    out.put("reason", rejected.reason());
    return out;
  }

  private static void putUnknown(Map<String, @Nullable Object> out) {
    out.put("name", "");
    out.put("type", "PRIVATE");
    out.put("mtu", NetworkConfig.DEFAULT_MTU_BYTES);
    out.put("bridge", false);
    out.put("broadcastEnabled", false);
    out.put("netconfRevision", 0);
    out.put("assignedAddresses", List.of());
    out.put("routes", List.of());
    out.put("dns", dns("", List.of()));
  }

  private static void put(Map<String, @Nullable Object> out, NetworkConfig config, long self) {
    out.put("name", config.name());
    out.put("type", config.isPublic() ? "PUBLIC" : "PRIVATE");
    out.put("mtu", DeviceMtu.of(config));
    out.put("bridge", config.isActiveBridge(self));
    out.put("broadcastEnabled", config.broadcastEnabled());
    out.put("netconfRevision", config.revision());
    out.put("assignedAddresses", config.addresses().stream().map(IpPrefix::toString).toList());
    var routes = new ArrayList<@Nullable Object>();
    config.routes().forEach(route -> routes.add(object(route)));
    out.put("routes", routes);
    out.put(
        "dns",
        dns(config.dnsDomain(), config.dnsServers().stream().map(Endpoints::ipText).toList()));
  }

  private static Map<String, @Nullable Object> object(Route route) {
    Map<String, @Nullable Object> out = Json.object();
    out.put("target", route.target().toString());
    out.put("via", route.via() == null ? null : Endpoints.ipText(route.via()));
    out.put("flags", route.flags());
    out.put("metric", route.metric());
    return out;
  }

  private static Map<String, @Nullable Object> dns(String domain, List<String> servers) {
    Map<String, @Nullable Object> out = Json.object();
    out.put("domain", domain);
    out.put("servers", servers);
    return out;
  }

  private static List<@Nullable Object> groups(NetworkStatus status) {
    var all = new ArrayList<@Nullable Object>();
    status.groups().stream()
        .sorted()
        .forEach(
            group -> {
              Map<String, @Nullable Object> out = Json.object();
              out.put("mac", Macs.text(group.mac()));
              out.put("adi", Integer.toUnsignedLong(group.adi()));
              all.add(out);
            });
    return all;
  }
}
