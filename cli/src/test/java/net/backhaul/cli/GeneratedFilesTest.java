// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Manual pages and completions are in the tree, as the grammars declare them. */
class GeneratedFilesTest {
  /** Where the files are written that differ, to be copied into the tree. */
  private static final Path EXPECTED = Path.of("target", "generated").toAbsolutePath();

  @Test
  void matchesTheGrammars() throws IOException {
    Map<String, String> files = new TreeMap<>(Manuals.files());
    files.putAll(Completions.files());
    var outdated = new ArrayList<String>();
    deleteFormer();
    for (Map.Entry<String, String> file : files.entrySet()) {
      Path inTree = Manuals.TOP.resolve(file.getKey());
      if (!Files.exists(inTree) || !Files.readString(inTree).equals(file.getValue())) {
        Path expected = EXPECTED.resolve(file.getKey());
        Files.createDirectories(expected.getParent());
        Files.writeString(expected, file.getValue());
        outdated.add(file.getKey());
      }
    }

    assertEquals(List.of(), outdated, "to update them: cp -R " + EXPECTED + "/. " + Manuals.TOP);
  }

  private static void deleteFormer() throws IOException {
    if (Files.exists(EXPECTED)) {
      try (var files = Files.walk(EXPECTED)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
