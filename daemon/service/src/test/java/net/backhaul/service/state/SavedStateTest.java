// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.backhaul.engine.StateKey;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.testing.Vectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SavedStateTest {
  private static final long NETWORK = 0x0b594715410000a1L;
  private static final long NOW_MS = System.currentTimeMillis();

  @TempDir Path directory;
  private HomeDirectory home;

  @BeforeEach
  void open() throws IOException {
    home = HomeDirectory.open(directory);
  }

  @Test
  void roundTripsFilesOfTheReference() throws Exception {
    Map<String, byte[]> recorded = recordedFiles();
    for (Map.Entry<String, byte[]> file : recorded.entrySet()) {
      home.write(file.getKey(), file.getValue());
    }

    Map<StateKey, byte[]> loaded;
    try (var state = new SavedState(home)) {
      loaded = state.load(NOW_MS);
      deleteAll(recorded);
      loaded.forEach(state::save);
    }

    assertEquals(recorded.size(), loaded.size());
    for (Map.Entry<String, byte[]> file : recorded.entrySet()) {
      assertArrayEquals(file.getValue(), home.read(file.getKey()).orElseThrow(), file.getKey());
    }
    assertEquals(List.of(), aside());
  }

  @Test
  void renamesDamagedPlanet() throws Exception {
    Files.write(directory.resolve("planet"), new byte[] {1, 2, 3});

    assertEquals(Map.of(), load());
    assertEquals(List.of("planet.damaged"), aside());
  }

  @Test
  void renamesPlanetFileThatHoldsMoon() throws Exception {
    home.write("planet", recordedFiles().get("moons.d/0000000b59471541.moon"));

    assertEquals(Map.of(), load());
    assertEquals(List.of("planet.damaged"), aside());
  }

  @Test
  void keepsNetworkJoinedWhenConfigurationIsDamaged() throws Exception {
    byte[] whole = recordedFiles().get("networks.d/0b594715410000a1.conf");
    byte[] damaged =
        new String(whole, StandardCharsets.ISO_8859_1)
            .replace("nwid=0b", "nwid=zz")
            .replace("v=0000000000000007", "v=0000000000000001")
            .getBytes(StandardCharsets.ISO_8859_1);
    home.write("networks.d/0b594715410000a1.conf", damaged);

    Map<StateKey, byte[]> loaded = load();

    var key = new StateKey(StateKey.Kind.NETWORK, NETWORK);
    assertArrayEquals(new byte[] {'\n'}, loaded.get(key));
    assertEquals(List.of("0b594715410000a1.conf.damaged"), aside());
    assertArrayEquals(damaged, home.read("networks.d/0b594715410000a1.conf.damaged").orElseThrow());
  }

  @Test
  void joinsNetworkOfEmptyFile() throws Exception {
    home.write("networks.d/8056c2e21c000001.conf", new byte[0]);
    home.write("networks.d/0000000000000000.conf", new byte[] {'\n'});

    assertEquals(2, load().size());
  }

  @Test
  void ignoresFilesWithOtherNames() throws Exception {
    home.write("networks.d/short.conf", new byte[] {1});
    home.write("networks.d/zzzzzzzzzzzzzzzz.conf", new byte[] {1});
    home.write("peers.d/notanaddress.peer", new byte[] {1});

    assertEquals(Map.of(), load());
    assertEquals(List.of(), aside());
  }

  @Test
  void renamesDamagedPeerAndKeepsOthers() throws Exception {
    Map<String, byte[]> recorded = recordedFiles();
    home.write("peers.d/0b59471541.peer", recorded.get("peers.d/0b59471541.peer"));
    home.write("peers.d/91a99f0719.peer", new byte[] {2, 3, 4});
    home.write("peers.d/879369bf84.peer", recorded.get("peers.d/0b59471541.peer"));

    Map<StateKey, byte[]> loaded = load();

    assertEquals(1, loaded.size());
    assertEquals(List.of("879369bf84.peer.damaged", "91a99f0719.peer.damaged"), aside());
  }

  @Test
  void expiresPeersAfterAMonth() throws Exception {
    String file = "peers.d/0b59471541.peer";
    home.write(file, recordedFiles().get(file));
    Files.setLastModifiedTime(
        directory.resolve(file), FileTime.fromMillis(NOW_MS - SavedState.PEER_LIFETIME_MS - 1));

    assertEquals(Map.of(), load());
    assertFalse(home.exists(file));
  }

  @Test
  void writesLastOfSeveralContents() {
    var key = new StateKey(StateKey.Kind.NETWORK, NETWORK);
    try (var state = new SavedState(home)) {
      for (byte i = 0; i < 100; i++) {
        state.save(key, new byte[] {i});
      }
    }

    assertArrayEquals(new byte[] {99}, home.read("networks.d/0b594715410000a1.conf").orElseThrow());
  }

  @Test
  void deletesBothFilesOfLeftNetwork() {
    var key = new StateKey(StateKey.Kind.NETWORK, NETWORK);
    try (var state = new SavedState(home)) {
      state.save(key, new byte[] {'\n'});
      state.saveNetworkSettings(NETWORK, LocalNetworkSettings.DEFAULT);
      state.save(key, null);
      state.removeNetworkSettings(NETWORK);
    }

    assertEquals(List.of(), home.list("networks.d", ""));
  }

  @Test
  void writesNetworkSettingsAsTheReferenceDoes() throws Exception {
    try (var state = new SavedState(home)) {
      state.saveNetworkSettings(
          NETWORK, new LocalNetworkSettings(true, List.of(), false, true, false));
    }

    assertEquals(
        "allowManaged=1\nallowGlobal=0\nallowDefault=1\nallowDNS=0\n",
        Files.readString(directory.resolve("networks.d/0b594715410000a1.local.conf")));
  }

  @Test
  void readsListOfAllowedPrefixes() throws Exception {
    home.write(
        "networks.d/0b594715410000a1.local.conf",
        "allowManaged=10.0.0.0/8,fd00::/8\nallowGlobal=t\n".getBytes(StandardCharsets.US_ASCII));

    LocalNetworkSettings settings;
    try (var state = new SavedState(home)) {
      settings = state.networkSettings(NETWORK);
    }

    assertTrue(settings.allowManaged());
    assertTrue(settings.allowGlobal());
    assertEquals(
        List.of(IpPrefix.parse("10.0.0.0/8"), IpPrefix.parse("fd00::/8")),
        settings.managedWithin());
  }

  private Map<StateKey, byte[]> load() {
    try (var state = new SavedState(home)) {
      return state.load(NOW_MS);
    }
  }

  private List<String> aside() throws IOException {
    try (var files = Files.walk(directory)) {
      return files
          .map(each -> each.getFileName().toString())
          .filter(name -> name.endsWith(".damaged"))
          .sorted()
          .toList();
    }
  }

  private void deleteAll(Map<String, byte[]> files) {
    files.keySet().forEach(home::delete);
  }

  /** Returns the planet, moons, peers and networks that the reference has left in its home. */
  private static Map<String, byte[]> recordedFiles() {
    Map<String, byte[]> all = new HashMap<>();
    JsonNode recorded = Vectors.file("service/files.json");
    all.put("planet", Vectors.hex(recorded.required("planet"), "hex"));
    for (String directory : List.of("moons.d", "peers.d", "networks.d")) {
      recorded
          .required(directory)
          .properties()
          .forEach(
              file -> {
                if (file.getValue().has("hex")) {
                  all.put(directory + "/" + file.getKey(), Vectors.hex(file.getValue(), "hex"));
                }
              });
    }
    return all;
  }
}
