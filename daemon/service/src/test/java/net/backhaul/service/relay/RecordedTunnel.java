// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.relay;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Map;
import net.backhaul.json.Json;

/** The recorded stream of a TCP relay, {@code tcp_tunnel.json} of the protocol's vectors. */
final class RecordedTunnel {
  private static final Path FILE =
      Path.of("../../protocol/src/test/resources/vectors/vl1/tcp_tunnel.json");

  private RecordedTunnel() {}

  /** Returns a text by the keys that lead to it. */
  static String text(String... keys) {
    try {
      Object value = Json.parse(Files.readString(FILE));
      for (String key : keys) {
        value = ((Map<?, ?>) value).get(key);
      }
      return String.valueOf(value);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns bytes by the keys that lead to them. */
  static byte[] bytes(String... keys) {
    return HexFormat.of().parseHex(text(keys));
  }
}
