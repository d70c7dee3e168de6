// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.backhaul.engine.Deadline;
import net.backhaul.engine.LocalSocket;
import net.backhaul.engine.Output;

/**
 * Sends a HELLO to roots and live peers when the sockets or the uplink of the host have changed: it
 * shows them our new endpoint, and us which paths work (02 section 3.11).
 *
 * <p>Hosts with many containers change often, so rounds of HELLOs have a budget, and a round to
 * many peers is spread over time.
 */
final class Reconnection {
  /** Rounds that may follow each other; after them, one becomes possible at a time. */
  static final int MAX_ROUNDS = 4;

  static final long ROUND_EVERY_MS = 2_000;
  static final long ROUND_SPACING_MS = 100;

  /** Peers that get a HELLO at once; the others follow in steps. */
  static final int PEERS_PER_STEP = 32;

  static final long STEP_MS = 20;

  /** Endpoints of a peer that get a HELLO. */
  static final int MAX_ENDPOINTS = 4;

  /** When roots and peers that have not answered get another HELLO, after the change. */
  private static final long[] REPEAT_AFTER_MS = {250, 1_000, 2_500};

  private final PeerContext context;
  private final PeerLookup peers;
  private final SurfaceAddresses surface;
  private final HelloSender hellos;
  private final RootContact rootContact;
  private final ArrayDeque<Peer> pending = new ArrayDeque<>();
  private long changedAtMs = Peer.NEVER;
  private long roundAtMs = Peer.NEVER;
  private long roundsCountedMs = Peer.NEVER;
  private long rounds = MAX_ROUNDS;
  private int repeats = REPEAT_AFTER_MS.length;
  private boolean roundPending;

  Reconnection(
      PeerContext context,
      PeerLookup peers,
      SurfaceAddresses surface,
      HelloSender hellos,
      RootContact rootContact) {
    this.context = context;
    this.surface = surface;
    this.peers = peers;
    this.hellos = hellos;
    this.rootContact = rootContact;
  }

  /** Applies which sockets can be used: paths of others are not, until their socket is back. */
  void socketsChanged(List<LocalSocket> sockets) {
    Set<Integer> usable = new HashSet<>();
    sockets.forEach(socket -> usable.add(socket.number()));
    surface.retain(usable);
    for (Peer peer : peers.all()) {
      for (Path path : peer.paths) {
        path.hasSocket = usable.contains(path.socket);
      }
    }
  }

  /** Begins to send HELLOs, at once if the budget allows. */
  void begin(long nowMs) {
    roundPending = true;
    step(nowMs);
  }

  void advance(long nowMs) {
    if (context.deadlines.isDue(Deadline.RECONNECTION, nowMs)) {
      context.deadlines.clear(Deadline.RECONNECTION);
      step(nowMs);
    }
  }

  private void step(long nowMs) {
    if (roundPending && mayBeginRound(nowMs)) {
      beginRound(nowMs);
    } else if (!roundPending && repeats < REPEAT_AFTER_MS.length && nowMs >= repeatAtMs()) {
      repeats++;
      collectUnanswered(nowMs);
    }
    contactNext(nowMs);
    schedule(nowMs);
  }

  private boolean mayBeginRound(long nowMs) {
    long more = (nowMs - roundsCountedMs) / ROUND_EVERY_MS;
    if (more >= MAX_ROUNDS - rounds) {
      rounds = MAX_ROUNDS;
      roundsCountedMs = nowMs;
    } else {
      rounds += more;
      roundsCountedMs += more * ROUND_EVERY_MS;
    }
    return rounds > 0 && nowMs - roundAtMs >= ROUND_SPACING_MS;
  }

  private void beginRound(long nowMs) {
    roundPending = false;
    rounds--;
    roundAtMs = nowMs;
    changedAtMs = nowMs;
    repeats = 0;
    rootContact.contactSoon(nowMs);
    collectUnanswered(nowMs);
  }

  /** Collects roots and live peers that have not answered over a path since the change. */
  private void collectUnanswered(long nowMs) {
    pending.clear();
    rootContact.forEachRoot(this::addIfUnanswered);
    peers.all().stream()
        .filter(peer -> peer.isActive(nowMs) && !rootContact.isRoot(peer))
        .sorted(Comparator.comparingLong((Peer peer) -> -peer.lastNonTrivialMs))
        .forEach(this::addIfUnanswered);
  }

  private void addIfUnanswered(Peer peer) {
    if (!peer.hasAnsweredProbe(changedAtMs)) {
      pending.add(peer);
    }
  }

  private void contactNext(long nowMs) {
    for (int i = 0; i < PEERS_PER_STEP && !pending.isEmpty(); i++) {
      Peer peer = pending.remove();
      try {
        contact(peer, nowMs);
      } catch (RuntimeException e) {
        context.internalError("reconnecting to a peer", e);
      }
    }
  }

  private void contact(Peer peer, long nowMs) {
    if (peer.hasAnsweredProbe(changedAtMs)) {
      return;
    }
    List<InetSocketAddress> endpoints = peer.reconnectionEndpoints(MAX_ENDPOINTS, nowMs);
    for (Path path : peer.paths) {
      if (endpoints.contains(path.endpoint)) {
        path.supersede(nowMs);
        path.uplinkChanged(changedAtMs);
        path.startProbe(nowMs);
      }
    }
    for (InetSocketAddress endpoint : endpoints) {
      peer.lastHelloSentMs = nowMs;
      hellos.send(peer, Output.ALL_SOCKETS, endpoint, nowMs);
    }
    DirectPaths.pushSoon(peer, nowMs);
  }

  private long repeatAtMs() {
    return changedAtMs + REPEAT_AFTER_MS[repeats];
  }

  private void schedule(long nowMs) {
    context.deadlines.clear(Deadline.RECONNECTION);
    if (!pending.isEmpty()) {
      context.deadlines.set(Deadline.RECONNECTION, nowMs + STEP_MS);
    } else if (roundPending) {
      long budgetAtMs = rounds > 0 ? nowMs : roundsCountedMs + ROUND_EVERY_MS;
      context.deadlines.set(
          Deadline.RECONNECTION, Math.max(budgetAtMs, roundAtMs + ROUND_SPACING_MS));
    } else if (repeats < REPEAT_AFTER_MS.length) {
      context.deadlines.set(Deadline.RECONNECTION, Math.max(nowMs + 1, repeatAtMs()));
    }
  }
}
