// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;

/** Recorded data of the reference, and what tests do with it all the time. */
public final class Vectors {
  private Vectors() {}

  public static JsonNode file(String name) {
    try (InputStream in = Vectors.class.getResourceAsStream("/vectors/" + name)) {
      return new ObjectMapper().readTree(in);
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }

  public static byte[] hex(JsonNode vector, String field) {
    return HexFormat.of().parseHex(vector.required(field).asText());
  }

  public static String text(JsonNode vector, String field) {
    return vector.required(field).asText();
  }

  public static WireReader reader(byte[] bytes) {
    return new WireReader(bytes, 0, bytes.length);
  }

  /** Something that writes itself to the wire. */
  public interface Writable {
    void writeTo(WireWriter out);
  }

  public static String written(Writable value) {
    var out = new WireWriter();
    value.writeTo(out);
    return HexFormat.of().formatHex(out.toByteArray());
  }
}
