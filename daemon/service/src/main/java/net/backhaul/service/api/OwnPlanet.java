// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.protocol.world.World;
import org.jspecify.annotations.Nullable;

/**
 * The next version of a planet that this node signs (01 section 7.8); nodes that have an older
 * version take it over from its roots.
 *
 * @param planet the version so far
 * @param nowMs the time of day, which becomes the version unless that would not be newer
 */
record OwnPlanet(Identity self, World planet, long nowMs) {
  /**
   * A root that is added or gets other endpoints.
   *
   * @param identity null if it has to be one of the planet already
   */
  record RootChange(long address, @Nullable Identity identity, List<InetSocketAddress> endpoints) {}

  OwnPlanet {
    if (!isSigner(self, planet)) {
      throw new IllegalArgumentException(
          "this node does not sign planet "
              + NetworkIds.text(planet.id())
              + ", so that nodes would reject the change; change it at the node that made it, or"
              + " make one of your own: root init");
    }
  }

  /** Returns whether nodes accept an update of this planet by the node. */
  static boolean isSigner(Identity self, World planet) {
    return Arrays.equals(planet.updateKey().toByteArray(), self.publicKey());
  }

  /** Returns a planet with this node as its only root. */
  static World first(Identity self, World current, RootChange root, long nowMs) {
    if (isSigner(self, current)) {
      throw new IllegalArgumentException(
          "this node already signs planet "
              + NetworkIds.text(current.id())
              + "; change its roots by root add and root remove");
    }
    return World.make(
        World.Type.PLANET,
        self.address(),
        nowMs,
        self.publicKey(),
        List.of(new World.Root(self.withoutPrivateKey(), root.endpoints())),
        self.keyPair());
  }

  /** Returns the version with a further root, or with other endpoints of one. */
  World with(RootChange change) {
    var roots = new ArrayList<World.Root>();
    boolean known = false;
    for (World.Root root : planet.roots()) {
      boolean changed = root.identity().address() == change.address();
      known |= changed;
      roots.add(changed ? changed(root, change) : root);
    }
    if (!known) {
      if (change.identity() == null) {
        throw new IllegalArgumentException(
            Addresses.text(change.address())
                + " is no root yet: expected the identity of the new root, from its file"
                + " identity.public");
      }
      if (roots.size() == World.MAX_ROOTS) {
        throw new IllegalArgumentException(
            "a planet has at most " + World.MAX_ROOTS + " roots; remove one first");
      }
      roots.add(new World.Root(change.identity(), change.endpoints()));
    }
    return signed(roots);
  }

  private static World.Root changed(World.Root root, RootChange change) {
    if (change.identity() != null && !change.identity().equals(root.identity())) {
      throw new IllegalArgumentException(
          "root "
              + root.identity()
              + " has another identity in the planet; remove it first if it was replaced");
    }
    return new World.Root(root.identity(), change.endpoints());
  }

  /** Returns the version without a root. */
  World without(long address) {
    var roots = new ArrayList<World.Root>();
    for (World.Root root : planet.roots()) {
      if (root.identity().address() != address) {
        roots.add(root);
      }
    }
    if (roots.size() == planet.roots().size()) {
      throw new IllegalArgumentException(Addresses.text(address) + " is no root of the planet");
    }
    if (roots.isEmpty()) {
      throw new IllegalArgumentException(
          Addresses.text(address) + " is the only root, which a planet needs; add another first");
    }
    return signed(roots);
  }

  private World signed(List<World.Root> roots) {
    return World.make(
        World.Type.PLANET,
        planet.id(),
        Math.max(nowMs, planet.timestampMs() + 1),
        planet.updateKey().toByteArray(),
        roots,
        self.keyPair());
  }
}
