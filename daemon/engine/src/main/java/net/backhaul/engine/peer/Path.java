// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import net.backhaul.engine.LocalSocket;
import net.backhaul.engine.NodeOptions;
import net.backhaul.protocol.address.IpScope;
import net.backhaul.protocol.packet.Packets;
import org.jspecify.annotations.Nullable;

/** One path to a peer: a socket of ours and an endpoint of the peer's (02 section 3.3). */
final class Path {
  /** How long a path stays usable after the last authentic packet that came directly over it. */
  static final long EXPIRES_AFTER_MS = 243_000;

  /** How long a path counts as alive after anything came in over it. */
  static final long ALIVE_FOR_MS = 26_000;

  /**
   * After this silence packets go through a root again while the path is probed: a peer that
   * receives our packets sends one at least every 25 seconds.
   */
  private static final long SUSPECT_AFTER_MS = 30_000;

  /** After this long without a packet in return, sending over the path probes it. */
  private static final long PROBE_AFTER_MS = 500;

  private static final long PROBE_SPACING_MS = 1_000;

  /** The first probes that are not answered follow each other faster: one may be lost. */
  private static final int FAST_PROBES = 4;

  private static final long FAST_PROBE_SPACING_MS = 300;

  /**
   * A path whose probes were not answered for this many round trips, and for this long, is used
   * after all others.
   */
  private static final int OVERDUE_ROUND_TRIPS = 3;

  private static final long MIN_OVERDUE_MS = 700;
  private static final long MIN_SUPERSEDED_OVERDUE_MS = 200;
  private static final long MAX_OVERDUE_MS = 3_000;

  /** A path whose probes were not answered for this much longer is used after a root. */
  private static final long UNRESPONSIVE_MS = 600;

  /** How long after its last trusted packet others may still be relayed for (02 section 3.6). */
  static final long TRUSTED_FOR_MS = 600_000;

  static final int UNKNOWN_LATENCY_MS = 0xffff;

  /** So that a path over TCP that was not measured yet is better than one that fell silent. */
  private static final int MAX_TCP_LATENCY_MS = 500;

  private static final long MAX_SILENCE_PENALTY_MS = 140_000;
  private static final long NEVER = Long.MIN_VALUE / 4;

  final int socket;
  final InetSocketAddress endpoint;
  final int scope;
  final int ipBytes;

  /** Whether datagrams travel over a TCP relay, which is the last resort. */
  final boolean overTcp;

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

  /** Whether its socket is open and can send; a socket whose device is down may come back. */
  boolean hasSocket = true;

  private long supersededAtMs = NEVER;

  /** When our uplink changed, so that what leaves over the path may not arrive any more. */
  private long uplinkChangedMs = NEVER;

  /** When the latest probe was sent that the peer has answered. */
  private long answeredProbeMs = NEVER;

  /** When the path was learned. */
  long sinceMs;

  /** The payload of datagrams that is set for the link of a bond, or 0. */
  int linkMtuBytes;

  private @Nullable ProbeLog probeLog;
  private @Nullable PathMtu mtu;
  private boolean isMtuMeasurable = true;

  int latencyMs = UNKNOWN_LATENCY_MS;
  int timesMeasured;
  int priority = 1;

  Path(int socket, InetSocketAddress endpoint) {
    this.socket = socket;
    this.endpoint = endpoint;
    this.scope = IpScope.of(endpoint.getAddress()).number();
    this.ipBytes = endpoint.getAddress().getAddress().length;
    this.overTcp = LocalSocket.isRelay(socket);
  }

  boolean is(int otherSocket, InetSocketAddress otherEndpoint) {
    return socket == otherSocket && endpoint.equals(otherEndpoint);
  }

  boolean isAlive(long nowMs) {
    return nowMs - lastInMs < ALIVE_FOR_MS;
  }

  /** Returns whether packets may be sent over this path: it has not expired, and has a socket. */
  boolean isUsable(long nowMs) {
    return hasSocket && !isExpired(nowMs);
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
    if (unansweredSinceMs > provenMs()) {
      return isSuperseded() || nowMs - unansweredSinceMs >= PROBE_AFTER_MS;
    }
    if (sent) {
      unansweredSinceMs = nowMs;
    }
    return isSuperseded();
  }

  /** Records a probe by its packet; most paths of a root to others have none. */
  void recordProbe(long packetId, long nowMs) {
    ProbeLog log = probeLog;
    if (log == null) {
      log = new ProbeLog();
      probeLog = log;
    }
    log.sent(packetId, nowMs);
  }

  /** Returns the probes of the path; null where there was none. */
  @Nullable ProbeLog probeLog() {
    return probeLog;
  }

  /** Returns the payload of the largest datagrams to be sent over the path (02 section 1.7). */
  int mtuBytes(NodeOptions options) {
    if (linkMtuBytes != 0) {
      return linkMtuBytes;
    }
    int configured = options.configuredMtuBytes(endpoint.getAddress());
    if (configured != 0) {
      return configured;
    }
    return mtu == null ? Packets.DEFAULT_MTU_BYTES : mtu.bytes();
  }

  /** Returns the measurement of the MTU; most paths carry no large packets and have none. */
  @Nullable PathMtu knownMtu() {
    return mtu;
  }

  /** Returns the measurement of the MTU, a new one if there was none. */
  PathMtu mtu() {
    PathMtu known = mtu;
    if (known == null) {
      known = new PathMtu(ipBytes);
      mtu = known;
    }
    return known;
  }

  /** Returns whether the MTU can be measured. */
  boolean isMtuMeasurable() {
    return isMtuMeasurable && !overTcp && linkMtuBytes == 0;
  }

  /** Records that the socket sends no datagrams that stay unfragmented. */
  void mtuIsNotMeasurable() {
    isMtuMeasurable = false;
    mtu = null;
  }

  /** Returns whether to send a probe now, and counts it. */
  boolean startProbe(long nowMs) {
    boolean first = probedSinceMs <= provenMs();
    boolean fast = first ? isSuperseded() : probes < FAST_PROBES;
    if (nowMs - lastProbeMs < (fast ? FAST_PROBE_SPACING_MS : PROBE_SPACING_MS)) {
      return false;
    }
    if (first) {
      probedSinceMs = nowMs;
      probes = 0;
    }
    lastProbeMs = nowMs;
    probes++;
    return true;
  }

  /**
   * Records that the peer, or we, may have moved to another path: sending over this one probes it
   * at once, and if that is not answered soon, any other path is better.
   */
  void supersede(long nowMs) {
    supersededAtMs = nowMs;
  }

  /** Returns whether the peer or we may have moved, and the path was not proven since. */
  boolean isSuperseded() {
    return supersededAtMs > provenMs();
  }

  /**
   * Records that our uplink has changed: what the peer sends may still arrive where nothing of ours
   * does, so that only an answer to a probe proves the path again.
   */
  void uplinkChanged(long changedMs) {
    uplinkChangedMs = changedMs;
  }

  /** Records that the peer has answered a probe that was sent over this path at that time. */
  void probeAnswered(long sentMs) {
    answeredProbeMs = Math.max(answeredProbeMs, sentMs);
  }

  /** Returns whether a probe was answered that was sent at this time or later. */
  boolean hasAnsweredProbe(long sinceMs) {
    return answeredProbeMs >= sinceMs;
  }

  /** Returns when the path was last known to work, also for what we send. */
  private long provenMs() {
    return hasAnsweredProbe(uplinkChangedMs) ? lastInMs : Math.min(lastInMs, uplinkChangedMs - 1);
  }

  /**
   * Returns whether to search for the peer at other endpoints, now that another probe was sent: the
   * path is overdue, and searches become rarer.
   */
  boolean shouldSearchElsewhere(long nowMs) {
    return isOverdue(nowMs) && Integer.bitCount(Math.max(0, probes - FAST_PROBES)) <= 1;
  }

  /** Returns whether nothing was received lately. */
  boolean isQuiet(long nowMs) {
    return nowMs - lastInMs >= PROBE_AFTER_MS;
  }

  /** Returns whether probes were not answered for so long that any other path is better. */
  boolean isOverdue(long nowMs) {
    return isUnansweredFor(overdueMs(), nowMs);
  }

  /** Returns whether a probe of an outage was sent again. */
  boolean isProbedAgain() {
    return probedSinceMs > provenMs() && probes > 1;
  }

  private long overdueMs() {
    long minMs = isSuperseded() ? MIN_SUPERSEDED_OVERDUE_MS : MIN_OVERDUE_MS;
    return Math.clamp((long) OVERDUE_ROUND_TRIPS * latencyMs, minMs, maxOverdueMs());
  }

  /** The round trip of a path that was never measured is probably an ordinary one. */
  private long maxOverdueMs() {
    return latencyMs == UNKNOWN_LATENCY_MS ? MIN_OVERDUE_MS : MAX_OVERDUE_MS;
  }

  private boolean isUnansweredFor(long ms, long nowMs) {
    return probedSinceMs > provenMs() && nowMs - probedSinceMs >= ms;
  }

  /** Returns whether packets go through a root until this path is confirmed again. */
  boolean isSuspect(long nowMs) {
    return nowMs - lastInMs >= SUSPECT_AFTER_MS
        || isUnansweredFor(overdueMs() + UNRESPONSIVE_MS, nowMs);
  }

  boolean isTrusted(long nowMs) {
    return nowMs - lastTrustMs < TRUSTED_FOR_MS;
  }

  /** Returns the rank of this path; lower is better (02 section 3.3). */
  long quality(long nowMs) {
    long age = nowMs - lastInMs;
    long penalty =
        overTcp ? UNKNOWN_LATENCY_MS + Math.min(latencyMs, MAX_TCP_LATENCY_MS) : latencyMs;
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
