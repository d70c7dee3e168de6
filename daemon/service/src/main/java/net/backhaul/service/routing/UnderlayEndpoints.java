// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.routing;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import net.backhaul.engine.NetworkStatus;
import net.backhaul.engine.Node;
import net.backhaul.engine.PeerStatus;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.protocol.world.World;

/**
 * The addresses at which this node reaches roots, controllers and peers.
 *
 * @param users the node that is reached at each address, in words
 */
public record UnderlayEndpoints(Map<InetAddress, String> users) {
  /** The maximum number of addresses; those of roots come first. */
  static final int MAX_ENDPOINTS = 4_096;

  /** No addresses. */
  public static final UnderlayEndpoints NONE = new UnderlayEndpoints(Map.of());

  /** Returns those of a node; on the node loop. */
  public static UnderlayEndpoints of(Node node, long nowMs) {
    var users = new LinkedHashMap<InetAddress, String>();
    Stream.concat(Stream.of(node.planet()), node.moons().stream())
        .map(World::roots)
        .flatMap(roots -> roots.stream())
        .forEach(
            root -> {
              String name = "root " + Addresses.text(root.identity().address());
              root.endpoints().forEach(each -> add(users, each, name));
            });
    var controllers = new LinkedHashMap<Long, String>();
    for (NetworkStatus each : node.networks()) {
      long controller = NetworkIds.controller(each.networkId());
      controllers.put(controller, "controller " + Addresses.text(controller));
    }
    for (PeerStatus peer : node.peers(nowMs)) {
      String name =
          controllers.getOrDefault(peer.address(), "peer " + Addresses.text(peer.address()));
      peer.paths().forEach(path -> add(users, path.endpoint(), name));
    }
    return new UnderlayEndpoints(users);
  }

  private static void add(Map<InetAddress, String> users, InetSocketAddress endpoint, String name) {
    if (users.size() < MAX_ENDPOINTS) {
      users.putIfAbsent(endpoint.getAddress(), name);
    }
  }
}
