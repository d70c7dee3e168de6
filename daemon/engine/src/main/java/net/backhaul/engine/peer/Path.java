// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import net.backhaul.protocol.address.IpScope;

/** One path to a peer: a socket of ours and an endpoint of the peer's (02 section 3.3). */
final class Path {
  /** How long a path stays usable after the last authentic packet that came directly over it. */
  static final long EXPIRES_AFTER_MS = 243_000;

  /** How long a path counts as alive after anything came in over it. */
  static final long ALIVE_FOR_MS = 19_000;

  /**
   * After this silence packets go through a root again while the path is probed: a peer that
   * receives our packets sends one at least every twenty seconds.
   */
  private static final long SUSPECT_AFTER_MS = 30_000;

  /** After this long without a packet in return, sending over the path probes it. */
  private static final long PROBE_AFTER_MS = 800;

  private static final long PROBE_SPACING_MS = 1_000;

  /** A path whose probes were not answered for this long is used after all others. */
  private static final long OVERDUE_MS = 1_000;

  /** A path whose probes were not answered for this long is used after a root. */
  private static final long UNRESPONSIVE_MS = 3_000;

  /** How long after its last trusted packet others may still be relayed for (02 section 3.6). */
  static final long TRUSTED_FOR_MS = 600_000;

  static final int UNKNOWN_LATENCY_MS = 0xffff;
  private static final long MAX_SILENCE_PENALTY_MS = 140_000;
  private static final long NEVER = Long.MIN_VALUE / 4;

  final int socket;
  final InetSocketAddress endpoint;
  final int scope;
  final int ipBytes;

  long lastInMs = NEVER;
  long lastOutMs = NEVER;
  long lastTrustMs = NEVER;

  /** When it was last added to {@link TrustedPaths}. */
  long lastTrustRefreshMs = NEVER;

  long lastValidMs = NEVER;
  long lastEchoAnsweredMs = NEVER;
  private long unansweredSinceMs = NEVER;
  private long probedSinceMs = NEVER;
  private long lastProbeMs = NEVER;
  private int probes;
  int latencyMs = UNKNOWN_LATENCY_MS;
  int timesMeasured;
  int priority = 1;

  Path(int socket, InetSocketAddress endpoint) {
    this.socket = socket;
    this.endpoint = endpoint;
    this.scope = IpScope.of(endpoint.getAddress()).number();
    this.ipBytes = endpoint.getAddress().getAddress().length;
  }

  boolean is(int otherSocket, InetSocketAddress otherEndpoint) {
    return socket == otherSocket && endpoint.equals(otherEndpoint);
  }

  boolean isAlive(long nowMs) {
    return nowMs - lastInMs < ALIVE_FOR_MS;
  }

  boolean isExpired(long nowMs) {
    return nowMs - lastValidMs >= EXPIRES_AFTER_MS;
  }

  /**
   * Returns how long at least one direction was silent. What we relay over a path for others counts
   * as sent, but does not show the peer that we use it.
   */
  long idleMs(long nowMs) {
    return nowMs - Math.min(lastInMs, lastOutMs);
  }

  /**
   * Records a packet to the peer, and returns whether to probe since none has come in return.
   *
   * @param sent whether it left over this path, and not through a root instead
   */
  boolean recordSend(boolean sent, long nowMs) {
    if (unansweredSinceMs > lastInMs) {
      return nowMs - unansweredSinceMs >= PROBE_AFTER_MS;
    }
    if (sent) {
      unansweredSinceMs = nowMs;
    }
    return false;
  }

  /** Returns whether to send a probe now, and counts it. */
  boolean startProbe(long nowMs) {
    if (nowMs - lastProbeMs < PROBE_SPACING_MS) {
      return false;
    }
    if (probedSinceMs <= lastInMs) {
      probedSinceMs = nowMs;
      probes = 0;
    }
    lastProbeMs = nowMs;
    probes++;
    return true;
  }

  /**
   * Returns whether to search for the peer at other endpoints, now that another probe was sent: the
   * path is overdue, and searches become rarer.
   */
  boolean shouldSearchElsewhere(long nowMs) {
    return isOverdue(nowMs) && Integer.bitCount(probes) == 1;
  }

  /** Returns whether nothing was received lately. */
  boolean isQuiet(long nowMs) {
    return nowMs - lastInMs >= PROBE_AFTER_MS;
  }

  /** Returns whether probes were not answered for so long that any other path is better. */
  boolean isOverdue(long nowMs) {
    return isUnansweredFor(OVERDUE_MS, nowMs);
  }

  private boolean isUnansweredFor(long ms, long nowMs) {
    return probedSinceMs > lastInMs && nowMs - probedSinceMs >= ms;
  }

  /** Returns whether packets go through a root until this path is confirmed again. */
  boolean isSuspect(long nowMs) {
    return nowMs - lastInMs >= SUSPECT_AFTER_MS || isUnansweredFor(UNRESPONSIVE_MS, nowMs);
  }

  boolean isTrusted(long nowMs) {
    return nowMs - lastTrustMs < TRUSTED_FOR_MS;
  }

  /** Returns how good this path is; less is better (02 section 3.3). */
  long quality(long nowMs) {
    long age = nowMs - lastInMs;
    long penalty = latencyMs;
    if (age >= ALIVE_FOR_MS || isOverdue(nowMs)) {
      penalty += UNKNOWN_LATENCY_MS + Math.min(age, MAX_SILENCE_PENALTY_MS);
    }
    return penalty * (8 - scope) / priority;
  }

  /** Records a round trip; a shorter one counts in full: the first is often that of cold code. */
  void recordRoundTrip(long roundTripMs) {
    int sample = Math.clamp(roundTripMs, 0, UNKNOWN_LATENCY_MS - 1);
    latencyMs = sample < latencyMs ? sample : (latencyMs + sample) / 2;
    timesMeasured++;
  }
}
