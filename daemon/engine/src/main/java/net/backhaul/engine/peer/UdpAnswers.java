// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.util.function.LongPredicate;
import net.backhaul.engine.Deadline;
import net.backhaul.engine.Deadlines;
import net.backhaul.engine.LocalSocket;
import net.backhaul.protocol.address.IpScope;
import net.backhaul.protocol.message.Verb;

/**
 * Whether the internet answers over UDP: since when probes of roots have had no answer (02 section
 * 4.7). Any authentic packet from the internet is one, and also one of a root elsewhere.
 */
final class UdpAnswers {
  /** After this long without any packet, when frames had come before, a root is probed. */
  private static final long SILENT_MS = 2_000;

  /** Between two such probes, where frames come rarely. */
  private static final long SILENCE_PROBE_SPACING_MS = 5_000;

  private final Deadlines deadlines;
  private LongPredicate isRoot = address -> false;
  private boolean observes;
  private boolean hasSocket;
  private long unansweredSinceMs = Peer.NEVER;
  private long lastAnswerMs = Peer.NEVER;
  private long lastFrameMs = Peer.NEVER;
  private long silenceProbedMs = Peer.NEVER;
  private boolean framesCame;

  UdpAnswers(Deadlines deadlines) {
    this.deadlines = deadlines;
  }

  /** Sets the function that returns whether an address is that of a root. */
  void roots(LongPredicate newIsRoot) {
    isRoot = newIsRoot;
  }

  /** Sets whether probes are observed at all. */
  void observe(boolean whether) {
    observes = whether;
    unansweredSinceMs = whether ? unansweredSinceMs : Peer.NEVER;
  }

  /** Sets whether there is a UDP socket; without one, probes are not sent. */
  void hasSocket(boolean has) {
    hasSocket = has;
    unansweredSinceMs = has ? unansweredSinceMs : Peer.NEVER;
  }

  /** Records that a HELLO or ECHO is sent. */
  void probed(Peer peer, int socket, long nowMs) {
    boolean counts = observes && hasSocket && !LocalSocket.isRelay(socket);
    if (!counts || isUnanswered() || !isRoot.test(peer.address)) {
      return;
    }
    unansweredSinceMs = nowMs;
    deadlines.setEarlier(Deadline.RELAY_FALLBACK, nowMs + RelayFallback.PROBE_AFTER_MS);
  }

  /** Records an authentic packet that came directly over UDP, and returns whether it counts. */
  boolean received(InboundPacket packet, Verb verb) {
    if (!observes) {
      return false;
    }
    Path path = packet.path(); // Whose scope is known: finding it out costs an object.
    int scope = path == null ? IpScope.of(packet.endpoint().getAddress()).number() : path.scope;
    boolean counts = scope == IpScope.GLOBAL.number() || isRoot.test(packet.source());
    if (counts) {
      unansweredSinceMs = Peer.NEVER;
      lastAnswerMs = packet.nowMs();
      recordFrame(verb, packet.nowMs());
    }
    return counts;
  }

  /** Records an authentic packet that a root has relayed over UDP. */
  void receivedRelayed(InboundPacket packet, Verb verb) {
    if (observes) {
      recordFrame(verb, packet.nowMs());
    }
  }

  private void recordFrame(Verb verb, long nowMs) {
    if (verb != Verb.FRAME && verb != Verb.EXT_FRAME) {
      return;
    }
    lastFrameMs = nowMs;
    if (!framesCame) {
      framesCame = true;
      deadlines.setEarlier(Deadline.RELAY_FALLBACK, nowMs + SILENT_MS);
    }
  }

  /**
   * Returns when a root is to be probed because frames came and nothing follows them, which a host
   * that only answers would not notice otherwise; {@link Peer#NEVER} if none came.
   */
  long silentAtMs() {
    if (!framesCame || isUnanswered()) {
      return Peer.NEVER;
    }
    long silentAtMs = Math.max(lastAnswerMs, lastFrameMs) + SILENT_MS;
    return Math.max(silentAtMs, silenceProbedMs + SILENCE_PROBE_SPACING_MS);
  }

  /** Records that a root is probed because of a silence after frames. */
  void silenceProbed(long nowMs) {
    framesCame = false;
    silenceProbedMs = nowMs;
  }

  boolean isUnanswered() {
    return unansweredSinceMs != Peer.NEVER;
  }

  long unansweredSinceMs() {
    return unansweredSinceMs;
  }

  long lastAnswerMs() {
    return lastAnswerMs;
  }
}
