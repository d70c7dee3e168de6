// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.junit.jupiter.api.Test;

class RepeatedErrorLogTest {
  private static final long NOW_MS = 1_700_000_000_000L;

  @Test
  void logsFirstErrorAndThenOnePerIntervalWithTheNumberBetween() {
    var logger = new LoggerContext().getLogger("test");
    var lines = new ListAppender<ILoggingEvent>();
    lines.start();
    logger.addAppender(lines);
    var errors = new RepeatedErrorLog(logger, "testing");

    for (long ms = 0; ms <= RepeatedErrorLog.INTERVAL_MS; ms += 1_000) {
      errors.add(new IllegalStateException(), NOW_MS + ms);
    }
    errors.add(new IllegalStateException(), NOW_MS + 2 * RepeatedErrorLog.INTERVAL_MS);

    assertEquals(
        List.of(
            "internal error while testing",
            "internal error while testing (and 59 more since the last that was logged)",
            "internal error while testing"),
        lines.list.stream().map(ILoggingEvent::getFormattedMessage).toList());
  }
}
