// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.backhaul.controller.AddressPool;
import net.backhaul.controller.Controller;
import net.backhaul.controller.NetworkRecord;
import net.backhaul.json.Json;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.protocol.network.Route;
import org.jspecify.annotations.Nullable;

/**
 * A network as the API shows it.
 *
 * @param members all, authorized or not
 * @param waiting those that request to be authorized
 * @param removed those in the bin
 */
record NetworkView(NetworkRecord network, int members, int authorized, int waiting, int removed) {
  /** Reads a network on the thread of the controller. */
  static NetworkView of(Controller controller, NetworkRecord network) {
    return new NetworkView(
        network,
        controller.memberCount(network.id()),
        controller.authorizedCount(network.id()),
        controller.waitingCount(network.id()),
        controller.bin().count(network.id()));
  }

  Map<String, @Nullable Object> object() {
    Map<String, @Nullable Object> out = Json.object();
    out.put("id", NetworkIds.text(network.id()));
    out.put("revision", Revisions.of(network));
    out.put("name", network.name());
    out.put("private", network.isPrivate());
    out.put("broadcast", network.broadcast());
    out.put("directory", network.directory());
    out.put("mtu", network.mtuBytes());
    out.put("multicastLimit", Json.unsigned(network.multicastLimit()));
    out.put("autoAssign", autoAssign());
    out.put("routes", routes());
    out.put("pools", pools());
    out.put("dns", dns());
    AnnotationFields.put(out, network.annotations());
    out.put("deauthorizeAfterDays", network.deauthorizeAfterDays());
    out.put("memberCount", members);
    out.put("authorizedCount", authorized);
    out.put("waitingCount", waiting);
    out.put("removedCount", removed);
    return out;
  }

  private Map<String, @Nullable Object> autoAssign() {
    Map<String, @Nullable Object> out = Json.object();
    out.put("ipv4", network.assign().v4());
    out.put("ipv6", network.assign().v6());
    out.put("rfc4193", network.assign().rfc4193());
    out.put("6plane", network.assign().sixPlane());
    return out;
  }

  private List<@Nullable Object> routes() {
    var out = new ArrayList<@Nullable Object>();
    for (Route route : network.routes()) {
      Map<String, @Nullable Object> json = Json.object();
      json.put("target", route.target().toString());
      InetAddress via = route.via();
      json.put("via", via == null ? null : Endpoints.ipText(via));
      json.put("metric", route.metric());
      out.add(json);
    }
    return out;
  }

  private List<@Nullable Object> pools() {
    var out = new ArrayList<@Nullable Object>();
    for (AddressPool pool : network.pools()) {
      Map<String, @Nullable Object> json = Json.object();
      json.put("start", Endpoints.ipText(pool.start()));
      json.put("end", Endpoints.ipText(pool.end()));
      out.add(json);
    }
    return out;
  }

  private Map<String, @Nullable Object> dns() {
    Map<String, @Nullable Object> out = Json.object();
    out.put("domain", network.dnsDomain());
    out.put("servers", network.dnsServers().stream().map(Endpoints::ipText).toList());
    return out;
  }
}
