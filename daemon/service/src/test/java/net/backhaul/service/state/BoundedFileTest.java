// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BoundedFileTest {
  @TempDir Path directory;

  @Test
  void readsFilesAndFollowsLinks() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "four");
    Path link = Files.createSymbolicLink(directory.resolve("link"), file);

    assertEquals("four", new String(BoundedFile.read(file, 4)));
    assertEquals("four", new String(BoundedFile.read(link, 4)));
  }

  @Test
  void rejectsWhatIsNoFileOrTooLong() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "four");
    Path device = Files.createSymbolicLink(directory.resolve("link"), Path.of("/dev/null"));

    assertThrows(NoSuchFileException.class, () -> BoundedFile.read(directory.resolve("x"), 4));
    assertEquals("it is longer than 3 bytes", problem(file, 3));
    assertEquals("it is not a file", problem(device, 4));
    assertEquals("it is a directory", problem(directory, 4));
    try (var home = HomeDirectory.open(directory)) {
      assertTrue(home.read("link").isEmpty());
    }
  }

  private static String problem(Path file, long maxBytes) {
    var e = assertThrows(IOException.class, () -> BoundedFile.read(file, maxBytes));
    return FileProblem.describe(file, e);
  }
}
