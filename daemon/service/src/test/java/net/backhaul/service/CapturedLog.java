// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.slf4j.LoggerFactory;

/**
 * Records what classes log while a test runs, instead of printing it; register it as an extension.
 */
public final class CapturedLog implements BeforeEachCallback, AfterEachCallback {
  private final List<Logger> loggers;
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  /** Records the loggers of classes. */
  public CapturedLog(Class<?>... of) {
    lines.list = new CopyOnWriteArrayList<>(); // Tests read it while other threads log.
    loggers = Stream.of(of).map(type -> (Logger) LoggerFactory.getLogger(type)).toList();
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    lines.start();
    for (Logger logger : loggers) {
      logger.addAppender(lines);
      logger.setAdditive(false);
    }
  }

  @Override
  public void afterEach(ExtensionContext context) {
    for (Logger logger : loggers) {
      logger.detachAppender(lines);
      logger.setAdditive(true);
      logger.setLevel(null);
    }
  }

  /** Sets the lowest level that is recorded, for the rest of the test. */
  public void level(Level level) {
    loggers.forEach(logger -> logger.setLevel(level));
  }

  /** Returns what was logged, the list itself. */
  public List<ILoggingEvent> list() {
    return lines.list;
  }

  /** Returns the messages without their levels. */
  public List<String> messages() {
    return lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  /** Returns the messages, each after its level and a space. */
  public List<String> lines() {
    return lines.list.stream()
        .map(line -> line.getLevel() + " " + line.getFormattedMessage())
        .toList();
  }
}
