// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import java.util.concurrent.TimeUnit;
import net.backhaul.service.relay.Relays;
import net.backhaul.service.settings.LiveSettings;
import net.backhaul.service.state.SavedState;
import net.backhaul.service.system.HeapTrim;
import net.backhaul.service.udp.Rebinder;

/** Periodic work, most of it on the state thread (04 section 8.1), and reloads of the settings. */
final class Housekeeping {
  private static final long SETTINGS_EVERY_S = 5;
  private static final long PEERS_LOGGED_EVERY_S = 5;
  private static final long PEERS_EXPIRED_EVERY_S = 3_600;
  private static final long HEAP_EVERY_S = 10;
  private static final long RELAY_EVERY_S = 30;
  private static final long FIRST_ROOT_WITHIN_S = 30;

  private final NodeLoop loop;
  private final SavedState state;
  private final LiveSettings settings;
  private final Rebinder rebinder;
  private final Relays relays;
  private final MetricsFile metrics;
  private final EventLog events;
  private final ServiceStatus status;

  /** What settings of sockets apply to. */
  record Sockets(Rebinder rebinder, Relays relays) {}

  Housekeeping(
      NodeLoop loop,
      SavedState state,
      LiveSettings settings,
      Sockets sockets,
      MetricsFile metrics,
      EventLog events,
      ServiceStatus status) {
    this.loop = loop;
    this.state = state;
    this.settings = settings;
    this.rebinder = sockets.rebinder;
    this.relays = sockets.relays;
    this.metrics = metrics;
    this.events = events;
    this.status = status;
  }

  void start() {
    loop.onHostResume(rebinder::reconnectNow);
    every(SETTINGS_EVERY_S, this::pollSettings);
    every(MetricsFile.EVERY_S, () -> metrics.write(state::execute));
    loop.every(TimeUnit.SECONDS.toMillis(PEERS_LOGGED_EVERY_S), this::pollPeers);
    loop.eventLoop().schedule(events::logFailedStart, FIRST_ROOT_WITHIN_S, TimeUnit.SECONDS);
    relays.reconcile(state::execute);
    every(RELAY_EVERY_S, () -> relays.reconcile(state::execute));
    every(HEAP_EVERY_S, new HeapTrim()::poll);
    every(PEERS_EXPIRED_EVERY_S, () -> state.expirePeers(System.currentTimeMillis()));
  }

  private void every(long seconds, Runnable work) {
    loop.every(TimeUnit.SECONDS.toMillis(seconds), () -> state.execute(work));
  }

  private void pollPeers() {
    events.logPeers(() -> loop.node().peers(NodeLoop.nowMs()));
    status.update();
  }

  private void pollSettings() {
    if (settings.reload()) {
      settingsChanged();
    } else {
      reportSettings();
    }
  }

  /** Reads local.conf again at the request of the operator, then reports to be ready. */
  void reloadSettings() {
    state.execute(
        () -> {
          if (settings.reloadNow()) {
            settingsChanged();
          } else {
            reportSettings();
          }
          loop.execute(status::ready);
        });
  }

  /** Applies the current settings, as far as they take effect without a restart. */
  void settingsChanged() {
    String hostName = HostName.told(settings.settings());
    loop.execute(
        () -> {
          loop.node().options(settings.settings().node(), NodeLoop.nowMs());
          loop.node().hostName(hostName);
        });
    rebinder.rebindNow();
    relays.reconcile(state::execute);
    reportSettings();
  }

  private void reportSettings() {
    String outcome = settings.lastReload().text();
    loop.execute(() -> status.settings(outcome));
  }
}
