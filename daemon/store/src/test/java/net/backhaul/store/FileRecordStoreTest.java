// SPDX-License-Identifier: Apache-2.0
package net.backhaul.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import net.backhaul.controller.MemberRecord;
import net.backhaul.controller.NetworkRecord;
import net.backhaul.controller.RecordChange;
import net.backhaul.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileRecordStoreTest {
  private static final long NET = 0x0b59471541000001L;
  private static final String NWID = "0b59471541000001";
  private static final long WAIT_S = 30;

  @TempDir Path directory;
  private final BlockingQueue<String> outcomes = new LinkedBlockingQueue<>();

  private FileRecordStore open() throws IOException {
    FileRecordStore store = FileRecordStore.open(directory);
    store.start(
        new FileRecordStore.Listener() {
          @Override
          public void saved(long ticket) {
            outcomes.add("saved " + ticket);
          }

          @Override
          public void failed(long ticket, String reason) {
            outcomes.add("failed " + ticket);
          }
        });
    return store;
  }

  private String nextOutcome() throws InterruptedException {
    return outcomes.poll(WAIT_S, TimeUnit.SECONDS);
  }

  private static NetworkRecord network(long id, long revision) {
    return NetworkJson.create(id, 1_700_000_000_000L).withRevision(revision);
  }

  private static MemberRecord member(String address) {
    return MemberJson.create(NWID, address, 1_700_000_000_000L).withRevision(1);
  }

  private void write(RecordChange... changes) throws Exception {
    try (FileRecordStore store = open()) {
      long ticket = 0;
      for (RecordChange change : changes) {
        store.write(++ticket, change);
      }
    }
    assertTrue(outcomes.contains("saved " + changes.length), () -> "outcomes " + outcomes);
  }

  private Path networkFile() {
    return directory.resolve("network/" + NWID + ".json");
  }

  private Path memberFile(String address) {
    return directory.resolve("network/" + NWID + "/member/" + address + ".json");
  }

  private List<String> names(String below) throws IOException {
    try (Stream<Path> all = Files.list(directory.resolve(below))) {
      return all.map(path -> path.getFileName().toString()).sorted().toList();
    }
  }

  @Test
  void createsDirectoriesOfReference() throws Exception {
    open().close();

    assertEquals(List.of("network", "trace"), names(""));
    assertEquals(
        "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)));
  }

  @Test
  void readsSavedRecords() throws Exception {
    write(
        new RecordChange.NetworkSaved(network(NET, 1)),
        new RecordChange.MemberSaved(member("0123456789")),
        new RecordChange.MemberSaved(member("ABCDEF0123")));

    FileRecordStore again = FileRecordStore.open(directory);

    assertEquals(List.of(network(NET, 1)), again.networks());
    assertEquals(List.of(member("0123456789"), member("ABCDEF0123")), again.members());
    assertEquals(
        List.of("0123456789.json", "abcdef0123.json"), names("network/" + NWID + "/member"));
  }

  @Test
  void readsRecordsAfterByteOrderMark() throws Exception {
    write(
        new RecordChange.NetworkSaved(network(NET, 1)),
        new RecordChange.MemberSaved(member("0123456789")));
    for (Path file : List.of(networkFile(), memberFile("0123456789"))) {
      Files.writeString(file, "\ufeff" + Files.readString(file));
    }

    FileRecordStore again = FileRecordStore.open(directory);

    assertEquals(List.of(network(NET, 1)), again.networks());
    assertEquals(List.of(member("0123456789")), again.members());
    assertEquals(List.of(NWID, NWID + ".json"), names("network"));
  }

  @Test
  void doesNotFollowLinksInPlaceOfTemporaryFiles(@TempDir Path other) throws Exception {
    Path elsewhere = Files.writeString(other.resolve("elsewhere"), "kept");
    try (FileRecordStore store = open()) {
      Files.createSymbolicLink(
          networkFile().resolveSibling(networkFile().getFileName() + ".tmp"), elsewhere);
      store.write(1, new RecordChange.NetworkSaved(network(NET, 1)));
    }

    assertEquals("kept", Files.readString(elsewhere));
    assertEquals(List.of(network(NET, 1)), FileRecordStore.open(directory).networks());
  }

  @Test
  void deletesRecords() throws Exception {
    write(
        new RecordChange.NetworkSaved(network(NET, 1)),
        new RecordChange.MemberSaved(member("0123456789")),
        new RecordChange.MemberSaved(member("0123456780")),
        new RecordChange.MemberDeleted(NET, 0x0123456789L),
        new RecordChange.NetworkSaved(network(NET + 1, 1)),
        new RecordChange.NetworkDeleted(NET + 1));
    assertEquals(List.of(member("0123456780")), FileRecordStore.open(directory).members());
    outcomes.clear();

    write(new RecordChange.NetworkDeleted(NET), new RecordChange.NetworkDeleted(NET));

    assertEquals(List.of(), names("network"));
    assertEquals(List.of(), FileRecordStore.open(directory).networks());
  }

  @Test
  void keepsUnknownJsonMembers() throws Exception {
    write(
        new RecordChange.NetworkSaved(network(NET, 1)),
        new RecordChange.MemberSaved(member("0123456789")));
    for (Path file : List.of(networkFile(), memberFile("0123456789"))) {
      String text = Files.readString(file);
      Files.writeString(file, "{\n  \"later\": {\"x\": [1, 0.5]}," + text.substring(1) + "\n");
    }

    FileRecordStore again = FileRecordStore.open(directory);
    NetworkRecord network =
        NetworkJson.edit(
            again.networks().getFirst(), Json.asObject(Json.parse("{\"name\":\"x\"}")));
    MemberRecord member =
        MemberJson.edit(
            again.members().getFirst(), Json.asObject(Json.parse("{\"authorized\":true}")), 5);

    assertTrue(Json.write(NetworkJson.write(network)).contains("\"later\":{\"x\":[1,0.5]}"));
    assertTrue(Json.write(MemberJson.write(member)).contains("\"later\":{\"x\":[1,0.5]}"));
  }

  @Test
  void setsDamagedFilesAside() throws Exception {
    write(
        new RecordChange.NetworkSaved(network(NET, 1)),
        new RecordChange.NetworkSaved(network(NET + 1, 1)),
        new RecordChange.MemberSaved(member("0123456789")),
        new RecordChange.MemberSaved(member("0123456780")),
        new RecordChange.MemberSaved(member("0123456781")));
    Files.writeString(directory.resolve("network/0b59471541000002.json"), "{\"id\":\"0b5947");
    Files.write(memberFile("0123456789"), new byte[] {'"', (byte) 0xff, '"'});
    Files.writeString(memberFile("0123456780"), "[]");

    FileRecordStore again = FileRecordStore.open(directory);

    assertEquals(List.of(network(NET, 1)), again.networks());
    assertEquals(List.of(member("0123456781")), again.members());
    assertEquals(List.of(NWID, NWID + ".json", "0b59471541000002.json.damaged"), names("network"));
    assertEquals(
        List.of("0123456780.json.damaged", "0123456781.json", "0123456789.json.damaged"),
        names("network/" + NWID + "/member"));
    assertEquals("[]", Files.readString(directory.resolve(memberFile("0123456780") + ".damaged")));
  }

  @Test
  void readsMembersOfRepairedNetwork() throws Exception {
    write(
        new RecordChange.NetworkSaved(network(NET, 1)),
        new RecordChange.MemberSaved(member("0123456789")));
    String text = Files.readString(networkFile());
    Files.writeString(networkFile(), "");
    assertEquals(List.of(), FileRecordStore.open(directory).members());

    Files.writeString(networkFile(), text);

    assertEquals(List.of(member("0123456789")), FileRecordStore.open(directory).members());
  }

  @Test
  void identifiesRecordsByIdInside() throws Exception {
    write(
        new RecordChange.NetworkSaved(network(NET, 1)),
        new RecordChange.MemberSaved(member("0123456789")));
    Files.move(networkFile(), directory.resolve("network/0b59471541ffffff.json"));
    Files.copy(memberFile("0123456789"), memberFile("ffffffffff"));

    FileRecordStore again = FileRecordStore.open(directory);

    assertEquals(List.of(network(NET, 1)), again.networks());
    assertTrue(Files.exists(networkFile()));
    assertEquals(List.of(member("0123456789")), again.members());
    assertTrue(names("network/" + NWID + "/member").contains("ffffffffff.json.damaged"));
  }

  @Test
  void removesTemporaryFilesAfterCrash() throws Exception {
    write(
        new RecordChange.NetworkSaved(network(NET, 1)),
        new RecordChange.MemberSaved(member("0123456789")));
    Files.writeString(directory.resolve("network/" + NWID + ".json.tmp"), "{\"id\":");
    Files.writeString(memberFile("0123456789").resolveSibling("0123456789.json.tmp"), "{");
    Files.writeString(directory.resolve("network/notes.json.tmp"), "not ours");

    FileRecordStore again = FileRecordStore.open(directory);

    assertEquals(1, again.networks().size());
    assertEquals(List.of(NWID, NWID + ".json", "notes.json.tmp"), names("network"));
    assertEquals(List.of("0123456789.json"), names("network/" + NWID + "/member"));
  }

  @Test
  void completesInterruptedDeletion() throws Exception {
    write(
        new RecordChange.NetworkSaved(network(NET, 1)),
        new RecordChange.MemberSaved(member("0123456789")));
    Files.move(
        directory.resolve("network/" + NWID), directory.resolve("network/" + NWID + ".deleting"));

    FileRecordStore again = FileRecordStore.open(directory);

    assertEquals(List.of(), again.networks());
    assertEquals(List.of(), names("network"));
  }

  @Test
  void retriesFailedChanges() throws Exception {
    try (FileRecordStore store = open()) {
      store.write(1, new RecordChange.NetworkSaved(network(NET, 1)));
      assertEquals("saved 1", nextOutcome());
      Files.move(directory.resolve("network"), directory.resolve("moved"));

      store.write(2, new RecordChange.NetworkSaved(network(NET, 2)));
      assertEquals("failed 2", nextOutcome());
      store.write(3, new RecordChange.NetworkSaved(network(NET, 3)));
      assertEquals("failed 3", nextOutcome());
      Files.move(directory.resolve("moved"), directory.resolve("network"));

      String next = nextOutcome();
      while (!next.equals("saved 3")) {
        assertTrue(next.equals("failed 3") || next.equals("saved 2"), next);
        next = nextOutcome();
      }
    }
    assertEquals(List.of(network(NET, 3)), FileRecordStore.open(directory).networks());
  }
}
