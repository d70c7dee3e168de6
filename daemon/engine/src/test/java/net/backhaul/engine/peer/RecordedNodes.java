// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import net.backhaul.engine.NodeOptions;
import net.backhaul.engine.Output;
import net.backhaul.engine.StateKey;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.testing.Vectors;

/** The nodes and worlds of the recordings of VL1. */
final class RecordedNodes {
  private static final JsonNode NODES = Vectors.file("vl1/identities.json");
  private static final Map<String, Identity> IDENTITIES = identities();

  private RecordedNodes() {}

  private static Map<String, Identity> identities() {
    var all = new HashMap<String, Identity>();
    NODES
        .required("identities")
        .properties()
        .forEach(
            entry -> {
              Identity identity = Identity.parse(entry.getValue().required("secret").asText());
              all.put(entry.getKey(), identity);
              all.put(entry.getValue().required("address").asText(), identity);
            });
    return all;
  }

  /** Returns a node by its letter or its address in text. */
  static Identity identity(String name) {
    Identity found = IDENTITIES.get(name);
    if (found == null) {
      throw new IllegalArgumentException("no identity " + name);
    }
    return found;
  }

  /** Returns the letter of a recorded node, else the address in text. */
  static String name(long address) {
    for (Map.Entry<String, Identity> entry : IDENTITIES.entrySet()) {
      if (entry.getKey().length() == 1 && entry.getValue().address() == address) {
        return entry.getKey();
      }
    }
    return HexFormat.of().toHexDigits(address, 10);
  }

  /** Returns the serialized form of a recorded world by its name. */
  static byte[] world(String name) {
    for (JsonNode world : NODES.required("worlds")) {
      if (world.required("name").asText().equals(name)) {
        return Vectors.hex(world, "serialized");
      }
    }
    throw new IllegalArgumentException("no world " + name);
  }

  /** Returns node A without networks, which starts with a recorded planet. */
  static Vl1 nodeA(String planet, Output output, long nowMs) {
    return new Vl1(
        identity("A"),
        NodeOptions.DEFAULT,
        output,
        new Random(1),
        Map.of(new StateKey(StateKey.Kind.PLANET, 0), world(planet)),
        nowMs);
  }

  /** Adds a recorded node as a peer of the current version, with a path that is alive. */
  static Peer addPeer(Vl1 vl1, String name, InetSocketAddress at, long nowMs) {
    return addPeer(vl1, identity(name), at, nowMs);
  }

  /** Adds a node likewise. */
  static Peer addPeer(Vl1 vl1, Identity identity, InetSocketAddress at, long nowMs) {
    Peer peer = vl1.peers.add(identity.withoutPrivateKey()).orElseThrow();
    peer.version(12, 1, 14, 1);
    peer.lastReceiveMs = nowMs;
    var path = new Path(0, at);
    path.lastInMs = nowMs;
    path.lastValidMs = nowMs;
    peer.addPath(path, nowMs);
    return peer;
  }

  /** Parses an endpoint in the form {@code address/port}. */
  static InetSocketAddress endpoint(String text) {
    int slash = text.indexOf('/');
    return new InetSocketAddress(
        Endpoints.parseIp(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
  }
}
