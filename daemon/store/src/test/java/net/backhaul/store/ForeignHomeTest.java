// SPDX-License-Identifier: Apache-2.0
package net.backhaul.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.sql.Database;
import net.backhaul.sql.DatabaseException;
import net.backhaul.sql.DatabaseFile;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records in the home of a user who replaces files and directories by links while root starts. */
class ForeignHomeTest {
  private static final long NETWORK_ID = 0x0b59_4715_4100_00a1L;
  private static final String NETWORK_FILE = NetworkIds.text(NETWORK_ID) + ".json";

  @TempDir Path home;
  @TempDir Path elsewhere;

  private final List<String> owned = new ArrayList<>();
  private final OpenDirectory.OwnerChange owner =
      created -> owned.add(created.readAttributes().isDirectory() ? "directory" : "file");
  private ControllerDirectory files;

  @BeforeEach
  void createFiles() throws IOException {
    files =
        new ControllerDirectory(
            new ControllerDirectory.Location(
                home, Path.of("controller.d"), owner, List.of(LinkOption.NOFOLLOW_LINKS)));
    files.create();
    Files.writeString(
        home.resolve("controller.d/network").resolve(NETWORK_FILE),
        "{\"id\":\"" + NetworkIds.text(NETWORK_ID) + "\"}");
  }

  /** Replaces a directory of the home by a link to one of root. */
  private void replaceByLink(String name) throws IOException {
    Path directory = home.resolve(name);
    Files.move(directory, home.resolve("moved"));
    Files.createSymbolicLink(directory, elsewhere);
  }

  private List<String> filesElsewhere() throws IOException {
    try (Stream<Path> all = Files.walk(elsewhere)) {
      return all.filter(Files::isRegularFile).map(file -> file.getFileName().toString()).toList();
    }
  }

  private Database database() {
    return new Database(
        new DatabaseFile(
            home.resolve("backhaul.db"), file -> OpenDirectory.createFile(file, owner)));
  }

  @Test
  void assignsTheOwnerOfFilesAndDirectories() throws IOException {
    try (Database database = database()) {
      database.open();
    }

    assertEquals(List.of("directory", "directory", "directory", "file"), owned);
    assertEquals(
        "rw-------",
        PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve("backhaul.db"))));
  }

  @Test
  void opensNoDatabaseThroughLink() throws IOException {
    Path other = Files.writeString(elsewhere.resolve("other.db"), "");
    Files.createSymbolicLink(home.resolve("backhaul.db"), other);

    try (Database database = database()) {
      assertThrows(DatabaseException.class, database::open);
    }

    assertEquals(0, Files.size(other));
  }

  @Test
  void writesNoLogOfChangesThroughLink() throws IOException {
    try (Database database = database()) {
      database.open();
    }
    Path other = Files.writeString(elsewhere.resolve("other"), "of root");
    Files.createSymbolicLink(home.resolve("backhaul.db-wal"), other);

    try (Database database = database()) {
      assertThrows(DatabaseException.class, database::open);
    }

    assertEquals("of root", Files.readString(other));
  }

  @Test
  void readsNothingThroughLink() throws IOException {
    Files.writeString(elsewhere.resolve("0b594715410000a2.json"), "{\"id\":\"0b594715410000a2\"}");
    replaceByLink("controller.d/network");

    assertThrows(IOException.class, () -> files.read());
  }

  @Test
  void createsNothingThroughLinkToTheRecords() throws IOException {
    replaceByLink("controller.d");

    assertThrows(IOException.class, () -> files.create());
    assertThrows(IOException.class, () -> files.setAside());

    try (Stream<Path> all = Files.list(elsewhere)) {
      assertEquals(List.of(), all.toList());
    }
  }

  /** The first step of a start is to make the directory of the records private. */
  @Test
  void changesNoModeThroughLink() throws IOException {
    Files.setPosixFilePermissions(elsewhere, PosixFilePermissions.fromString("rwxr-xr-x"));
    replaceByLink("controller.d");

    assertThrows(IOException.class, () -> files.create());

    assertEquals(
        "rwxr-xr-x", PosixFilePermissions.toString(Files.getPosixFilePermissions(elsewhere)));
    assertTrue(filesElsewhere().isEmpty());
  }
}
