// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import net.backhaul.engine.BondPolicy;

/**
 * A path of a bond, which is verified by ECHOs in both directions: what comes in over it does not
 * show that what we send arrives.
 */
final class BondMember {
  /** While packets leave over a path it is verified this often; peers answer one in 166 ms. */
  static final long VERIFY_EVERY_MS = 200;

  /** How long after the last packet a path counts as carrying traffic. */
  private static final long TRAFFIC_MS = 1_000;

  /** A path over which nothing comes back for this long, and this many ECHOs, has failed. */
  private static final long SILENT_MS = 600;

  private static final int SILENT_PROBES = 3;

  /** The same for a path over which packets still come in, which shows that it is congested. */
  private static final long UNCONFIRMED_MS = 1_100;

  private static final int UNCONFIRMED_PROBES = 5;
  private static final long MAX_WAIT_MS = 3_000;
  private static final int ROUND_TRIPS = 3;

  /** The reference probes an idle path this often in the failover interval. */
  private static final int PROBES_PER_INTERVAL = 3;

  /** After each failure in a row a path has to answer for twice as long until it is used. */
  private static final long FIRST_HOLD_MS = 500;

  private static final int MAX_DOUBLINGS = 5;
  private static final long STABLE_AFTER_MS = 60_000;

  final Path path;
  final String device;
  final BondPolicy.Link link;
  final int seed;
  final LinkQuality quality = new LinkQuality();
  final QosLog qos = new QosLog();

  /** The number of flows that take the path. */
  int flows;

  private long confirmedMs = Peer.NEVER;
  private long probedMs = Peer.NEVER;
  private long unansweredSinceMs = Peer.NEVER;
  private int unanswered;
  private long usedMs = Peer.NEVER;
  private long receivedMs = Peer.NEVER;
  private boolean hasFailed;
  private long failedAtMs = Peer.NEVER;
  private long suspectSinceMs = Peer.NEVER;
  private long upSinceMs;
  private int failures;

  BondMember(Path path, String device, BondPolicy.Link link, long nowMs) {
    this.path = path;
    this.device = device;
    this.link = link;
    this.seed = FlowTable.mix(path.endpoint.hashCode() * 31 + path.socket);
    this.upSinceMs = nowMs;
    if (path.isOverdue(nowMs) || !path.isAlive(nowMs)) {
      hasFailed = true;
    } else {
      confirmedMs = path.lastInMs;
    }
  }

  /** Records that packets with frames leave over the path. */
  void used(long nowMs) {
    usedMs = nowMs;
  }

  /** Records that a frame came in over the path. */
  void received(long nowMs) {
    receivedMs = nowMs;
  }

  /** Returns when the last frame came in. */
  long receivedMs() {
    return receivedMs;
  }

  boolean hasTraffic(long nowMs) {
    return nowMs - usedMs < TRAFFIC_MS;
  }

  /** Returns whether an ECHO is due. */
  boolean isProbeDue(BondPolicy.Timing timing, boolean isUrgent, long nowMs) {
    return path.hasSocket && nowMs >= probeDueMs(timing, isUrgent, nowMs);
  }

  /**
   * Returns when the next ECHO is due.
   *
   * @param isUrgent whether the state of the path has to be known soon
   */
  long probeDueMs(BondPolicy.Timing timing, boolean isUrgent, long nowMs) {
    long interval = timing.failoverIntervalMs();
    if (hasFailed) {
      return probedMs + (isUrgent ? TRAFFIC_MS : interval);
    }
    if (isUrgent || hasTraffic(nowMs)) {
      return Math.max(probedMs, confirmedMs) + VERIFY_EVERY_MS;
    }
    return Math.max(probedMs, lastHeardMs()) + interval / PROBES_PER_INTERVAL;
  }

  private long lastHeardMs() {
    return Math.max(confirmedMs, path.lastInMs);
  }

  /** Records an ECHO. */
  void probed(long nowMs) {
    if (unanswered == 0) {
      unansweredSinceMs = nowMs;
    }
    unanswered++;
    probedMs = nowMs;
  }

  /** Has the path probed at the next check. */
  void probeSoon() {
    probedMs = Peer.NEVER;
  }

  /**
   * Records the answer to a probe that was sent over the path.
   *
   * @param sentMs when the probe was sent
   */
  void confirmed(long sentMs, long nowMs) {
    quality.roundTrip(nowMs - sentMs);
    confirmedMs = nowMs;
    unanswered = 0;
    suspectSinceMs = Peer.NEVER;
    if (hasFailed && path.hasSocket) {
      hasFailed = false;
      upSinceMs = nowMs;
    }
  }

  /** Determines whether the path has failed; returns whether it has just done so. */
  boolean evaluate(BondPolicy.Timing timing, long nowMs) {
    if (hasFailed) {
      return false;
    }
    if (path.hasSocket && !isSilent(timing, nowMs)) {
      suspectSinceMs = Peer.NEVER;
      if (nowMs - failedAtMs >= STABLE_AFTER_MS) {
        failures = 0;
      }
      return false;
    }
    if (suspectSinceMs == Peer.NEVER) {
      suspectSinceMs = nowMs;
    }
    if (path.hasSocket && nowMs - suspectSinceMs < timing.downDelayMs()) {
      return false;
    }
    hasFailed = true;
    failedAtMs = nowMs;
    failures++;
    return true;
  }

  private boolean isSilent(BondPolicy.Timing timing, long nowMs) {
    if (unanswered == 0) {
      return false;
    }
    long silentMs = nowMs - unansweredSinceMs;
    if (hasTraffic(nowMs)) {
      boolean isHeard = path.lastInMs > unansweredSinceMs;
      long waitMs = isHeard ? UNCONFIRMED_MS : Math.min(SILENT_MS, timing.failoverIntervalMs());
      int probes = isHeard ? UNCONFIRMED_PROBES : SILENT_PROBES;
      return unanswered >= probes
          && silentMs >= Math.clamp(ROUND_TRIPS * roundTripMs(), waitMs, MAX_WAIT_MS);
    }
    return unanswered > 1 && nowMs - lastHeardMs() >= timing.failoverIntervalMs();
  }

  private long roundTripMs() {
    return Math.round(quality.latencyMs(path));
  }

  /** Returns whether packets arrive, as far as is known. */
  boolean isAlive(long nowMs) {
    return !hasFailed && path.isUsable(nowMs);
  }

  /** Returns whether it is alive, or was so a moment ago: it may just lose packets. */
  boolean wasAlive(BondPolicy.Timing timing, long nowMs) {
    return path.isUsable(nowMs) && (!hasFailed || nowMs - failedAtMs < timing.failoverIntervalMs());
  }

  /** Returns whether it is alive, and has answered long enough to be used. */
  boolean isEligible(BondPolicy.Timing timing, long nowMs) {
    return isAlive(nowMs) && nowMs - upSinceMs >= Math.max(timing.upDelayMs(), holdMs());
  }

  private long holdMs() {
    return failures == 0 ? 0 : FIRST_HOLD_MS << Math.min(failures - 1, MAX_DOUBLINGS);
  }

  /** Returns whether an ECHO should have been answered by now. */
  boolean isSuspect(long nowMs) {
    return !hasFailed
        && unanswered > 1
        && nowMs - unansweredSinceMs >= VERIFY_EVERY_MS + 2 * roundTripMs();
  }

  /** Returns when the path was last confirmed. */
  long confirmedMs() {
    return confirmedMs;
  }

  /** Returns the quality by the limits of a policy. */
  double score(BondPolicy policy, long nowMs) {
    return policy
        .quality()
        .of(quality.latencyMs(path), quality.varianceMs(), quality.loss(path, nowMs), 0);
  }
}
