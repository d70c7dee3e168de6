// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.world;

import static net.backhaul.protocol.WireBytes.reader;
import static net.backhaul.protocol.WireBytes.written;
import static net.backhaul.testing.Vectors.hex;
import static net.backhaul.testing.Vectors.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import net.backhaul.crypto.Hashes;
import net.backhaul.crypto.KeyPair;
import net.backhaul.crypto.Signatures;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.testing.Vectors;
import org.junit.jupiter.api.Test;

class WorldVectorsTest {
  private final JsonNode file = Vectors.file("crypto/worlds.json");

  private Map<String, World> worlds() {
    var worlds = new HashMap<String, World>();
    for (JsonNode vector : file.required("worlds")) {
      worlds.put(text(vector, "name"), World.read(reader(hex(vector, "binary"))));
    }
    return worlds;
  }

  @Test
  void readsAndWritesRecordedWorlds() {
    for (JsonNode vector : file.required("worlds")) {
      World world = World.read(reader(hex(vector, "binary")));

      JsonNode decoded = vector.required("decoded");
      assertEquals(text(decoded, "id"), HexFormat.of().toHexDigits(world.id()));
      assertEquals(decoded.required("timestamp").asLong(), world.timestampMs());
      assertEquals(decoded.required("roots").size(), world.roots().size());
      assertEquals(text(vector, "binary"), written(world::writeTo), text(vector, "name"));
      byte[] signed = world.signedBytes();
      assertEquals(vector.required("signed_bytes_length").asInt(), signed.length);
      assertEquals(
          text(vector, "signed_bytes_sha512"), HexFormat.of().formatHex(Hashes.sha512(signed)));
      if (vector.hasNonNull("signature_verifies_with")) {
        assertTrue(
            Signatures.verify(
                hex(vector, "signature_verifies_with"), signed, world.signature().toByteArray()));
      }
    }
  }

  @Test
  void rejectsTamperedWorlds() {
    World current = worlds().get("moon-a-v1");
    for (JsonNode vector : file.required("tampered")) {
      String name = text(vector, "name");
      byte[] bytes = hex(vector, "binary");
      boolean parses =
          vector.required("parses").asBoolean() && !name.equals("moon-trailer-length-beyond-end");
      if (!parses) {
        assertThrows(WireException.class, () -> World.read(reader(bytes)), name);
        continue;
      }
      World world = World.read(reader(bytes));
      assertEquals(
          vector.required("replaces_moon_a_v1").asBoolean(), current.replacedBy(world), name);
    }
  }

  @Test
  void replacesWorldsAsRecorded() {
    Map<String, World> worlds = worlds();
    for (JsonNode rule : file.required("update_rules")) {
      World update = worlds.get(text(rule, "update"));
      if (rule.required("current").isNull() || update == null) {
        continue;
      }
      World current = worlds.get(text(rule, "current"));

      assertEquals(
          rule.required("accepted").asBoolean(), current.replacedBy(update), rule.toString());
    }
  }

  @Test
  void signsNewWorlds() {
    KeyPair signer = KeyPair.ofPrivate(hex(file.required("keys").get(0), "private"));
    World planet = World.defaultPlanet();

    World made = World.make(World.Type.PLANET, 77, 5, signer.publicKey(), planet.roots(), signer);
    World next = World.make(World.Type.PLANET, 77, 6, signer.publicKey(), planet.roots(), signer);

    assertTrue(made.replacedBy(next));
    assertEquals(149604618L, planet.id());
    assertEquals(4, planet.roots().size());
  }
}
