// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import java.util.List;
import net.backhaul.engine.Deadline;
import net.backhaul.engine.LocalSocket;
import net.backhaul.engine.NodeOptions.RelayUse;
import net.backhaul.engine.Output;
import org.jspecify.annotations.Nullable;

/**
 * Switches to a TCP relay while no root answers over UDP, and back (02 section 4.7).
 *
 * <p>Several relays are tried side by side. The first one that brings an answer of a root or peer
 * is kept, which a relay that stalls, lies or replays cannot do; the others are closed.
 */
final class RelayFallback {
  /** Roots that have not answered over UDP for this long get further probes. */
  static final long PROBE_AFTER_MS = 1_000;

  /** When no answer has come over UDP for this long, TCP relays are connected to. */
  static final long FALLBACK_AFTER_MS = 4_000;

  /** How often roots are probed over UDP, and over the relay, while a relay is in use. */
  static final long PROBE_EVERY_MS = 3_000;

  /** A relay that has brought nothing for this long is replaced. */
  static final long RELAY_SILENT_MS = 10_000;

  /** How long a relay stays in use after UDP works again: peers are contacted meanwhile. */
  static final long CLOSE_AFTER_MS = 5_000;

  private final PeerContext context;
  private final UdpAnswers udp;
  private final RootContact rootContact;
  private final Reconnection reconnection;
  private final Runnable onUsableChanged;
  private State state = State.UDP;
  private List<LocalSocket> relays = List.of();
  private @Nullable LocalSocket kept;
  private long keptLastMs = Peer.NEVER;
  private long sinceMs = Peer.NEVER;

  /** What carries the datagrams. */
  private enum State {
    UDP,
    /** UDP works again; the relay still receives, and is closed soon. */
    RETURNING,
    RELAY
  }

  /**
   * Creates it.
   *
   * @param onUsableChanged is run when {@link #usable} has changed without new connections
   */
  RelayFallback(
      PeerContext context,
      RootContact rootContact,
      Reconnection reconnection,
      Runnable onUsableChanged) {
    this.onUsableChanged = onUsableChanged;
    this.context = context;
    this.udp = context.udpAnswers;
    this.rootContact = rootContact;
    this.reconnection = reconnection;
  }

  /** Returns the relay that carries datagrams, or null. */
  @Nullable InetSocketAddress relay() {
    LocalSocket current = kept;
    return current == null ? null : current.address();
  }

  /** Returns the connections that datagrams may be sent over. */
  List<LocalSocket> usable() {
    return state == State.RELAY ? relays : List.of();
  }

  /** Applies the options, which may permit relays, or do so no longer. */
  void optionsChanged(long nowMs) {
    RelayUse use = context.options().relayUse();
    udp.observe(use == RelayUse.FALLBACK);
    if (use != RelayUse.NEVER || state != State.UDP) {
      context.deadlines.set(Deadline.RELAY_FALLBACK, nowMs);
    }
  }

  /** Sets the open connections; roots get a HELLO over new ones. */
  void relaysChanged(List<LocalSocket> open, long nowMs) {
    List<LocalSocket> before = relays;
    relays = open;
    if (kept != null && !open.contains(kept)) {
      kept = null;
      if (state == State.RELAY) {
        context.output.connectRelays();
      }
    }
    onUsableChanged.run();
    for (LocalSocket relay : usable()) {
      if (!before.contains(relay)) {
        rootContact.sendHellos(relay.number(), nowMs);
      }
    }
  }

  /**
   * Handles an authentic packet that came over a relay. Only answers to recent packets of ours show
   * that the relay forwards: it may replay any other packet as often as it likes.
   */
  void received(InboundPacket packet) {
    boolean isFresh = packet.roundTripMs >= 0 && packet.roundTripMs < RELAY_SILENT_MS;
    if (!isFresh && !packet.answersProbe) {
      return;
    }
    int socket = packet.socket();
    long nowMs = packet.nowMs();
    LocalSocket current = kept;
    if (current != null && current.number() == socket) {
      keptLastMs = nowMs;
    }
    if (current != null || state != State.RELAY) {
      return;
    }
    for (LocalSocket relay : relays) {
      if (relay.number() == socket) {
        kept = relay;
        keptLastMs = nowMs;
        context.output.closeRelays(socket);
        reconnection.begin(nowMs);
      }
    }
  }

  void advance(long nowMs) {
    if (!context.deadlines.isDue(Deadline.RELAY_FALLBACK, nowMs)) {
      return;
    }
    context.deadlines.clear(Deadline.RELAY_FALLBACK);
    RelayUse use = context.options().relayUse();
    if (use == RelayUse.NEVER) {
      close();
      return;
    }
    if (use == RelayUse.ALWAYS && state != State.RELAY) {
      connect(nowMs);
      return;
    }
    switch (state) {
      case UDP -> checkUdp(nowMs);
      case RETURNING -> {
        if (nowMs - sinceMs >= CLOSE_AFTER_MS) {
          close();
          checkUdp(nowMs);
        } else {
          wait(sinceMs + CLOSE_AFTER_MS - nowMs, nowMs);
        }
      }
      case RELAY -> checkRelay(nowMs);
    }
  }

  private void checkUdp(long nowMs) {
    long silentAtMs = udp.silentAtMs();
    if (silentAtMs > nowMs) {
      context.deadlines.set(Deadline.RELAY_FALLBACK, silentAtMs);
      return;
    }
    if (silentAtMs != Peer.NEVER) {
      udp.silenceProbed(nowMs);
      rootContact.probeBest(nowMs);
    }
    if (!udp.isUnanswered()) {
      return;
    }
    if (nowMs - udp.unansweredSinceMs() >= FALLBACK_AFTER_MS) {
      connect(nowMs);
      return;
    }
    if (nowMs - udp.unansweredSinceMs() >= PROBE_AFTER_MS) {
      rootContact.sendHellos(Output.ALL_SOCKETS, nowMs);
    }
    wait(PROBE_AFTER_MS, nowMs);
  }

  private void checkRelay(long nowMs) {
    boolean forced = context.options().relayUse() == RelayUse.ALWAYS;
    if (!forced && udp.lastAnswerMs() > sinceMs) {
      state = State.RETURNING;
      sinceMs = nowMs;
      kept = null;
      context.output.muteRelays();
      onUsableChanged.run();
      reconnection.begin(nowMs);
      wait(CLOSE_AFTER_MS, nowMs);
      return;
    }
    if (kept != null && nowMs - keptLastMs >= RELAY_SILENT_MS) {
      kept = null;
      context.output.closeRelays(Output.ALL_SOCKETS);
      context.output.connectRelays();
    }
    if (!relays.isEmpty()) {
      rootContact.sendHellos(Output.ALL_SOCKETS, nowMs);
    }
    wait(PROBE_EVERY_MS, nowMs);
  }

  /** Checks at once whether UDP works again, after an answer has come over it. */
  void answeredOverUdp(long nowMs) {
    if (state == State.RELAY && context.options().relayUse() != RelayUse.ALWAYS) {
      context.deadlines.set(Deadline.RELAY_FALLBACK, nowMs);
    }
  }

  private void connect(long nowMs) {
    state = State.RELAY;
    sinceMs = nowMs;
    kept = null;
    context.output.connectRelays();
    wait(PROBE_EVERY_MS, nowMs);
  }

  private void close() {
    state = State.UDP;
    kept = null;
    onUsableChanged.run();
    context.output.closeRelays(Output.ALL_SOCKETS);
  }

  private void wait(long forMs, long nowMs) {
    context.deadlines.set(Deadline.RELAY_FALLBACK, nowMs + forMs);
  }
}
