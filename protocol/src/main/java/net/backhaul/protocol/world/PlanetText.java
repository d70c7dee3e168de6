// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.world;

import java.util.Base64;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;

/**
 * A planet as one word of text, to be passed from one host to another: {@code planet:} and its
 * binary form in base64 for URLs, without padding. The format is our own.
 */
public final class PlanetText {
  /** What the text begins with. */
  public static final String PREFIX = "planet:";

  private PlanetText() {}

  /** Returns the text of a planet. */
  public static String of(World planet) {
    var out = new WireWriter();
    planet.writeTo(out);
    return of(out.toByteArray());
  }

  /** Returns the text of bytes that are meant to be a planet. */
  public static String of(byte[] planet) {
    return PREFIX + Base64.getUrlEncoder().withoutPadding().encodeToString(planet);
  }

  /**
   * Parses a text.
   *
   * @throws IllegalArgumentException if it is not that of a planet with at least one root; the
   *     message says what was expected
   */
  public static World parse(String text) {
    String trimmed = text.strip();
    if (!trimmed.startsWith(PREFIX)) {
      throw new IllegalArgumentException("expected a text that begins with " + PREFIX);
    }
    byte[] bytes;
    try {
      bytes = Base64.getUrlDecoder().decode(trimmed.substring(PREFIX.length()));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "expected base64 after " + PREFIX + "; was a part of the line lost?", e);
    }
    return read(bytes);
  }

  private static World read(byte[] bytes) {
    if (bytes.length > World.MAX_BYTES) {
      throw new IllegalArgumentException(
          "expected a planet of at most "
              + World.MAX_BYTES
              + " bytes, found "
              + bytes.length
              + " bytes");
    }
    World planet;
    var in = new WireReader(bytes, 0, bytes.length);
    try {
      planet = World.read(in);
    } catch (WireException e) {
      throw new IllegalArgumentException(
          "expected a planet, found " + bytes.length + " bytes that are none: " + e.getMessage(),
          e);
    }
    if (!in.atEnd()) {
      throw new IllegalArgumentException(
          "expected a planet and nothing after it, found " + in.remaining() + " further bytes");
    }
    if (planet.type() != World.Type.PLANET || planet.id() == 0) {
      throw new IllegalArgumentException("expected a planet, found a moon or an empty world");
    }
    if (planet.roots().isEmpty()) {
      throw new IllegalArgumentException("expected a planet with at least one root, found none");
    }
    return planet;
  }
}
