// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The stream of journald. */
class JournalStreamTest {
  @Test
  void findsJournalByDeviceAndInode() throws Exception {
    Path file = Files.createTempFile("stream", "");
    Path other = Files.createTempFile("stream", "");
    try {
      Map<String, Object> of = Files.readAttributes(file, "unix:dev,ino");
      Map<String, String> named = Map.of("JOURNAL_STREAM", of.get("dev") + ":" + of.get("ino"));

      assertEquals(true, JournalStream.is(named, file));
      assertEquals(false, JournalStream.is(named, other));
      assertEquals(false, JournalStream.is(Map.of(), file));
    } finally {
      Files.delete(file);
      Files.delete(other);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ":", "1", "1:", ":1", "-1:-1", "x:y", "1:2:3", "99999999999999999999:1"})
  void findsNoJournalByMalformedName(String name) throws Exception {
    Path file = Files.createTempFile("stream", "");
    try {
      assertEquals(false, JournalStream.is(Map.of("JOURNAL_STREAM", name), file));
    } finally {
      Files.delete(file);
    }
  }
}
