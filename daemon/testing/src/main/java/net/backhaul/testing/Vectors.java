// SPDX-License-Identifier: Apache-2.0
package net.backhaul.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Reads recordings of the reference from {@code vectors/} on the class path. */
public final class Vectors {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private Vectors() {}

  /** Returns a JSON file by its path below {@code vectors/}. */
  public static JsonNode file(String name) {
    try {
      return MAPPER.readTree(textFile(name));
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }

  /** Returns a UTF-8 text file by its path below {@code vectors/}. */
  public static String textFile(String name) {
    try (InputStream in = Vectors.class.getResourceAsStream("/vectors/" + name)) {
      if (in == null) {
        throw new IllegalArgumentException("vectors/" + name + " is not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(name, e);
    }
  }

  /** Returns a field of a vector as text. */
  public static String text(JsonNode vector, String field) {
    return vector.required(field).asText();
  }

  /** Returns the bytes of a field that holds hexadecimal digits. */
  public static byte[] hex(JsonNode vector, String field) {
    return bytes(text(vector, field));
  }

  /** Returns the number in a field that holds up to 16 hexadecimal digits. */
  public static long number(JsonNode vector, String field) {
    return HexFormat.fromHexDigitsToLong(text(vector, field));
  }

  /** Returns the bytes of hexadecimal digits. */
  public static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex);
  }
}
