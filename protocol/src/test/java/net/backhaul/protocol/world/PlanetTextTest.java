// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.world;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.backhaul.crypto.KeyPair;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.packet.WireWriter;
import org.junit.jupiter.api.Test;

class PlanetTextTest {
  private static final long SEED = 5;

  private static World world(World.Type type, long id, int roots) {
    var identity = Identity.generate(new Random(SEED));
    var root =
        new World.Root(
            identity.withoutPrivateKey(), List.of(new InetSocketAddress("192.0.2.1", 9993)));
    KeyPair signer = KeyPair.generate(new Random(SEED));
    return World.make(type, id, 7, signer.publicKey(), Collections.nCopies(roots, root), signer);
  }

  private static byte[] bytes(World world) {
    var out = new WireWriter();
    world.writeTo(out);
    return out.toByteArray();
  }

  private static String reasonOf(String text) {
    return String.valueOf(
        assertThrows(IllegalArgumentException.class, () -> PlanetText.parse(text)).getMessage());
  }

  @Test
  void parsesWhatItHasWritten() {
    World planet = world(World.Type.PLANET, 9, 1);

    assertEquals(planet, PlanetText.parse(PlanetText.of(planet)));
    assertEquals(planet, PlanetText.parse("  " + PlanetText.of(planet) + "\n"));
    assertEquals(World.defaultPlanet(), PlanetText.parse(PlanetText.of(World.defaultPlanet())));
  }

  @Test
  void knowsWhetherThePlanetIsSignedByItsOwnKey() {
    World planet = world(World.Type.PLANET, 9, 1);
    byte[] changed = bytes(planet);
    changed[16]++;

    assertTrue(planet.isSelfSigned());
    assertFalse(PlanetText.parse(PlanetText.of(changed)).isSelfSigned());
  }

  @Test
  void rejectsEveryPartOfAPlanet() {
    byte[] planet = bytes(world(World.Type.PLANET, 9, 1));
    for (int length = 0; length < planet.length; length++) {
      String text = PlanetText.of(Arrays.copyOf(planet, length));
      assertTrue(reasonOf(text).startsWith("expected a planet"), text);
    }
    for (int length = 0; length < PlanetText.of(planet).length(); length++) {
      reasonOf(PlanetText.of(planet).substring(0, length));
    }
  }

  @Test
  void saysWhatIsWrong() {
    byte[] planet = bytes(world(World.Type.PLANET, 9, 1));

    assertEquals(
        "expected a text that begins with planet:",
        reasonOf(Base64.getUrlEncoder().encodeToString(planet)));
    assertEquals(
        "expected base64 after planet:; was a part of the line lost?", reasonOf("planet:a*b"));
    assertEquals(
        "expected a planet and nothing after it, found 1 further bytes",
        reasonOf(PlanetText.of(Arrays.copyOf(planet, planet.length + 1))));
    assertEquals(
        "expected a planet of at most 8480 bytes, found 8481 bytes",
        reasonOf(PlanetText.of(new byte[World.MAX_BYTES + 1])));
    assertEquals(
        "expected a planet, found a moon or an empty world",
        reasonOf(PlanetText.of(world(World.Type.MOON, 9, 1))));
    assertEquals(
        "expected a planet, found a moon or an empty world",
        reasonOf(PlanetText.of(world(World.Type.PLANET, 0, 1))));
    assertEquals(
        "expected a planet with at least one root, found none",
        reasonOf(PlanetText.of(world(World.Type.PLANET, 9, 0))));
  }
}
