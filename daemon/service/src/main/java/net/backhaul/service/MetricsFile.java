// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executor;
import net.backhaul.service.api.MetricsApi;
import net.backhaul.service.state.FileProblem;
import net.backhaul.service.state.HomeDirectory;
import net.backhaul.service.system.RepeatedErrorLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file with the metrics, for collectors that read files (04 section 8.1). */
final class MetricsFile {
  /** How often the file is written. */
  static final long EVERY_S = 5;

  private static final Logger log = LoggerFactory.getLogger(MetricsFile.class);
  private static final String NAME = "metrics.prom";

  private final HomeDirectory home;
  private final MetricsApi metrics;
  private final RepeatedErrorLog errors = new RepeatedErrorLog(log, "writing " + NAME);
  private boolean failed;

  MetricsFile(HomeDirectory home, MetricsApi metrics) {
    this.home = home;
    this.metrics = metrics;
  }

  /** Writes the current metrics, on the thread of the executor. */
  void write(Executor thread) {
    metrics
        .text()
        .thenAcceptAsync(this::write, thread)
        .exceptionally(
            error -> {
              errors.add(error, NodeLoop.nowMs());
              return null;
            });
  }

  private void write(String text) {
    try {
      home.write(NAME, text.getBytes(StandardCharsets.UTF_8));
      failed = false;
    } catch (IOException e) {
      if (!failed) {
        failed = true;
        log.warn(
            "cannot write {}: {}; this is retried every {} s",
            home.file(NAME),
            FileProblem.describe(home.file(NAME), e),
            EVERY_S);
      }
    }
  }
}
