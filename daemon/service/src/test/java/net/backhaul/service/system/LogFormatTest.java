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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Entries of the log, for the journal and elsewhere. */
class LogFormatTest {
  private static final String HOSTILE = "a\r\n<0>ERROR: b\u001b[2J\u009b\0\u202e";
  private static final String HARMLESS = "a??<0>ERROR: b?[2J???";
  private static final LogFormat JOURNAL = new LogFormat(true, false);
  private static final LogFormat FILE = new LogFormat(false, false);

  private static LoggingEvent event(Level level, String text, @Nullable Throwable thrown) {
    var logger = new LoggerContext().getLogger("net.backhaul.Test");
    var event = new LoggingEvent(null, logger, level, "name {}", thrown, new Object[] {text});
    event.setTimeStamp(1_000);
    return event;
  }

  private static Throwable failure(String text, int calls) {
    var thrown = new IllegalStateException(text);
    var stack = new StackTraceElement[calls];
    for (int i = 0; i < calls; i++) {
      stack[i] = new StackTraceElement("net.backhaul.Test", "call" + i, "Test.java", i + 1);
    }
    thrown.setStackTrace(stack);
    return thrown;
  }

  @ParameterizedTest
  @CsvSource({"ERROR, <3>ERROR", "WARN, <4>WARNING", "INFO, <6>INFO", "DEBUG, <7>DEBUG"})
  void beginsLineOfJournalWithPriorityAndWithoutTime(String level, String begin) {
    assertEquals(begin + ": name x\n", JOURNAL.entry(event(Level.toLevel(level), "x", null)));
  }

  @Test
  void beginsOtherLinesWithTime() {
    assertEquals(
        "1970-01-01T00:00:01.000Z ERROR: name x\n", FILE.entry(event(Level.ERROR, "x", null)));
  }

  @Test
  void namesLoggerWhereSelected() {
    assertEquals(
        "<7>DEBUG: Test: name x\n", new LogFormat(true, true).entry(event(Level.DEBUG, "x", null)));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void replacesControlCharacters(boolean journal) {
    String entry = new LogFormat(journal, false).entry(event(Level.WARN, HOSTILE, null));

    assertTrue(entry.endsWith("WARNING: name " + HARMLESS + "\n"), entry);
    assertEquals(1, entry.lines().count());
  }

  @Test
  void writesFaultAsOneLineOfJournal() {
    Throwable thrown = failure(HOSTILE, 2);
    thrown.initCause(failure("inner", 1));

    assertEquals(
        "<3>ERROR: name x: java.lang.IllegalStateException: "
            + HARMLESS
            + " | at net.backhaul.Test.call0(Test.java:1) | at net.backhaul.Test.call1(Test.java:2)"
            + ": caused by java.lang.IllegalStateException: inner"
            + " | at net.backhaul.Test.call0(Test.java:1)\n",
        JOURNAL.entry(event(Level.ERROR, "x", thrown)));
  }

  @Test
  void writesStackTraceInLinesOfItsOwnElsewhere() {
    Throwable thrown = failure(HOSTILE, 1);
    thrown.initCause(failure("inner", 1));

    assertEquals(
        "1970-01-01T00:00:01.000Z ERROR: name x\n"
            + "java.lang.IllegalStateException: "
            + HARMLESS
            + "\n\tat net.backhaul.Test.call0(Test.java:1)\n"
            + "caused by java.lang.IllegalStateException: inner\n"
            + "\tat net.backhaul.Test.call0(Test.java:1)\n",
        FILE.entry(event(Level.ERROR, "x", thrown)));
  }

  @Test
  void limitsTextCallsAndCauses() {
    String longText = "x".repeat(LogFormat.MAX_TEXT + 1);
    Throwable thrown = failure(longText, LogFormat.MAX_CALLS + 1);
    for (int i = 0; i < 20; i++) {
      Throwable outer = failure(longText, LogFormat.MAX_CALLS + 3);
      outer.initCause(thrown);
      thrown = outer;
    }

    String entry = FILE.entry(event(Level.ERROR, longText, thrown));

    assertTrue(entry.length() <= LogFormat.MAX_ENTRY + 1, () -> "length " + entry.length());
    assertTrue(entry.contains("x...\n"), entry);
    assertTrue(entry.contains("\tat 3 further calls\n"), entry);
  }

  @Test
  void limitsChainOfCauses() {
    Throwable thrown = failure("innermost", 0);
    for (int i = 0; i < LogFormat.MAX_CAUSES; i++) {
      Throwable outer = failure("outer", 0);
      outer.initCause(thrown);
      thrown = outer;
    }

    String entry = JOURNAL.entry(event(Level.ERROR, "x", thrown));

    assertTrue(entry.endsWith(": outer | further causes are left out\n"), entry);
    assertEquals(LogFormat.MAX_CAUSES, entry.split(": outer", -1).length - 1);
  }

  @Test
  void endsAtCyclicCause() {
    Throwable first = failure("first", 0);
    Throwable second = failure("second", 0);
    first.initCause(second);
    second.initCause(first);

    assertEquals(
        "<3>ERROR: name x: java.lang.IllegalStateException: first"
            + ": caused by java.lang.IllegalStateException: second\n",
        JOURNAL.entry(event(Level.ERROR, "x", first)));
  }

  @Test
  void joinsVerbatimLinesForJournalAlone() {
    assertEquals("<3>first: second\n", LogFormat.verbatim(true, Level.ERROR, "first\nsecond"));
    assertEquals("first\nsecond\n", LogFormat.verbatim(false, Level.ERROR, "first\nsecond"));
  }

  @Test
  void writesEachEventOnce() {
    var written = new ByteArrayOutputStream();
    var lines = new Logging.Lines(new PrintStream(written, true, StandardCharsets.UTF_8), JOURNAL);

    lines.append(event(Level.WARN, "\u00e4", null));

    assertEquals("<4>WARNING: name \u00e4\n", written.toString(StandardCharsets.UTF_8));
  }
}
