// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import java.util.HashMap;
import java.util.Map;
import net.backhaul.engine.NetworkStatus;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.service.system.Durations;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs when the clock of a network's controller is wrong, or was set back, by the timestamps of its
 * configurations (03 section 3.3). Lives on the node loop.
 */
final class ControllerClockLog {
  /** A difference of clocks that is not reported. */
  static final long TOLERANCE_MS = 120_000;

  private static final Logger log = LoggerFactory.getLogger(ControllerClockLog.class);

  private final Map<Long, Seen> networks = new HashMap<>();

  /** The timestamp of the last configuration, and whether it was ahead of the host's clock. */
  private record Seen(long timestampMs, boolean ahead) {}

  /** Compares a configuration with the one before it and with the clock of this host. */
  void networkChanged(NetworkStatus status, long wallMs) {
    NetworkConfig config = status.config();
    if (config == null) {
      return;
    }
    long timestampMs = config.timestampMs();
    boolean ahead = timestampMs - wallMs > TOLERANCE_MS;
    Seen before = networks.put(status.networkId(), new Seen(timestampMs, ahead));
    String id = NetworkIds.text(status.networkId());
    if (before != null && before.timestampMs - timestampMs > TOLERANCE_MS) {
      log.warn(
          "network {}: the clock of its controller was set back by {}; members exchange their"
              + " credentials again, which can take a minute",
          id,
          Durations.text(before.timestampMs - timestampMs));
    }
    if (ahead && (before == null || !before.ahead)) {
      log.warn(
          "network {}: the clock of its controller is {} ahead of the clock of this host; one of"
              + " them is wrong",
          id,
          Durations.text(timestampMs - wallMs));
    }
  }

  void networkLeft(long networkId) {
    networks.remove(networkId);
  }
}
