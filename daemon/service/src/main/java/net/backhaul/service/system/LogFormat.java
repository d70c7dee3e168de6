// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.system;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import net.backhaul.json.UnsafeCharacters;
import org.jspecify.annotations.Nullable;

/**
 * The format of the log.
 *
 * <p>For the journal an event is one line that begins with its priority, {@code <3>} for an error
 * (sd-daemon(3)), because journald makes an entry of each line; a stack trace follows on the same
 * line. Elsewhere a line begins with the time, and a stack trace takes further lines. Text from
 * other hosts begins no line of its own, nor does a terminal execute it.
 *
 * @param journal whether journald reads the lines; it records the time itself
 * @param withLogger whether lines name the logger
 */
record LogFormat(boolean journal, boolean withLogger) {
  /** Longest text of a message or an exception, in characters. */
  static final int MAX_TEXT = 4_096;

  /** Exceptions of one chain of causes that are shown. */
  static final int MAX_CAUSES = 8;

  /** Calls of one stack that are shown. */
  static final int MAX_CALLS = 64;

  /** Longest entry in characters; journald splits a line at 48 KiB, and some take 3 bytes. */
  static final int MAX_ENTRY = 16_000;

  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

  /** Returns an event with its stack trace and the newline at its end. */
  String entry(ILoggingEvent event) {
    var entry = new StringBuilder();
    if (journal) {
      entry.append(priority(event.getLevel()));
    } else {
      entry.append(TIME.format(Instant.ofEpochMilli(event.getTimeStamp()))).append(' ');
    }
    entry.append(name(event.getLevel())).append(": ");
    if (withLogger) {
      String logger = event.getLoggerName();
      entry.append(logger.substring(logger.lastIndexOf('.') + 1)).append(": ");
    }
    appendPrintable(event.getFormattedMessage(), entry);
    if (event.getThrowableProxy() instanceof ThrowableProxy proxy) {
      appendTrace(proxy.getThrowable(), entry);
    }
    if (entry.length() > MAX_ENTRY) {
      entry.setLength(MAX_ENTRY);
    }
    return entry.append('\n').toString();
  }

  /** Returns lines as they are or, for the journal, as one line with the priority. */
  static String verbatim(boolean journal, Level level, String text) {
    return (journal ? priority(level) + text.replace("\n", ": ") : text) + "\n";
  }

  /** Returns the prefix that sets the priority of a line in the journal, as syslog numbers it. */
  private static String priority(Level level) {
    return switch (level.toInt()) {
      case Level.ERROR_INT -> "<3>";
      case Level.WARN_INT -> "<4>";
      case Level.INFO_INT -> "<6>";
      default -> "<7>";
    };
  }

  /** Returns the reference's word for warnings, which scripts may search for. */
  private static String name(Level level) {
    return level == Level.WARN ? "WARNING" : level.toString();
  }

  private void appendTrace(Throwable thrown, StringBuilder to) {
    Set<Throwable> shown = Collections.newSetFromMap(new IdentityHashMap<>());
    String introduction = "";
    for (Throwable at = thrown; at != null && shown.add(at); at = at.getCause()) {
      if (shown.size() > MAX_CAUSES) {
        to.append(journal ? " | " : "\n").append("further causes are left out");
        return;
      }
      to.append(journal ? ": " : "\n").append(introduction);
      appendPrintable(describe(at), to);
      appendCalls(at.getStackTrace(), to);
      introduction = "caused by ";
    }
  }

  private void appendCalls(StackTraceElement[] calls, StringBuilder to) {
    String separator = journal ? " | at " : "\n\tat ";
    for (int i = 0; i < Math.min(calls.length, MAX_CALLS); i++) {
      to.append(separator).append(calls[i]);
    }
    if (calls.length > MAX_CALLS) {
      to.append(separator).append(calls.length - MAX_CALLS).append(" further calls");
    }
  }

  /** An exception's own method may fail, which must not hide the exception. */
  private static @Nullable String describe(Throwable thrown) {
    try {
      return thrown.toString();
    } catch (RuntimeException e) {
      return thrown.getClass().getName();
    }
  }

  /** Appends a text without control characters, and no more than its limit. */
  private static void appendPrintable(@Nullable String text, StringBuilder to) {
    String all = String.valueOf(text);
    int length = Math.min(all.length(), MAX_TEXT);
    for (int i = 0; i < length; i++) {
      char c = all.charAt(i);
      to.append(UnsafeCharacters.contains(c) ? '?' : c);
    }
    if (length < all.length()) {
      to.append("...");
    }
  }
}
