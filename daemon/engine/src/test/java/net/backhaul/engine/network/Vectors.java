// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import net.backhaul.protocol.identity.Identity;

/** Recorded data of the reference. */
final class Vectors {
  private Vectors() {}

  static JsonNode file(String name) {
    try (InputStream in = Vectors.class.getResourceAsStream("/vectors/vl2/" + name)) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }

  /** Returns the identities of all tests by their names, with private keys. */
  static Map<String, Identity> identities() {
    var all = new HashMap<String, Identity>();
    file("identities.json")
        .required("identities")
        .properties()
        .forEach(
            entry ->
                all.put(
                    entry.getKey(), Identity.parse(entry.getValue().required("secret").asText())));
    return all;
  }

  static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex);
  }

  static long number(JsonNode vector, String field) {
    return HexFormat.fromHexDigitsToLong(vector.required(field).asText());
  }
}
