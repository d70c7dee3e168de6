// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.util.function.LongPredicate;
import net.backhaul.engine.Deadline;
import net.backhaul.engine.Deadlines;
import net.backhaul.engine.LocalSocket;
import net.backhaul.protocol.address.IpScope;

/**
 * Whether the internet answers over UDP: since when probes of roots have had no answer (02 section
 * 4.7). Any authentic packet from the internet is one, and also one of a root elsewhere.
 */
final class UdpAnswers {
  private final Deadlines deadlines;
  private LongPredicate isRoot = address -> false;
  private boolean observes;
  private boolean hasSocket;
  private long unansweredSinceMs = Peer.NEVER;
  private long lastAnswerMs = Peer.NEVER;

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
  boolean received(InboundPacket packet) {
    if (!observes) {
      return false;
    }
    Path path = packet.path(); // Whose scope is known: finding it out costs an object.
    int scope = path == null ? IpScope.of(packet.endpoint().getAddress()).number() : path.scope;
    boolean counts = scope == IpScope.GLOBAL.number() || isRoot.test(packet.source());
    if (counts) {
      unansweredSinceMs = Peer.NEVER;
      lastAnswerMs = packet.nowMs();
    }
    return counts;
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
