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
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Says on standard error what a person has to know, and no more (04 section 8.3).
 *
 * <p>{@code BACKHAUL_LOG=debug} (or {@code trace}, {@code info}, {@code error}) in the environment,
 * or the system property {@code backhaul.log}, shows more or less; below warnings each line begins
 * with time, level and place. In code and not in a file, since reading one takes longer than all
 * the rest of the start.
 */
public final class Logging extends ContextAwareBase implements Configurator {
  private static final String PROPERTY = "backhaul.log";
  private static final String VARIABLE = "BACKHAUL_LOG";

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    Level level = Level.toLevel(System.getProperty(PROPERTY, fromEnvironment()), Level.WARN);
    var appender = new Lines(System.err, !level.isGreaterOrEqual(Level.WARN));
    appender.setContext(context);
    appender.start();
    context.getLogger("io.netty").setLevel(Level.WARN);
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(level);
    root.addAppender(appender);
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  private static @Nullable String fromEnvironment() {
    return System.getenv(VARIABLE);
  }

  /** Writes one line for each event, and a stack trace where there is one. */
  private static final class Lines extends AppenderBase<ILoggingEvent> {
    private final PrintStream out;
    private final boolean detailed;

    Lines(PrintStream out, boolean detailed) {
      this.out = out;
      this.detailed = detailed;
    }

    @Override
    protected void append(ILoggingEvent event) {
      var line = new StringBuilder();
      if (detailed) {
        String name = event.getLoggerName();
        line.append(Instant.ofEpochMilli(event.getTimeStamp()))
            .append(' ')
            .append(event.getLevel())
            .append(' ')
            .append(name.substring(name.lastIndexOf('.') + 1))
            .append(": ");
      } else {
        line.append(event.getLevel() == Level.ERROR ? "ERROR: " : "WARNING: ");
      }
      line.append(event.getFormattedMessage());
      out.println(line);
      if (event.getThrowableProxy() instanceof ch.qos.logback.classic.spi.ThrowableProxy thrown) {
        thrown.getThrowable().printStackTrace(out);
      }
    }
  }
}
