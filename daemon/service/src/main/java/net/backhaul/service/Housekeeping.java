// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import net.backhaul.service.api.MetricsApi;
import net.backhaul.service.settings.LiveSettings;
import net.backhaul.service.state.FileProblem;
import net.backhaul.service.state.HomeDirectory;
import net.backhaul.service.state.SavedState;
import net.backhaul.service.system.HeapTrim;
import net.backhaul.service.udp.Rebinder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Periodic work, most of it on the state thread (04 section 8.1). */
final class Housekeeping {
  private static final Logger log = LoggerFactory.getLogger(Housekeeping.class);
  private static final String METRICS_FILE = "metrics.prom";
  private static final long SETTINGS_EVERY_S = 5;
  private static final long METRICS_EVERY_S = 5;
  private static final long PEER_LOG_EVERY_S = 5;
  private static final long PEERS_EVERY_S = 3_600;
  private static final long HEAP_EVERY_S = 10;
  private static final long FIRST_ROOT_WITHIN_S = 30;

  private final NodeLoop loop;
  private final HomeDirectory home;
  private final SavedState state;
  private final LiveSettings settings;
  private final Rebinder rebinder;
  private final MetricsApi metrics;
  private final EventLog events;
  private boolean metricsFailed;

  Housekeeping(
      NodeLoop loop,
      HomeDirectory home,
      SavedState state,
      LiveSettings settings,
      Rebinder rebinder,
      MetricsApi metrics,
      EventLog events) {
    this.events = events;
    this.loop = loop;
    this.home = home;
    this.state = state;
    this.settings = settings;
    this.rebinder = rebinder;
    this.metrics = metrics;
  }

  void start() {
    loop.onHostResume(rebinder::rebindNow);
    every(SETTINGS_EVERY_S, this::pollSettings);
    every(METRICS_EVERY_S, this::writeMetrics);
    loop.eventLoop()
        .scheduleAtFixedRate(this::logPeers, PEER_LOG_EVERY_S, PEER_LOG_EVERY_S, TimeUnit.SECONDS);
    loop.eventLoop().schedule(events::logFailedStart, FIRST_ROOT_WITHIN_S, TimeUnit.SECONDS);
    every(HEAP_EVERY_S, new HeapTrim()::poll);
    every(PEERS_EVERY_S, () -> state.expirePeers(System.currentTimeMillis()));
  }

  private void every(long seconds, Runnable work) {
    loop.eventLoop()
        .scheduleAtFixedRate(() -> state.execute(work), seconds, seconds, TimeUnit.SECONDS);
  }

  private void logPeers() {
    events.logPeers(() -> loop.node().peers(NodeLoop.nowMs()));
  }

  private void pollSettings() {
    if (settings.reload()) {
      settingsChanged();
    }
  }

  /** Applies the current settings, as far as they take effect without a restart. */
  void settingsChanged() {
    loop.execute(() -> loop.node().options(settings.settings().node()));
    rebinder.rebindNow();
  }

  private void writeMetrics() {
    metrics.text().thenAcceptAsync(this::writeMetrics, state::execute);
  }

  private void writeMetrics(String text) {
    try {
      home.write(METRICS_FILE, text.getBytes(StandardCharsets.UTF_8));
      metricsFailed = false;
    } catch (IOException e) {
      if (!metricsFailed) {
        metricsFailed = true;
        log.warn(
            "cannot write {}: {}; it is tried again every {} s",
            home.file(METRICS_FILE),
            FileProblem.describe(home.file(METRICS_FILE), e),
            METRICS_EVERY_S);
      }
    }
  }
}
