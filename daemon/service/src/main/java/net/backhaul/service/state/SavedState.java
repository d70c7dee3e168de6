// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.state;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import net.backhaul.engine.StateKey;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.world.World;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the node keeps for its next run: worlds, networks and peers (04 section 2, 02 section 5.4).
 *
 * <p>Everything is written on one thread. Of what was saved under one key several times before the
 * disk had time, the last is written, so what waits is no more than there are keys.
 */
public final class SavedState implements AutoCloseable {
  /** Peers that were not seen for so long are forgotten. */
  public static final long PEER_LIFETIME_MS = TimeUnit.DAYS.toMillis(30);

  private static final Logger log = LoggerFactory.getLogger(SavedState.class);
  private static final String PLANET = "planet";
  private static final String MOONS = "moons.d";
  private static final String NETWORKS = "networks.d";
  private static final String PEERS = "peers.d";
  private static final byte[] NO_CONFIG = {'\n'};
  private static final int PEER_FORMAT = 2;
  private static final long CLOSE_WITHIN_MS = 2_000;

  private final HomeDirectory home;
  private final Map<StateKey, Optional<byte[]>> pending = new ConcurrentHashMap<>();
  private final Map<Long, LocalNetworkSettings> settings = new ConcurrentHashMap<>();
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(
          work -> {
            var made = new Thread(work, "state");
            made.setDaemon(true);
            return made;
          });

  public SavedState(HomeDirectory home) {
    this.home = home;
  }

  /** Reads all that an earlier run has left. What is damaged is moved aside and left out. */
  public Map<StateKey, byte[]> load(long wallMs) {
    var all = new HashMap<StateKey, byte[]>();
    home.read(PLANET).ifPresent(bytes -> loadWorld(all, PLANET, 0, bytes, World.Type.PLANET));
    for (String name : home.list(MOONS, ".moon")) {
      if (isHex(name, NetworkIds.DIGITS)) {
        String file = MOONS + "/" + name + ".moon";
        long id = HexFormat.fromHexDigitsToLong(name);
        home.read(file).ifPresent(bytes -> loadWorld(all, file, id, bytes, World.Type.MOON));
      }
    }
    for (String name : home.list(NETWORKS, ".conf")) {
      if (isHex(name, NetworkIds.DIGITS)) {
        loadNetwork(all, name);
      }
    }
    expirePeers(wallMs);
    for (String name : home.list(PEERS, ".peer")) {
      if (isHex(name, Addresses.DIGITS)) {
        loadPeer(all, name);
      }
    }
    return all;
  }

  private void loadWorld(
      Map<StateKey, byte[]> all, String file, long id, byte[] bytes, World.Type type) {
    try {
      World world = World.read(new WireReader(bytes, 0, bytes.length));
      if (world.type() == type && (type == World.Type.PLANET || world.id() == id)) {
        var kind = type == World.Type.PLANET ? StateKey.Kind.PLANET : StateKey.Kind.MOON;
        all.put(new StateKey(kind, world.id()), bytes);
        return;
      }
      home.moveAside(file, "it holds another world than its name says");
    } catch (WireException e) {
      home.moveAside(file, String.valueOf(e.getMessage()));
    }
  }

  /** A network stays joined whatever its file holds: only its configuration can be lost. */
  private void loadNetwork(Map<StateKey, byte[]> all, String name) {
    String file = NETWORKS + "/" + name + ".conf";
    var key = new StateKey(StateKey.Kind.NETWORK, HexFormat.fromHexDigitsToLong(name));
    byte[] bytes = home.read(file).orElse(NO_CONFIG);
    if (bytes.length > 1) {
      try {
        NetworkConfig.decode(bytes);
      } catch (WireException | IllegalArgumentException e) {
        home.moveAside(file, String.valueOf(e.getMessage()));
        bytes = NO_CONFIG;
        save(key, bytes);
      }
    }
    all.put(key, bytes);
  }

  private void loadPeer(Map<StateKey, byte[]> all, String name) {
    String file = PEERS + "/" + name + ".peer";
    long address = HexFormat.fromHexDigitsToLong(name);
    byte[] bytes = home.read(file).orElse(null);
    if (bytes == null) {
      return;
    }
    try {
      var in = new WireReader(bytes, 0, bytes.length);
      if (in.u8() == PEER_FORMAT && Identity.read(in).address() == address) {
        all.put(new StateKey(StateKey.Kind.PEER, address), bytes);
        return;
      }
      home.moveAside(file, "it holds another peer than its name says");
    } catch (WireException e) {
      home.moveAside(file, String.valueOf(e.getMessage()));
    }
  }

  /** Deletes what is remembered of peers that were not seen for long. */
  public void expirePeers(long wallMs) {
    for (String name : home.list(PEERS, ".peer")) {
      String file = PEERS + "/" + name + ".peer";
      if (home.modifiedMs(file) < wallMs - PEER_LIFETIME_MS) {
        home.delete(file);
      }
    }
  }

  /** Writes something soon, in order; null deletes it. The bytes are borrowed. */
  public void save(StateKey key, byte @Nullable [] content) {
    Optional<byte[]> copy = content == null ? Optional.empty() : Optional.of(content.clone());
    if (pending.put(key, copy) == null) {
      execute(() -> writePending(key));
    }
  }

  private void writePending(StateKey key) {
    Optional<byte[]> content = pending.remove(key);
    if (content != null) {
      write(fileName(key), content.orElse(null));
    }
  }

  /** Returns what a user lets a network do. */
  public LocalNetworkSettings networkSettings(long networkId) {
    return settings.computeIfAbsent(
        networkId,
        id ->
            home.read(settingsFile(id))
                .map(NetworkSettingsFormat::read)
                .orElse(LocalNetworkSettings.DEFAULT));
  }

  public void saveNetworkSettings(long networkId, LocalNetworkSettings changed) {
    settings.put(networkId, changed);
    byte[] content = NetworkSettingsFormat.write(changed).getBytes(StandardCharsets.US_ASCII);
    execute(() -> write(settingsFile(networkId), content));
  }

  public void removeNetworkSettings(long networkId) {
    settings.remove(networkId);
    execute(() -> write(settingsFile(networkId), null));
  }

  /** Does something else with the disk on the thread of the state. */
  public void execute(Runnable work) {
    if (!thread.isShutdown()) {
      thread.execute(work);
    }
  }

  private void write(String name, byte @Nullable [] content) {
    if (content == null) {
      home.delete(name);
      return;
    }
    try {
      home.write(name, content);
    } catch (IOException e) {
      log.warn("cannot write {}: {}", home.file(name), FileProblem.describe(home.file(name), e));
    }
  }

  private static String settingsFile(long networkId) {
    return NETWORKS + "/" + NetworkIds.text(networkId) + ".local.conf";
  }

  private static String fileName(StateKey key) {
    return switch (key.kind()) {
      case PLANET -> PLANET;
      case MOON -> MOONS + "/" + NetworkIds.text(key.id()) + ".moon";
      case NETWORK -> NETWORKS + "/" + NetworkIds.text(key.id()) + ".conf";
      case PEER -> PEERS + "/" + Addresses.text(key.id()) + ".peer";
    };
  }

  private static boolean isHex(String name, int digits) {
    return name.length() == digits && name.chars().allMatch(HexFormat::isHexDigit);
  }

  /** Writes what is pending and ends. */
  @Override
  public void close() {
    thread.shutdown();
    try {
      if (!thread.awaitTermination(CLOSE_WITHIN_MS, TimeUnit.MILLISECONDS)) {
        log.warn("the disk is slow: not all state was written");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
