// SPDX-License-Identifier: Apache-2.0
package net.backhaul.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import net.backhaul.controller.Annotations;
import net.backhaul.controller.BinnedMember;
import net.backhaul.controller.BlockedAddress;
import net.backhaul.controller.ControllerActivity;
import net.backhaul.controller.MemberRecord;
import net.backhaul.controller.NetworkRecord;
import net.backhaul.controller.RecordChange;
import net.backhaul.controller.StoredRecords;
import net.backhaul.sql.Database;
import net.backhaul.sql.DatabaseCopy;
import net.backhaul.sql.DatabaseFile;
import net.backhaul.testing.Vectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Import of the files of {@code controller.d}, and their export. */
class ControllerDirectoryTest {
  private static final long NET = 0x0b59471541000001L;
  private static final String NWID = "0b59471541000001";

  @TempDir Path home;

  private Path path() {
    return home.resolve("controller.d");
  }

  private static ControllerDirectory directory(Path path) {
    return new ControllerDirectory(ControllerDirectory.Location.of(path));
  }

  private Database database() {
    return new Database(DatabaseFile.of(home.resolve("backhaul.db")));
  }

  private static NetworkRecord network(long id) {
    return NetworkJson.create(id, 1).withRevision(1);
  }

  private static MemberRecord member(String address) {
    return MemberJson.create(NWID, address, 1).withRevision(1);
  }

  private void write(MemberRecord... members) throws IOException {
    directory(path()).write(new StoredRecords(List.of(network(NET)), List.of(members), List.of()));
  }

  private Path networkFile() {
    return path().resolve("network/" + NWID + ".json");
  }

  private Path memberFile(String address) {
    return path().resolve("network/" + NWID + "/member/" + address + ".json");
  }

  /** Returns all files below a directory with their content. */
  private static Map<String, String> content(Path directory) throws IOException {
    var content = new TreeMap<String, String>();
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        content.put(directory.relativize(file).toString(), Files.readString(file));
      }
    }
    return content;
  }

  private StoredRecords start() throws IOException {
    try (Database database = database();
        SqlRecordStore store = SqlRecordStore.open(database, directory(path()))) {
      return store.takeStored();
    }
  }

  private void writeRecorded() throws IOException {
    JsonNode files = Vectors.file("service/files.json").required("controller.d");
    for (Map.Entry<String, JsonNode> each : files.properties()) {
      if (each.getKey().startsWith("network/")) {
        Path file = path().resolve(each.getKey());
        Files.createDirectories(file.getParent());
        String text = each.getValue().required("text").asText();
        // As a later version of the reference may write it.
        Files.writeString(file, "{\"aLaterField\":{\"x\":[1,0.5]}," + text.substring(1));
      }
    }
  }

  @Test
  void exportsWhatTheReferenceHasWritten() throws Exception {
    writeRecorded();
    Map<String, String> before = content(path().resolve("network"));
    assertEquals(6, before.size());

    StoredRecords imported = start();
    Path out = home.resolve("out");
    directory(out)
        .write(Database.read(DatabaseFile.of(home.resolve("backhaul.db")), SqlRecordStore::read));

    assertEquals(before, content(out.resolve("network")));
    assertEquals(before, content(path().resolve("network.imported")), "kept unchanged");
    assertEquals(Map.of(), content(path().resolve("network")));
    assertEquals(imported, start(), "records of the next start");
    assertEquals(imported, directory(out).read());
    assertEquals("rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(out)));
  }

  @Test
  void exportsAndImportsWhatTheRecordedApiDoesNotShow() throws Exception {
    var annotations = new Annotations("a note", List.of("x", "y"));
    var records =
        new StoredRecords(
            List.of(
                network(NET).withAnnotations(annotations).withDeauthorizeAfterDays(30),
                network(NET + 1)),
            List.of(member("0123456789").withAnnotations(annotations)),
            List.of(new BlockedAddress(NET, 0xabcdef0123L, 5)),
            List.of(),
            List.of(),
            List.of(new BinnedMember(member("0123456780").withAnnotations(annotations), 7)),
            ControllerActivity.NONE);

    directory(path()).write(records);

    assertTrue(
        Files.readString(networkFile())
            .startsWith("{\"authTokens\":[null],\"authorizationEndpoint\":\"\",\"backhaul\":{"),
        () -> "network file");
    assertEquals(records, directory(path()).read());
    assertEquals(records, start());
  }

  /** The files may have been imported in a start that was killed before it renamed them. */
  @Test
  void completesImportAfterKill() throws Exception {
    write(member("0123456789"));
    try (Database database = database()) {
      SqlRecordStore.importFrom(database, directory(path()));
      database
          .submit(
              session -> {
                RecordRows.setProperty(session, "controller.importing", path().toString());
                RecordRows.apply(session, new RecordChange.MemberDeleted(NET, 0x0123456789L));
                return true;
              })
          .join();
    }

    StoredRecords records = start();

    assertEquals(List.of(network(NET)), records.networks());
    assertEquals(List.of(), records.members());
    assertFalse(directory(path()).hasNetworks());
    assertEquals(2, content(path().resolve("network.imported")).size());
  }

  @Test
  void leavesFilesThatAppearAfterTheImport() throws Exception {
    write(member("0123456789"));
    start();
    write(member("0123456780"));

    assertEquals(List.of(member("0123456789")), start().members());

    assertTrue(Files.exists(memberFile("0123456780")));
    try (Database database = database()) {
      SqlRecordStore.importFrom(database, directory(path()));
    }
    assertEquals(List.of(member("0123456780"), member("0123456789")), start().members());
  }

  @Test
  void readsRecordsAfterByteOrderMark() throws Exception {
    write(member("0123456789"));
    for (Path file : List.of(networkFile(), memberFile("0123456789"))) {
      Files.writeString(file, "\ufeff" + Files.readString(file));
    }

    assertEquals(
        new StoredRecords(List.of(network(NET)), List.of(member("0123456789")), List.of()),
        directory(path()).read());
  }

  @Test
  void skipsDamagedFilesAndKeepsThem() throws Exception {
    write(member("0123456789"), member("0123456780"), member("0123456781"));
    Files.writeString(path().resolve("network/0b59471541000002.json"), "{\"id\":\"0b5947");
    Files.write(memberFile("0123456789"), new byte[] {'"', (byte) 0xff, '"'});
    Files.writeString(memberFile("0123456780"), "[]");

    StoredRecords records = start();

    assertEquals(List.of(network(NET)), records.networks());
    assertEquals(List.of(member("0123456781")), records.members());
    Path aside = path().resolve("network.imported");
    assertEquals("[]", Files.readString(aside.resolve(NWID + "/member/0123456780.json")));
    assertEquals("{\"id\":\"0b5947", Files.readString(aside.resolve("0b59471541000002.json")));
  }

  @Test
  void identifiesRecordsByIdInside() throws Exception {
    write(member("0123456789"));
    Files.move(networkFile(), path().resolve("network/0b59471541ffffff.json"));
    Files.copy(memberFile("0123456789"), memberFile("ffffffffff"));

    StoredRecords records = directory(path()).read();

    assertEquals(List.of(network(NET)), records.networks());
    assertEquals(List.of(member("0123456789")), records.members());
  }

  @Test
  void skipsTemporaryFilesAndDeletedNetworksOfOlderVersions() throws Exception {
    write(member("0123456789"));
    Files.writeString(path().resolve("network/0b59471541000002.json.tmp"), "{");
    Files.writeString(memberFile("0123456789").resolveSibling("0123456788.json.tmp"), "{");
    directory(path()).write(new StoredRecords(List.of(network(NET + 2)), List.of(), List.of()));
    Files.createDirectory(path().resolve("network/0b59471541000003.deleting"));

    StoredRecords records = directory(path()).read();

    assertEquals(List.of(network(NET)), records.networks());
    assertEquals(1, records.members().size());
  }

  @Test
  void keepsFilesOfEachImport() throws Exception {
    for (int i = 0; i < 3; i++) {
      write();
      directory(path()).setAside();
    }

    for (String name : List.of("network.imported", "network.imported.2", "network.imported.3")) {
      assertEquals(1, content(path().resolve(name)).size(), name);
    }
  }

  @Test
  void restoresBackupThatWasMadeWhileInUse() throws Exception {
    write(member("0123456789"));
    DatabaseFile file = DatabaseFile.of(home.resolve("backhaul.db"));
    Path backup = home.resolve("backup.db");
    StoredRecords before;
    try (Database database = database();
        SqlRecordStore store = SqlRecordStore.open(database, directory(path()))) {
      before = store.takeStored();
      DatabaseCopy.backup(file, backup);
      database
          .submit(
              session -> {
                RecordRows.apply(session, new RecordChange.NetworkDeleted(NET));
                return true;
              })
          .join();
    }
    assertEquals(StoredRecords.NONE, start());

    DatabaseCopy.restore(backup, file);

    assertEquals(before, start());
    assertEquals(
        StoredRecords.NONE,
        Database.read(DatabaseFile.of(home.resolve("backhaul.db.replaced")), SqlRecordStore::read));
  }
}
