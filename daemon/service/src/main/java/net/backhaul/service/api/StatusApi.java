// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import net.backhaul.engine.NodeStatus;
import net.backhaul.json.Json;
import net.backhaul.protocol.Version;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.service.NodeLoop;
import net.backhaul.service.Ports;
import net.backhaul.service.http.Request;
import net.backhaul.service.http.Resource;
import net.backhaul.service.http.Response;
import net.backhaul.service.interfaces.AppliedNetwork;
import net.backhaul.service.settings.LiveSettings;
import net.backhaul.service.settings.Settings;
import net.backhaul.service.udp.UdpSockets;
import org.jspecify.annotations.Nullable;

/** Answers {@code /status} and {@code /health} (04 section 4.5.1). */
public final class StatusApi implements Resource {
  private final NodeLoop loop;
  private final LiveSettings settings;
  private final UdpSockets sockets;
  private final Ports ports;
  private final String home;
  private final Supplier<Map<Long, AppliedNetwork>> networks;

  /**
   * Creates it.
   *
   * @param networks returns the state of the joined networks on this host
   */
  public StatusApi(
      NodeLoop loop,
      LiveSettings settings,
      UdpSockets sockets,
      Ports ports,
      String home,
      Supplier<Map<Long, AppliedNetwork>> networks) {
    this.networks = networks;
    this.loop = loop;
    this.settings = settings;
    this.sockets = sockets;
    this.ports = ports;
    this.home = home;
  }

  private record Snapshot(NodeStatus node, List<InetSocketAddress> listening) {}

  @Override
  public CompletableFuture<Response> answer(Request request) {
    boolean whole = request.path().equals("/status");
    if (request.method() != Request.Method.GET || (!whole && !request.path().equals("/health"))) {
      return CompletableFuture.completedFuture(Response.NOT_FOUND);
    }
    return loop.submit(node -> new Snapshot(node.status(NodeLoop.nowMs()), sockets.addresses()))
        .thenApply(
            snapshot -> Response.json(Json.write(whole ? status(snapshot) : health(snapshot))));
  }

  private static Map<String, @Nullable Object> health(Snapshot snapshot) {
    Map<String, @Nullable Object> out = Json.object();
    out.put("online", snapshot.node().online());
    out.put("clock", System.currentTimeMillis());
    out.put("version", Version.REFERENCE);
    out.put("versionMajor", Version.MAJOR);
    out.put("versionMinor", Version.MINOR);
    out.put("versionRev", Version.REVISION);
    out.put("versionBuild", Version.BUILD);
    return out;
  }

  private Map<String, @Nullable Object> status(Snapshot snapshot) {
    Map<String, @Nullable Object> out = health(snapshot);
    NodeStatus node = snapshot.node();
    out.put("address", Addresses.text(node.address()));
    out.put("publicIdentity", node.identity().publicText());
    out.put("tcpFallbackActive", node.relay() != null);
    out.put("planetWorldId", node.planetId());
    out.put("planetWorldTimestamp", node.planetTimestampMs());
    out.put("config", config(snapshot));
    HostNetworkObject.put(out, networks.get());
    return out;
  }

  /** Returns local.conf, its settings overlaid with the values in use. */
  private Map<String, @Nullable Object> config(Snapshot snapshot) {
    Settings active = settings.settings();
    Map<String, @Nullable Object> config = new TreeMap<>(settings.conf());
    Map<String, @Nullable Object> overlaid = new TreeMap<>(Json.asObject(config.get("settings")));
    overlaid.put("allowTcpFallbackRelay", active.allowTcpFallbackRelay());
    overlaid.put("forceTcpRelay", active.forceTcpRelay());
    overlaid.putIfAbsent("primaryPort", ports.primary());
    overlaid.putIfAbsent("secondaryPort", ports.secondary());
    overlaid.putIfAbsent("tertiaryPort", ports.tertiary());
    overlaid.put("homeDir", home);
    overlaid.put("listeningOn", texts(snapshot.listening()));
    overlaid.put("surfaceAddresses", texts(snapshot.node().surfaceAddresses()));
    overlaid.put("portMappingEnabled", active.portMappingEnabled());
    overlaid.put("softwareUpdate", "disable");
    overlaid.put("softwareUpdateChannel", active.softwareUpdateChannel());
    config.put("settings", overlaid);
    return config;
  }

  private static List<String> texts(List<InetSocketAddress> endpoints) {
    return endpoints.stream().map(Endpoints::text).toList();
  }
}
