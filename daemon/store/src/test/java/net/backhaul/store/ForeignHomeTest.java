// SPDX-License-Identifier: Apache-2.0
package net.backhaul.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import net.backhaul.controller.MemberRecord;
import net.backhaul.controller.RecordChange;
import net.backhaul.protocol.identity.NetworkIds;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records in the home of a user who replaces directories by links while root writes there. */
class ForeignHomeTest {
  private static final long NETWORK_ID = 0x0b59_4715_4100_00a1L;
  private static final long MEMBER = 0x01_2345_6789L;
  private static final String NETWORK_FILE = NetworkIds.text(NETWORK_ID) + ".json";

  @TempDir Path home;
  @TempDir Path elsewhere;

  private final List<String> owned = new ArrayList<>();
  private RecordFiles files;

  @BeforeEach
  void saveRecords() throws IOException {
    files =
        new RecordFiles(
            new RecordFiles.Location(
                home,
                Path.of("controller.d"),
                created -> owned.add(created.readAttributes().isDirectory() ? "directory" : "file"),
                List.of(LinkOption.NOFOLLOW_LINKS)));
    files.load();
    files.apply(saved());
    files.apply(new RecordChange.MemberSaved(MemberRecord.unauthorized(NETWORK_ID, MEMBER, 1)));
    files.sync();
  }

  private static RecordChange saved() {
    return new RecordChange.NetworkSaved(NetworkJson.create(NETWORK_ID, 1));
  }

  /** Replaces a directory of the home by a link to one of root with the same file names. */
  private void replaceByLink(String name) {
    try {
      Path directory = home.resolve(name);
      Files.move(directory, home.resolve("moved"));
      Files.createSymbolicLink(directory, elsewhere);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> filesElsewhere() throws IOException {
    try (Stream<Path> all = Files.walk(elsewhere)) {
      return all.filter(Files::isRegularFile).map(file -> file.getFileName().toString()).toList();
    }
  }

  @Test
  void assignsTheOwnerOfFilesAndDirectories() {
    assertEquals(
        List.of("directory", "directory", "directory", "file", "directory", "directory", "file"),
        owned);
  }

  @Test
  void writesNothingThroughDirectoryReplacedByLink() throws IOException {
    files.beforeWrite = () -> replaceByLink("controller.d/network");

    assertThrows(IOException.class, () -> files.apply(saved()));

    assertEquals(List.of(), filesElsewhere());
  }

  @Test
  void createsNothingThroughLinkToTheRecords() throws IOException {
    replaceByLink("controller.d");

    assertThrows(IOException.class, () -> files.apply(saved()));
    assertThrows(IOException.class, () -> files.load());

    try (Stream<Path> all = Files.list(elsewhere)) {
      assertEquals(List.of(), all.toList());
    }
  }

  @Test
  void deletesNothingThroughDirectoryReplacedByLink() throws IOException {
    Files.writeString(elsewhere.resolve(NETWORK_FILE), "of root");
    Files.writeString(elsewhere.resolve("0123456789.json"), "of root");
    replaceByLink("controller.d/network");

    assertThrows(IOException.class, () -> files.apply(new RecordChange.NetworkDeleted(NETWORK_ID)));
    Files.delete(home.resolve("controller.d/network"));
    Files.move(home.resolve("moved"), home.resolve("controller.d/network"));
    replaceByLink("controller.d/network/" + NetworkIds.text(NETWORK_ID) + "/member");
    assertThrows(
        IOException.class, () -> files.apply(new RecordChange.MemberDeleted(NETWORK_ID, MEMBER)));

    assertEquals(2, filesElsewhere().size());
  }

  @Test
  void deletesLinksInADeletedNetworkAndNotWhatTheyLeadTo() throws IOException {
    Files.writeString(elsewhere.resolve("file"), "of root");
    Path network = home.resolve("controller.d/network").resolve(NetworkIds.text(NETWORK_ID));
    Files.createSymbolicLink(network.resolve("link"), elsewhere);

    files.apply(new RecordChange.NetworkDeleted(NETWORK_ID));

    assertTrue(Files.notExists(network));
    assertEquals(List.of("file"), filesElsewhere());
  }

  @Test
  void setsNoDamagedFileAsideThroughLink() throws IOException {
    Files.writeString(elsewhere.resolve(NETWORK_FILE), "damaged");
    replaceByLink("controller.d/network");

    assertThrows(IOException.class, () -> files.load());

    assertEquals(List.of(NETWORK_FILE), filesElsewhere());
  }

  /** The first step of a start is to make the directory of the records private. */
  @Test
  void changesNoModeThroughLink() throws IOException {
    Files.setPosixFilePermissions(elsewhere, PosixFilePermissions.fromString("rwxr-xr-x"));
    replaceByLink("controller.d");

    assertThrows(IOException.class, () -> files.load());

    assertEquals(
        "rwxr-xr-x", PosixFilePermissions.toString(Files.getPosixFilePermissions(elsewhere)));
  }
}
