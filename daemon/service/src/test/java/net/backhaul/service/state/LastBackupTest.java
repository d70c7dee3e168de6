// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The file by which a daemon finds how backups of other processes ended. */
class LastBackupTest {
  @TempDir Path directory;

  @Test
  void isReadAsItWasWritten() throws Exception {
    try (HomeDirectory home = HomeDirectory.open(directory)) {
      assertEquals(LastBackup.NONE, LastBackup.read(home));
      var failed = new LastBackup(1_700_000_000_000L, "no space left on \"device\"\n");
      failed.write(home);
      assertEquals(failed, LastBackup.read(home));
      var made = new LastBackup(1_700_000_000_001L, "");
      made.write(home);
      assertEquals(made, LastBackup.read(home));
    }
  }

  @Test
  void keepsTheBeginningOfALongReason() throws Exception {
    try (HomeDirectory home = HomeDirectory.open(directory)) {
      new LastBackup(1, "x".repeat(LastBackup.MAX_PROBLEM_CHARS + 1)).write(home);
      assertEquals("x".repeat(LastBackup.MAX_PROBLEM_CHARS), LastBackup.read(home).problem());
    }
  }

  @Test
  void ignoresADamagedFile() throws Exception {
    try (HomeDirectory home = HomeDirectory.open(directory)) {
      for (String content : new String[] {"", "{", "[]", "{\"atMs\":{}}"}) {
        Files.writeString(home.file(LastBackup.FILE), content);
        assertEquals(LastBackup.NONE, LastBackup.read(home), content);
      }
    }
  }

  /** A backup that succeeded is one, whatever is in the way of the file. */
  @Test
  void survivesThatTheFileCannotBeWritten() throws Exception {
    try (HomeDirectory home = HomeDirectory.open(directory)) {
      Files.createDirectories(home.file(LastBackup.FILE).resolve("in the way"));
      assertThrows(IOException.class, () -> home.writeSecret(LastBackup.FILE, new byte[] {1}));
      new LastBackup(1, "").write(home);
      assertEquals(LastBackup.NONE, LastBackup.read(home));
    }
  }
}
