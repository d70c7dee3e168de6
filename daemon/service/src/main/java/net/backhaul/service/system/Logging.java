// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.system;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.io.PrintStream;
import org.slf4j.LoggerFactory;

/**
 * Writes the log to standard error: levels info and above, in the format of {@link LogFormat}.
 *
 * <p>{@code BACKHAUL_LOG} in the environment, or the system property {@code backhaul.log}, sets
 * another level: {@code error}, {@code warn}, {@code debug} or {@code trace}. The configuration is
 * in code because reading a file takes longer than the rest of the start.
 */
public final class Logging extends ContextAwareBase implements Configurator {
  private static final String PROPERTY = "backhaul.log";
  private static final String VARIABLE = "BACKHAUL_LOG";

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    Level level = Level.toLevel(System.getProperty(PROPERTY, System.getenv(VARIABLE)), Level.INFO);
    var appender =
        new Lines(
            System.err,
            new LogFormat(JournalStream.isStandardError(), !level.isGreaterOrEqual(Level.INFO)));
    appender.setContext(context);
    appender.start();
    context.getLogger("io.netty").setLevel(Level.WARN);
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(level);
    root.addAppender(appender);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  /**
   * Prints a line that scripts may search for in the reference's words, so without time and level;
   * the journal records its priority.
   */
  public static void print(org.slf4j.event.Level level, String text) {
    System.err.print(
        LogFormat.verbatim(
            JournalStream.isStandardError(), Level.convertAnSLF4JLevel(level), text));
  }

  /** Logs exceptions that no code catches, in place of Java's own lines. */
  public static void logUncaughtExceptions() {
    Thread.setDefaultUncaughtExceptionHandler(
        (thread, thrown) ->
            LoggerFactory.getLogger(Logging.class)
                .error("internal error in thread {}, which has ended", thread.getName(), thrown));
  }

  /** Writes each event with one call, so that lines of several threads do not mix. */
  static final class Lines extends AppenderBase<ILoggingEvent> {
    private final PrintStream out;
    private final LogFormat format;

    Lines(PrintStream out, LogFormat format) {
      this.out = out;
      this.format = format;
    }

    @Override
    protected void append(ILoggingEvent event) {
      out.print(format.entry(event));
      out.flush();
    }
  }
}
