// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.state;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import net.backhaul.engine.StateKey;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.service.CapturedLog;
import net.backhaul.testing.Await;
import net.backhaul.testing.Vectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class SavedStateTest {
  private static final long NETWORK = 0x0b594715410000a1L;
  private static final long NOW_MS = System.currentTimeMillis();

  @RegisterExtension final CapturedLog log = new CapturedLog(StateWriter.class);
  @TempDir Path directory;
  private HomeDirectory home;

  @BeforeEach
  void open() throws IOException {
    home = HomeDirectory.open(directory);
  }

  @Test
  void logsTasksThatFailOnceAndRunsTheNextOnes() {
    var next = new CompletableFuture<Boolean>();
    try (var state = new SavedState(home)) {
      for (int i = 0; i < 3; i++) {
        state.execute(
            () -> {
              throw new IllegalStateException("as the test demands");
            });
      }
      state.execute(() -> next.complete(true));
      assertTrue(next.join());
    }
    assertEquals(
        List.of("ERROR internal error while running a task on the state thread"), log.lines());
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
      state.saveNetworkSettings(NETWORK, LocalNetworkSettings.of(true, false, true, false));
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

    assertTrue(settings.managed().granted());
    assertTrue(settings.global().granted());
    assertEquals(
        List.of(IpPrefix.parse("10.0.0.0/8"), IpPrefix.parse("fd00::/8")),
        settings.managed().within());
  }

  @Test
  void reportsNetworkThatCannotBeSavedAndSavesItLater() throws Exception {
    var key = new StateKey(StateKey.Kind.NETWORK, NETWORK);
    try (var state = new SavedState(home, 10)) {
      Files.writeString(directory.resolve("networks.d"), "in place of the directory");
      state.save(key, new byte[] {1});
      String problem = problem(state.whenNetworkSaved(NETWORK));
      assertTrue(
          problem.startsWith(
              "the change is in effect, but cannot be saved in "
                  + directory.resolve("networks.d/0b594715410000a1.conf")
                  + ": "),
          problem);
      state.save(key, new byte[] {2});
      problem(state.whenNetworkSaved(NETWORK));

      Files.delete(directory.resolve("networks.d"));

      Await.until(() -> home.exists("networks.d/0b594715410000a1.conf"));
      state.whenNetworkSaved(NETWORK).join();
      assertArrayEquals(
          new byte[] {2}, home.read("networks.d/0b594715410000a1.conf").orElseThrow());
    }
  }

  @Test
  void reportsMoonThatCannotBeDeleted() throws Exception {
    var key = new StateKey(StateKey.Kind.MOON, 0x0b59471541L);
    Path file = directory.resolve("moons.d/0000000b59471541.moon");
    Files.createDirectories(file);
    try (var state = new SavedState(home, 10)) {
      state.save(key, null);
      String problem = problem(state.whenMoonSaved(key.id()));
      assertTrue(
          problem.startsWith(
              "the change is in effect, but cannot be saved by deleting " + file + ": "),
          problem);

      Files.delete(file);

      Await.until(
          () -> state.whenMoonSaved(key.id()).handle((done, error) -> error == null).join());
    }
  }

  @Test
  void confirmsWhatIsSavedAlready() {
    try (var state = new SavedState(home)) {
      state.whenNetworkSaved(NETWORK).join();
      state.save(new StateKey(StateKey.Kind.NETWORK, NETWORK), new byte[] {'\n'});
      state.whenNetworkSaved(NETWORK).join();
      assertTrue(home.exists("networks.d/0b594715410000a1.conf"));
    }
  }

  @Test
  void retriesFailedWriteAtTheEnd() throws Exception {
    try (var state = new SavedState(home)) {
      Files.writeString(directory.resolve("networks.d"), "in place of the directory");
      state.save(new StateKey(StateKey.Kind.NETWORK, NETWORK), new byte[] {'\n'});
      problem(state.whenNetworkSaved(NETWORK));
      Files.delete(directory.resolve("networks.d"));
    }

    assertTrue(home.exists("networks.d/0b594715410000a1.conf"));
  }

  @Test
  void retriesEachFileWhileOthersFail() throws Exception {
    try (var state = new SavedState(home, 10)) {
      Files.writeString(directory.resolve("peers.d"), "in place of the directory");
      Files.writeString(directory.resolve("networks.d"), "in place of the directory");
      for (int i = 1; i <= 3 * StateWriter.MAX_FAILURES; i++) {
        state.save(new StateKey(StateKey.Kind.PEER, i), new byte[] {1});
      }
      state.save(new StateKey(StateKey.Kind.NETWORK, NETWORK), new byte[] {1});
      problem(state.whenNetworkSaved(NETWORK));

      Files.delete(directory.resolve("networks.d"));

      Await.until(() -> home.exists("networks.d/0b594715410000a1.conf"));
    }
  }

  private static String problem(CompletableFuture<Void> saved) {
    var thrown = assertThrows(CompletionException.class, saved::join);
    return assertInstanceOf(NotSaved.class, thrown.getCause()).getMessage();
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
