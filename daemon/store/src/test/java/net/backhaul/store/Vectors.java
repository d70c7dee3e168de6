// SPDX-License-Identifier: Apache-2.0
package net.backhaul.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import net.backhaul.protocol.identity.Identity;

/** Recorded data of the reference. */
final class Vectors {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Vectors() {}

  static JsonNode file(String name) {
    try (InputStream in = Vectors.class.getResourceAsStream("/vectors/" + name)) {
      return MAPPER.readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }

  /** Returns who recorded the service's vectors: r is the controller, a, b and c are members. */
  static Identity identity(String name) {
    return Identity.parse(
        file("service/identities.json").required(name).required("secret").asText());
  }
}
