// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.identity.Identity;

/** Recorded data of the reference's lower half: its nodes, planets and packets. */
final class Vectors {
  private static final JsonNode NODES = file("vl1/identities.json");
  private static final Map<String, Identity> IDENTITIES = identities();

  private Vectors() {}

  static JsonNode file(String name) {
    try (InputStream in = Vectors.class.getResourceAsStream("/vectors/" + name)) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }

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

  /** Returns the letter of a node, or its address where it is none of the vectors'. */
  static String name(long address) {
    for (Map.Entry<String, Identity> entry : IDENTITIES.entrySet()) {
      if (entry.getKey().length() == 1 && entry.getValue().address() == address) {
        return entry.getKey();
      }
    }
    return HexFormat.of().toHexDigits(address, 10);
  }

  static byte[] world(String name) {
    for (JsonNode world : NODES.required("worlds")) {
      if (world.required("name").asText().equals(name)) {
        return hex(world, "serialized");
      }
    }
    throw new IllegalArgumentException("no world " + name);
  }

  static byte[] hex(JsonNode vector, String field) {
    return HexFormat.of().parseHex(vector.required(field).asText());
  }

  static InetSocketAddress endpoint(String text) {
    int slash = text.indexOf('/');
    return new InetSocketAddress(
        Endpoints.parseIp(text.substring(0, slash)), Integer.parseInt(text.substring(slash + 1)));
  }

  static String text(InetSocketAddress endpoint) {
    return Endpoints.text(endpoint);
  }
}
