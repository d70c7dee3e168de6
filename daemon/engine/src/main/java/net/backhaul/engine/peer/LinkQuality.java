// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

/** The round trips of a path of a bond, as moving means, and its loss. */
final class LinkQuality {
  /** The share of the latest sample in a mean. */
  private static final double WEIGHT = 0.125;

  private double latencyMs = -1;
  private double varianceMs;

  /** Records a round trip. */
  void roundTrip(long roundTripMs) {
    if (latencyMs < 0) {
      latencyMs = roundTripMs;
    } else {
      varianceMs += WEIGHT * (Math.abs(roundTripMs - latencyMs) - varianceMs);
      latencyMs += WEIGHT * (roundTripMs - latencyMs);
    }
  }

  /** Returns the mean round trip, or what else is known of the path's. */
  double latencyMs(Path path) {
    if (latencyMs >= 0) {
      return latencyMs;
    }
    return path.latencyMs == Path.UNKNOWN_LATENCY_MS ? 0 : path.latencyMs;
  }

  /** Returns the mean deviation from the mean round trip. */
  double varianceMs() {
    return varianceMs;
  }

  /** Returns the share of the last probes of a path that were not answered. */
  double loss(Path path, long nowMs) {
    ProbeLog log = path.probeLog();
    if (log == null) {
      return 0;
    }
    int decided = log.decided(nowMs);
    return decided == 0 ? 0 : (double) log.lost(nowMs) / decided;
  }
}
