// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import net.backhaul.json.Json;
import net.backhaul.service.system.StartFailure;
import net.backhaul.sql.DatabaseFile;
import net.backhaul.testing.Vectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A database of the controller that a daemon cannot use: the start ends with the reason and changes
 * nothing, and a backup brings all of the network back.
 */
class UnusableDatabaseTest {
  /** Where the header of an SQLite file has the number of the schema (user_version). */
  private static final int VERSION_AT = 60;

  @TempDir Path directory;
  private Path home;
  private Path file;
  private Path backup;
  private String network;

  @BeforeEach
  void makeNetworkWithTwoMembersAndABackup() throws Exception {
    home = Files.createDirectory(directory.resolve("home"));
    file = home.resolve(DatabaseFile.NAME);
    backup = directory.resolve("backup");
    Files.writeString(
        home.resolve("identity.secret"),
        Vectors.file("service/identities.json").required("r").required("secret").asText());
    try (var daemon = DaemonInTest.start(home)) {
      String created = daemon.request("POST", "/controller/network", "{\"name\":\"kept\"}").body();
      network = String.valueOf(Json.asObject(Json.parse(created)).get("id"));
      for (String member : List.of("0a0b0c0d0e", "0a0b0c0d0f")) {
        daemon.request(
            "POST",
            "/controller/network/" + network + "/member/" + member,
            "{\"authorized\":true}");
      }
      ControllerCommand.run(List.of("backup", backup.toString(), home.toString()), home);
    }
  }

  private void assertRejected(String reason) throws IOException {
    byte[] before = Files.readAllBytes(file);

    StartFailure found = assertThrows(StartFailure.class, () -> DaemonInTest.start(home).close());

    assertTrue(String.valueOf(found.getMessage()).contains(reason), found::getMessage);
    assertArrayEquals(before, Files.readAllBytes(file), "it was changed");
  }

  private void assertWhole() throws Exception {
    try (var daemon = DaemonInTest.start(home)) {
      String path = "/controller/network/" + network;
      assertTrue(daemon.request("GET", path, "").body().contains("\"name\":\"kept\""));
      Map<String, ?> members =
          Json.asObject(Json.parse(daemon.request("GET", path + "/member", "").body()));
      assertEquals(2, members.size());
    }
  }

  private void restore() throws Exception {
    ControllerCommand.run(List.of("restore", backup.toString(), home.toString()), home);
  }

  private void overwrite(long at, ByteBuffer bytes) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.write(bytes, at);
    }
  }

  @Test
  void damagedOne() throws Exception {
    overwrite(0, StandardCharsets.US_ASCII.encode("no database at all"));
    assertRejected("restore");
    restore();
    assertWhole();
  }

  @Test
  void damagedRecords() throws Exception {
    int bytes = (int) Files.size(file);
    overwrite(4_096, StandardCharsets.US_ASCII.encode("damage".repeat((bytes - 4_096) / 6)));
    assertRejected("restore");
    restore();
    assertWhole();
  }

  @Test
  void truncatedOne() throws Exception {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(Files.size(file) / 2);
    }
    assertRejected("restore");
    restore();
    assertWhole();
  }

  @Test
  void lockedOne() throws Exception {
    try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = other.createStatement()) {
      statement.execute("PRAGMA locking_mode = EXCLUSIVE");
      statement.execute("BEGIN EXCLUSIVE");
      assertRejected("another program");
      statement.execute("ROLLBACK");
    }
    assertWhole();
  }

  @Test
  void newerOne() throws Exception {
    ByteBuffer before = ByteBuffer.allocate(4);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      channel.read(before, VERSION_AT);
    }
    overwrite(VERSION_AT, ByteBuffer.allocate(4).putInt(0, 9_999));
    assertRejected("later version");
    overwrite(VERSION_AT, before.flip());
    assertWhole();
  }
}
