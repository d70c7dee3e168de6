// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines of the log, and the stream of journald. */
class LoggingTest {
  private static final String HOSTILE = "a\n2026 ERROR: b\u001b[2J\u009b\0\r";

  private final ByteArrayOutputStream written = new ByteArrayOutputStream();
  private final Logging.Lines lines =
      new Logging.Lines(new PrintStream(written, true, StandardCharsets.UTF_8), false, false);

  private String log(Throwable thrown) {
    var logger = new LoggerContext().getLogger("test");
    lines.append(
        new LoggingEvent(null, logger, Level.WARN, "name {}", thrown, new Object[] {HOSTILE}));
    return written.toString(StandardCharsets.UTF_8);
  }

  @Test
  void writesOneLineWithoutControlCharacters() {
    assertEquals("WARNING: name a?2026 ERROR: b?[2J???\n", log(null));
  }

  @Test
  void writesStackTraceWithoutEscapeSequences() {
    String text = log(new IllegalStateException(HOSTILE));

    assertTrue(text.contains("\tat "), text);
    assertEquals(-1, text.indexOf('\u001b'), text);
  }

  @Test
  void findsJournalByDeviceAndInode() throws Exception {
    Path file = Files.createTempFile("stream", "");
    Path other = Files.createTempFile("stream", "");
    try {
      Map<String, Object> of = Files.readAttributes(file, "unix:dev,ino");
      Map<String, String> named = Map.of("JOURNAL_STREAM", of.get("dev") + ":" + of.get("ino"));

      assertEquals(true, Logging.isJournal(named, file));
      assertEquals(false, Logging.isJournal(named, other));
      assertEquals(false, Logging.isJournal(Map.of(), file));
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
      assertEquals(false, Logging.isJournal(Map.of("JOURNAL_STREAM", name), file));
    } finally {
      Files.delete(file);
    }
  }
}
