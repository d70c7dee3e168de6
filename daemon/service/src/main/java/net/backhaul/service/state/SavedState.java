// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.state;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
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
 * The saved state of the node: worlds, networks and peers (04 section 2, 02 section 5.4).
 *
 * <p>Everything is written on the state thread.
 */
public final class SavedState implements AutoCloseable {
  /** Age at which saved peers expire. */
  public static final long PEER_LIFETIME_MS = TimeUnit.DAYS.toMillis(30);

  private static final Logger log = LoggerFactory.getLogger(SavedState.class);
  private static final String PLANET = "planet";
  private static final String MOONS = "moons.d";
  private static final String NETWORKS = "networks.d";
  private static final String PEERS = "peers.d";
  private static final byte[] NO_CONFIG = {'\n'};
  private static final int PEER_FORMAT = 2;

  private final HomeDirectory home;
  private final Map<Long, LocalNetworkSettings> settings = new ConcurrentHashMap<>();
  private final StateWriter writer;

  public SavedState(HomeDirectory home) {
    this(home, StateWriter.RETRY_MS);
  }

  /** Creates it with another interval of retries; for tests. */
  SavedState(HomeDirectory home, long retryMs) {
    this.home = home;
    this.writer = new StateWriter(home, retryMs);
  }

  /** Reads the state of an earlier run. Damaged files are renamed and left out. */
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
      home.moveAside(file, "it holds another world than its name");
    } catch (WireException e) {
      home.moveAside(file, String.valueOf(e.getMessage()));
    }
  }

  /** A network with a damaged file stays joined without a configuration. */
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
      home.moveAside(file, "it holds another peer than its name");
    } catch (WireException e) {
      home.moveAside(file, String.valueOf(e.getMessage()));
    }
  }

  /** Deletes expired peers. */
  public void expirePeers(long wallMs) {
    for (String name : home.list(PEERS, ".peer")) {
      String file = PEERS + "/" + name + ".peer";
      if (home.modifiedMs(file) < wallMs - PEER_LIFETIME_MS) {
        home.delete(file);
      }
    }
  }

  /** Writes the content of a key in the background; null deletes it. The bytes are borrowed. */
  public void save(StateKey key, byte @Nullable [] content) {
    writer.save(fileName(key), content == null ? null : content.clone());
  }

  /**
   * Completes when the last changes of a network are on the disk, and fails with {@link NotSaved}
   * if they cannot be written, which is then retried.
   */
  public CompletableFuture<Void> whenNetworkSaved(long networkId) {
    var key = new StateKey(StateKey.Kind.NETWORK, networkId);
    return writer.whenSaved(List.of(fileName(key), settingsFile(networkId)));
  }

  /** Completes when the last change of the planet is on the disk, or fails likewise. */
  public CompletableFuture<Void> whenPlanetSaved() {
    return writer.whenSaved(List.of(PLANET));
  }

  /** Completes when the last change of a moon is on the disk, or fails likewise. */
  public CompletableFuture<Void> whenMoonSaved(long moonId) {
    return writer.whenSaved(List.of(fileName(new StateKey(StateKey.Kind.MOON, moonId))));
  }

  /** Returns what the operator allows a network. */
  public LocalNetworkSettings networkSettings(long networkId) {
    return settings.computeIfAbsent(
        networkId,
        id ->
            home.read(settingsFile(id))
                .map(NetworkSettingsFormat::read)
                .orElse(LocalNetworkSettings.DEFAULT));
  }

  /** Sets what the operator allows a network, and saves it. */
  public void saveNetworkSettings(long networkId, LocalNetworkSettings changed) {
    settings.put(networkId, changed);
    byte[] content = NetworkSettingsFormat.write(changed).getBytes(StandardCharsets.US_ASCII);
    writer.save(settingsFile(networkId), content);
  }

  /** Removes the settings of a network that was left. */
  public void removeNetworkSettings(long networkId) {
    settings.remove(networkId);
    writer.save(settingsFile(networkId), null);
  }

  /** Runs other work with files on the state thread. */
  public void execute(Runnable work) {
    writer.execute(work);
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
    writer.close();
  }
}
