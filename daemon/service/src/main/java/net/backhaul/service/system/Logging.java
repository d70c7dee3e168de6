// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.system;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes the log to standard error: levels info and above, one line for each event.
 *
 * <p>{@code BACKHAUL_LOG} in the environment, or the system property {@code backhaul.log}, sets
 * another level: {@code error}, {@code warn}, {@code debug} or {@code trace}. Each line begins with
 * the time, unless journald records it anyway; at debug and trace the logger is named, too. The
 * configuration is in code because reading a file takes longer than the rest of the start.
 */
public final class Logging extends ContextAwareBase implements Configurator {
  private static final String PROPERTY = "backhaul.log";
  private static final String VARIABLE = "BACKHAUL_LOG";
  private static final DateTimeFormatter TIME =
      new DateTimeFormatterBuilder().appendInstant(3).toFormatter();

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    Level level = Level.toLevel(System.getProperty(PROPERTY, System.getenv(VARIABLE)), Level.INFO);
    boolean journal = isJournal(System.getenv(), Path.of("/proc/self/fd/2"));
    var appender = new Lines(System.err, !journal, !level.isGreaterOrEqual(Level.INFO));
    appender.setContext(context);
    appender.start();
    context.getLogger("io.netty").setLevel(Level.WARN);
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(level);
    root.addAppender(appender);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  /** Returns whether a stream is the one that {@code JOURNAL_STREAM} names by device and inode. */
  static boolean isJournal(Map<String, String> environment, Path stream) {
    String named = environment.get("JOURNAL_STREAM");
    if (named == null) {
      return false;
    }
    try {
      Map<String, Object> found = Files.readAttributes(stream, "unix:dev,ino");
      return named.equals(found.get("dev") + ":" + found.get("ino"));
    } catch (IOException | UnsupportedOperationException | IllegalArgumentException e) {
      return false;
    }
  }

  /** Writes one line for each event, and a stack trace where there is one. */
  static final class Lines extends AppenderBase<ILoggingEvent> {
    private final PrintStream out;
    private final boolean withTime;
    private final boolean withLogger;

    Lines(PrintStream out, boolean withTime, boolean withLogger) {
      this.out = out;
      this.withTime = withTime;
      this.withLogger = withLogger;
    }

    @Override
    protected void append(ILoggingEvent event) {
      var line = new StringBuilder();
      if (withTime) {
        line.append(TIME.format(Instant.ofEpochMilli(event.getTimeStamp()))).append(' ');
      }
      line.append(name(event.getLevel())).append(": ");
      if (withLogger) {
        String logger = event.getLoggerName();
        line.append(logger.substring(logger.lastIndexOf('.') + 1)).append(": ");
      }
      appendPrintable(event.getFormattedMessage(), "", line);
      out.println(line);
      @Nullable Throwable thrown =
          event.getThrowableProxy() instanceof ThrowableProxy proxy ? proxy.getThrowable() : null;
      if (thrown != null) {
        var trace = new StringWriter();
        thrown.printStackTrace(new PrintWriter(trace));
        var printable = new StringBuilder();
        appendPrintable(trace.toString(), "\t\r\n", printable);
        out.print(printable);
      }
    }

    /**
     * Replaces control characters: text from other hosts must not begin a line of its own, nor be
     * executed by a terminal.
     */
    private static void appendPrintable(String text, String kept, StringBuilder to) {
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        to.append(Character.isISOControl(c) && kept.indexOf(c) < 0 ? '?' : c);
      }
    }

    /** Returns the reference's word for warnings, which scripts may search for. */
    private static String name(Level level) {
      return level == Level.WARN ? "WARNING" : level.toString();
    }
  }
}
