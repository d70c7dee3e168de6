// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import net.backhaul.engine.Drop;
import net.backhaul.engine.NetworkDirectory;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.NetworkConfigPush;
import net.backhaul.protocol.message.Verb;
import net.backhaul.protocol.network.ConfigChunk;
import net.backhaul.protocol.network.DirectoryEntry;
import net.backhaul.protocol.network.DirectoryUpdate;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireWriter;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Updates of a directory that a member receives, those of hostile peers included. */
class DirectoryExchangeTest {
  private static final Map<String, Identity> IDENTITIES = RecordedIdentities.all();
  private static final Identity CONTROLLER = IDENTITIES.get("controller");
  private static final Identity BOB = IDENTITIES.get("bob");
  private static final long NETWORK_ID = CONTROLLER.address() << 24 | 1;
  private static final DirectoryEntry WEB = DirectoryEntry.of(1, "web", "Web", List.of());
  private static final DirectoryEntry DB = DirectoryEntry.of(2, "db", "Db", List.of());

  private final TestMesh mesh = new TestMesh();
  private final TestController controller = new TestController(CONTROLLER, NETWORK_ID);
  private final TestMesh.Member root = mesh.add(IDENTITIES.get("root"), null, Map.of());
  private final TestMesh.Member hub = mesh.add(CONTROLLER, controller, Map.of());
  private final TestMesh.Member alice = mesh.add(IDENTITIES.get("alice"), null, Map.of());
  private long updateId = 1;

  @BeforeEach
  void join() {
    mesh.add(BOB, null, Map.of());
    mesh.upstreams.add(root.address());
    controller.authorized.add(alice.address());
    alice.networks.readsDirectories(true);
    alice.networks.join(NETWORK_ID, mesh.nowMs);
    mesh.run(100);
    alice.log.clear();
  }

  private static DirectoryUpdate update(long base, long revision, DirectoryEntry... entries) {
    return new DirectoryUpdate(base, revision, revision, List.of(entries));
  }

  private List<ConfigChunk> chunks(Identity signer, long networkId, byte[] bytes, int flags) {
    return ConfigChunk.split(signer, networkId, bytes, updateId++, flags);
  }

  private void receive(DirectoryUpdate update) {
    chunks(CONTROLLER, NETWORK_ID, update.encode(), ConfigChunk.DIRECTORY)
        .forEach(chunk -> receive(chunk, CONTROLLER));
  }

  private void receive(ConfigChunk chunk, Identity from) {
    var out = new WireWriter();
    new NetworkConfigPush(chunk).writeTo(out);
    alice.networks.receive(
        InboundPackets.of(
            (to, message) -> {},
            from,
            77,
            Verb.NETWORK_CONFIG.number(),
            out.toByteArray(),
            mesh.nowMs),
        Verb.NETWORK_CONFIG);
  }

  private List<String> labels() {
    return alice.networks.directory(NETWORK_ID).stream()
        .flatMap(directory -> directory.members().stream())
        .map(DirectoryEntry::label)
        .toList();
  }

  @Test
  void appliesUpdatesInTurn() {
    receive(update(0, 10, WEB));
    receive(update(10, 12, DB));
    assertEquals(List.of("web", "db"), labels());
    receive(update(11, 14, DirectoryEntry.removed(1), DirectoryEntry.of(2, "sql", "", List.of())));
    assertEquals(List.of("sql"), labels());
    receive(update(0, 15, WEB));
    assertEquals(List.of("web"), labels());
    assertEquals(
        new NetworkDirectory(NETWORK_ID, 15, true, List.of(WEB)),
        alice.networks.directory(NETWORK_ID).orElseThrow());
    assertEquals(List.of(NETWORK_ID, NETWORK_ID, NETWORK_ID, NETWORK_ID), alice.output.directories);
    assertEquals(List.of(), alice.log);
    assertEquals(1, alice.output.changes.stream().filter(each -> each.config() != null).count());
  }

  @Test
  void rejectsReplayedAndOlderUpdates() {
    List<ConfigChunk> first =
        chunks(CONTROLLER, NETWORK_ID, update(0, 10, WEB).encode(), ConfigChunk.DIRECTORY);
    first.forEach(chunk -> receive(chunk, CONTROLLER));
    receive(update(10, 12, DirectoryEntry.removed(1), DB));
    // Enough updates that the first is no longer recognized by its chunks.
    LongStream.range(13, 30).forEach(revision -> receive(update(revision - 1, revision)));
    first.forEach(chunk -> receive(chunk, BOB));
    receive(update(0, 28, WEB));
    receive(update(0, 29, WEB));

    assertEquals(List.of("db"), labels());
    assertEquals(29, alice.networks.directory(NETWORK_ID).orElseThrow().revision());
    assertEquals(List.of("BAD_CONFIGURATION", "BAD_CONFIGURATION", "BAD_CONFIGURATION"), alice.log);
  }

  @Test
  void rejectsWrongSignatures() {
    byte[] bytes = update(0, 10, WEB).encode();
    chunks(BOB, NETWORK_ID, bytes, ConfigChunk.DIRECTORY).forEach(chunk -> receive(chunk, BOB));
    // Signed as a part of a configuration, and presented as one of a directory.
    for (ConfigChunk chunk : chunks(CONTROLLER, NETWORK_ID, bytes, 0)) {
      receive(
          new ConfigChunk(
              chunk.networkId(),
              chunk.data(),
              ConfigChunk.DIRECTORY,
              chunk.updateId(),
              chunk.totalLength(),
              chunk.index(),
              chunk.signature()),
          CONTROLLER);
    }
    assertEquals(List.of(), labels());
    assertEquals(List.of("BAD_CONFIGURATION", "BAD_CONFIGURATION"), alice.log);
  }

  @Test
  void ignoresDirectoriesOfOtherNetworks() {
    chunks(CONTROLLER, NETWORK_ID + 1, update(0, 10, WEB).encode(), ConfigChunk.DIRECTORY)
        .forEach(chunk -> receive(chunk, CONTROLLER));

    assertEquals(List.of(), labels());
    assertEquals(List.of("UNKNOWN_NETWORK"), alice.log);
  }

  @Test
  void rejectsAConfigurationInTheFormOfADirectoryAndTheReverse() {
    byte[] config = controller.config(alice.identity, mesh.nowMs + 5).encode();
    chunks(CONTROLLER, NETWORK_ID, config, ConfigChunk.DIRECTORY)
        .forEach(chunk -> receive(chunk, CONTROLLER));
    chunks(CONTROLLER, NETWORK_ID, update(0, 10, WEB).encode(), 0)
        .forEach(chunk -> receive(chunk, CONTROLLER));

    assertEquals(List.of(), labels());
    assertEquals(List.of("BAD_CONFIGURATION", "BAD_CONFIGURATION"), alice.log);
  }

  @Test
  void rejectsUpdatesThatAreTooLongBeforeTheyAreBuffered() {
    byte[] bytes = new byte[DirectoryUpdate.MAX_BYTES + 1];
    List<ConfigChunk> all = chunks(CONTROLLER, NETWORK_ID, bytes, ConfigChunk.DIRECTORY);
    all.forEach(chunk -> receive(chunk, CONTROLLER));

    assertEquals(all.size(), alice.log.size());
  }

  @Test
  void requestsWhatIsMissing() {
    mesh.run(2_000);
    receive(update(0, 10, WEB));
    int before = alice.sent.get(Verb.NETWORK_CONFIG_REQUEST);

    receive(update(15, 20, DB));
    mesh.run(1_200);

    assertEquals(before + 1, alice.sent.get(Verb.NETWORK_CONFIG_REQUEST));
    assertEquals(List.of("web"), labels());
    assertEquals(List.of(), alice.log);
  }

  @Test
  void requestsTheNextPartOfALargeDirectory() {
    mesh.run(2_000);
    int before = alice.sent.get(Verb.NETWORK_CONFIG_REQUEST);
    receive(new DirectoryUpdate(0, 10, 20, List.of(WEB)));
    assertFalse(alice.networks.directory(NETWORK_ID).orElseThrow().isComplete(), "complete");
    mesh.run(1_200);

    assertEquals(before + 1, alice.sent.get(Verb.NETWORK_CONFIG_REQUEST));
    receive(update(10, 20, DB));
    assertTrue(alice.networks.directory(NETWORK_ID).orElseThrow().isComplete(), "complete");
  }

  @Test
  void removesTheDirectoryWhenMembershipEnds() {
    receive(update(0, 10, WEB));
    controller.authorized.remove(alice.address());
    mesh.run(70_000);

    assertEquals(List.of(), labels());
    // The same content is accepted again at the same revision.
    receive(update(0, 10, WEB));
    assertEquals(List.of("web"), labels());
    alice.networks.leave(NETWORK_ID, mesh.nowMs);
    assertEquals(List.of(), labels());
  }

  @Test
  void limitsMembers() {
    long revision = 1;
    var log = new ArrayList<Integer>();
    for (int part = 0; part < 100; part++) {
      var entries = new ArrayList<DirectoryEntry>();
      for (int i = 0; i < 1_000; i++) {
        long address = 1 + part * 1_000L + i;
        entries.add(DirectoryEntry.of(address, "m" + address, "", List.of()));
      }
      receive(new DirectoryUpdate(revision == 1 ? 0 : revision, ++revision, 1_000, entries));
      log.add(labels().size());
    }
    assertTrue(log.getLast() <= 2 * DirectoryUpdate.MAX_MEMBERS, () -> "members: " + log);
    assertTrue(alice.log.contains(Drop.BAD_CONFIGURATION.name()), "updates over the limit");
  }

  @Test
  void survivesDamagedChunks() {
    long seed = 11;
    var random = new Random(seed);
    ConfigChunk valid =
        chunks(CONTROLLER, NETWORK_ID, update(0, 10, WEB, DB).encode(), ConfigChunk.DIRECTORY)
            .getFirst();
    var out = new WireWriter();
    new NetworkConfigPush(valid).writeTo(out);
    byte[] bytes = out.toByteArray();
    for (int i = 0; i < 2_000; i++) {
      byte[] damaged = Arrays.copyOf(bytes, bytes.length - random.nextInt(2) * random.nextInt(40));
      damaged[random.nextInt(damaged.length)] ^= (byte) (1 + random.nextInt(255));
      try {
        alice.networks.receive(
            InboundPackets.of(
                (to, message) -> {},
                BOB,
                i,
                Verb.NETWORK_CONFIG.number(),
                damaged,
                mesh.nowMs + i * 10_000L),
            Verb.NETWORK_CONFIG);
      } catch (WireException malformed) {
        continue;
      }
    }
    assertEquals(List.of(), labels(), "seed " + seed);
    assertEquals(0, hub.log.size());
  }
}
