// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.backhaul.engine.Drop;
import net.backhaul.engine.Output;
import net.backhaul.engine.PeerStatus.Role;
import net.backhaul.engine.StateKey;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.packet.WireWriter;
import net.backhaul.protocol.world.World;
import org.jspecify.annotations.Nullable;

/** The planet and the moons, and the roots that they list (01 section 7). */
final class Roots {
  private final Identity self;
  private final Output output;
  private World planet;
  private final Map<Long, World> moons = new TreeMap<>();
  private final Map<Long, Long> requestedMoons = new TreeMap<>();

  private final Map<Long, ListedRoot> upstreams = new LinkedHashMap<>();

  /** The keys of the above as an array: every packet reads them, and a map boxes longs. */
  private long[] upstreamAddresses = {};

  private boolean amRoot;

  /** A root: its identity and the endpoints that our worlds list for it. */
  record ListedRoot(Identity identity, Role role, List<InetSocketAddress> endpoints) {}

  Roots(Identity self, Output output, @Nullable World savedPlanet) {
    this.self = self;
    this.output = output;
    World builtIn = World.defaultPlanet();
    this.planet = savedPlanet == null || savedPlanet.replacedBy(builtIn) ? builtIn : savedPlanet;
    if (!planet.equals(savedPlanet)) {
      output.saveState(new StateKey(StateKey.Kind.PLANET, planet.id()), bytes(planet));
    }
    rebuild();
  }

  World planet() {
    return planet;
  }

  List<World> moons() {
    return List.copyOf(moons.values());
  }

  Map<Long, Long> requestedMoons() {
    return requestedMoons;
  }

  @Nullable World moon(long id) {
    return moons.get(id);
  }

  boolean amRoot() {
    return amRoot;
  }

  Iterable<Map.Entry<Long, ListedRoot>> upstreams() {
    return upstreams.entrySet();
  }

  List<Long> upstreamAddresses() {
    return List.copyOf(upstreams.keySet());
  }

  boolean isUpstream(long address) {
    for (long upstream : upstreamAddresses) {
      if (upstream == address) {
        return true;
      }
    }
    return false;
  }

  boolean isMoonSeed(long address) {
    return requestedMoons.containsValue(address);
  }

  Role role(long address) {
    ListedRoot root = upstreams.get(address);
    return root == null ? Role.LEAF : root.role();
  }

  List<InetSocketAddress> endpoints(long address) {
    ListedRoot root = upstreams.get(address);
    return root == null ? List.of() : root.endpoints();
  }

  /** Returns whether a peer may have this IP address: roots have only those that are listed. */
  boolean permits(long address, InetAddress ip) {
    ListedRoot root = upstreams.get(address);
    if (root == null || root.endpoints().isEmpty()) {
      return true;
    }
    for (InetSocketAddress endpoint : root.endpoints()) {
      if (endpoint.getAddress().equals(ip)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Adds a world if it may replace the one that we have (01 section 7.5).
   *
   * @param alwaysAcceptNew whether a moon is accepted that was not requested
   * @return why it was rejected, or null if it was added
   */
  @Nullable Drop add(World world, boolean alwaysAcceptNew) {
    Drop rejection =
        switch (world.type()) {
          case PLANET -> rejection(planet, world);
          case MOON -> moonRejection(world, alwaysAcceptNew);
          case NULL -> Drop.BAD_WORLD;
        };
    if (rejection != null) {
      return rejection;
    }
    if (world.type() == World.Type.PLANET) {
      planet = world;
      output.saveState(new StateKey(StateKey.Kind.PLANET, world.id()), bytes(world));
    } else {
      moons.put(world.id(), world);
      requestedMoons.remove(world.id());
      output.saveState(new StateKey(StateKey.Kind.MOON, world.id()), bytes(world));
    }
    rebuild();
    return null;
  }

  /** Replaces the planet by another one, whatever its id: the operator decides. */
  void use(World chosen) {
    planet = chosen;
    output.saveState(new StateKey(StateKey.Kind.PLANET, chosen.id()), bytes(chosen));
    rebuild();
  }

  private @Nullable Drop moonRejection(World moon, boolean alwaysAcceptNew) {
    World known = moons.get(moon.id());
    if (moon.id() == 0) {
      return Drop.BAD_WORLD;
    }
    if (known != null) {
      return rejection(known, moon);
    }
    Long seed = requestedMoons.get(moon.id());
    boolean accepted =
        alwaysAcceptNew
            || (seed != null
                && moon.roots().stream().anyMatch(root -> root.identity().address() == seed));
    return accepted ? null : Drop.BAD_WORLD;
  }

  private static @Nullable Drop rejection(World current, World other) {
    if (current.replacedBy(other)) {
      return null;
    }
    return other.isVersionOf(current)
            && Long.compareUnsigned(other.timestampMs(), current.timestampMs()) <= 0
        ? Drop.OLD_WORLD
        : Drop.BAD_WORLD;
  }

  /** Requests a moon from its seed. */
  void request(long moonId, long seed) {
    requestedMoons.put(moonId, seed);
  }

  /** Removes a moon, or the request for one. */
  void removeMoon(long moonId) {
    requestedMoons.remove(moonId);
    if (moons.remove(moonId) != null) {
      rebuild();
    }
    output.saveState(new StateKey(StateKey.Kind.MOON, moonId), null);
  }

  private void rebuild() {
    upstreams.clear();
    amRoot = false;
    addRoots(planet, Role.PLANET);
    for (World moon : moons.values()) {
      addRoots(moon, Role.MOON);
    }
    upstreamAddresses = upstreams.keySet().stream().mapToLong(Long::longValue).toArray();
  }

  private void addRoots(World world, Role role) {
    for (World.Root root : world.roots()) {
      long address = root.identity().address();
      if (address == self.address()) {
        amRoot |= root.identity().equals(self); // Another key with our address makes no root of us.
        continue;
      }
      ListedRoot known = upstreams.get(address);
      var endpoints = new ArrayList<InetSocketAddress>();
      if (known != null) {
        endpoints.addAll(known.endpoints());
      }
      for (InetSocketAddress endpoint : root.endpoints()) {
        if (!endpoints.contains(endpoint)) {
          endpoints.add(endpoint);
        }
      }
      upstreams.put(
          address,
          new ListedRoot(
              known == null ? root.identity() : known.identity(),
              known == null ? role : known.role(),
              List.copyOf(endpoints)));
    }
  }

  private static byte[] bytes(World world) {
    var out = new WireWriter();
    world.writeTo(out);
    return out.toByteArray();
  }
}
