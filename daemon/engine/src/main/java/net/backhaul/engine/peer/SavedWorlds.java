// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.util.Map;
import net.backhaul.engine.StateKey;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.world.World;
import org.jspecify.annotations.Nullable;

/** Reads the planet and the moons that an earlier run has saved; damaged ones are ignored. */
final class SavedWorlds {
  private SavedWorlds() {}

  /** Returns the saved planet, or null without a valid one. */
  static @Nullable World planet(Map<StateKey, byte[]> saved) {
    for (Map.Entry<StateKey, byte[]> entry : saved.entrySet()) {
      if (entry.getKey().kind() == StateKey.Kind.PLANET) {
        World planet = read(entry.getValue());
        return planet != null && planet.type() == World.Type.PLANET ? planet : null;
      }
    }
    return null;
  }

  /** Adds all saved moons to the roots. */
  static void addMoons(Map<StateKey, byte[]> saved, Roots roots) {
    saved.forEach(
        (key, bytes) -> {
          if (key.kind() == StateKey.Kind.MOON) {
            addMoon(key.id(), bytes, roots);
          }
        });
  }

  /** Adds a saved moon to the roots, and returns whether it was valid. */
  static boolean addMoon(long moonId, byte[] bytes, Roots roots) {
    World moon = read(bytes);
    return moon != null
        && moon.type() == World.Type.MOON
        && moon.id() == moonId
        && roots.add(moon, true) == null;
  }

  private static @Nullable World read(byte[] bytes) {
    try {
      return World.read(new WireReader(bytes, 0, bytes.length));
    } catch (WireException damaged) {
      return null;
    }
  }
}
