// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import net.backhaul.service.CapturedLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.slf4j.LoggerFactory;

class RepeatedErrorLogTest {
  private static final long NOW_MS = 1_700_000_000_000L;

  @RegisterExtension final CapturedLog log = new CapturedLog(RepeatedErrorLog.class);

  @Test
  void logsFirstErrorAndThenOnePerIntervalWithTheNumberBetween() {
    var errors = new RepeatedErrorLog(LoggerFactory.getLogger(RepeatedErrorLog.class), "testing");

    for (long ms = 0; ms <= RepeatedErrorLog.INTERVAL_MS; ms += 1_000) {
      errors.add(new IllegalStateException(), NOW_MS + ms);
    }
    errors.add(new IllegalStateException(), NOW_MS + 2 * RepeatedErrorLog.INTERVAL_MS);

    assertEquals(
        List.of(
            "internal error while testing",
            "internal error while testing (and 59 more since the last that was logged)",
            "internal error while testing"),
        log.messages());
  }
}
