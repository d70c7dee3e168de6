// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import net.backhaul.protocol.address.IpScope;

/** One way to a peer: a socket of ours and an address of the peer's (02 section 3.3). */
final class Path {
  /** How long a path stays usable after the last authentic packet that came directly over it. */
  static final long EXPIRES_AFTER_MS = 243_000;

  /** How long a path counts as alive after anything came in over it. */
  static final long ALIVE_FOR_MS = 19_000;

  /**
   * After this silence packets go through a root again while the path is asked whether it lives: a
   * peer that hears us says something at least every twenty seconds.
   */
  private static final long DOUBTED_AFTER_MS = 30_000;

  /** After so long without anything coming back, packets that leave ask the path for an answer. */
  private static final long ASKED_AFTER_MS = 800;

  private static final long ASKED_EVERY_MS = 1_000;

  /** A path that owes an answer for so long comes after all others. */
  private static final long OVERDUE_MS = 1_000;

  /** A path that owes an answer for so long gives way to a root. */
  private static final long LOST_MS = 3_000;

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

  /** When it was noted last among the paths that others may be relayed for. */
  long lastNotedMs = NEVER;

  long lastValidMs = NEVER;
  long lastEchoAnsweredMs = NEVER;
  private long unansweredSinceMs = NEVER;
  private long askedSinceMs = NEVER;
  private long lastAskedMs = NEVER;
  private int asked;
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
   * Returns how long one direction at least was silent. What others relay over a path refreshes
   * what went out but shows nothing to whom it belongs.
   */
  long idleMs(long nowMs) {
    return nowMs - Math.min(lastInMs, lastOutMs);
  }

  /**
   * Takes note of a packet to the peer itself, and returns whether the last ones got no answer.
   *
   * @param sent whether it left over this path, and not through a root instead
   */
  boolean owesAnswer(boolean sent, long nowMs) {
    if (unansweredSinceMs > lastInMs) {
      return nowMs - unansweredSinceMs >= ASKED_AFTER_MS;
    }
    if (sent) {
      unansweredSinceMs = nowMs;
    }
    return false;
  }

  /** Returns whether it is time to ask for an answer that is owed, and takes it as asked for. */
  boolean startProbe(long nowMs) {
    if (nowMs - lastAskedMs < ASKED_EVERY_MS) {
      return false;
    }
    if (askedSinceMs <= lastInMs) {
      askedSinceMs = nowMs;
      asked = 0;
    }
    lastAskedMs = nowMs;
    asked++;
    return true;
  }

  /**
   * Returns whether to look for the peer elsewhere, now that it was asked once more: it owes an
   * answer, and the looks grow rarer.
   */
  boolean shouldSearchElsewhere(long nowMs) {
    return isOverdue(nowMs) && Integer.bitCount(asked) == 1;
  }

  /** Returns whether nothing came in lately. */
  boolean isQuiet(long nowMs) {
    return nowMs - lastInMs >= ASKED_AFTER_MS;
  }

  /** Returns whether an answer is owed for so long that any other path is better. */
  boolean isOverdue(long nowMs) {
    return owesAnswerFor(OVERDUE_MS, nowMs);
  }

  private boolean owesAnswerFor(long ms, long nowMs) {
    return askedSinceMs > lastInMs && nowMs - askedSinceMs >= ms;
  }

  /** Returns whether packets had better go through a root until this path answers. */
  boolean isSuspect(long nowMs) {
    return nowMs - lastInMs >= DOUBTED_AFTER_MS || owesAnswerFor(LOST_MS, nowMs);
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

  /** Takes a round trip. A shorter one counts at once: the first is often that of cold code. */
  void measured(long roundTripMs) {
    int sample = Math.clamp(roundTripMs, 0, UNKNOWN_LATENCY_MS - 1);
    latencyMs = sample < latencyMs ? sample : (latencyMs + sample) / 2;
    timesMeasured++;
  }
}
