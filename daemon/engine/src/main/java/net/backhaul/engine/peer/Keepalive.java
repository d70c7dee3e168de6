// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.util.ArrayList;
import net.backhaul.engine.Deadline;

/** Keeps the paths of roots and active peers open, and removes those that have expired. */
final class Keepalive {
  static final long CHECK_EVERY_MS = 5_000;

  private static final long LOW_BANDWIDTH_CHECK_EVERY_MS = 25_000;

  /** A path that answers ECHO needs a HELLO only to tell news about the node. */
  private static final long HELLO_EVERY_MS = 480_000;

  private static final long ROOT_HELLO_EVERY_MS = 224_000;

  /** With {@link #CHECK_EVERY_MS} at most 25 s, which mappings of NATs commonly survive. */
  private static final long ECHO_WHEN_IDLE_MS = 20_000;

  private static final long ROOT_ECHO_WHEN_IDLE_MS = 14_000;

  private final PeerContext context;
  private final PeerLookup peers;
  private final EndpointSender endpoints;
  private final HelloSender hellos;
  private final RootContact rootContact;

  Keepalive(
      PeerContext context,
      PeerLookup peers,
      EndpointSender endpoints,
      HelloSender hellos,
      RootContact rootContact) {
    this.context = context;
    this.peers = peers;
    this.endpoints = endpoints;
    this.hellos = hellos;
    this.rootContact = rootContact;
  }

  /** Returns the time between two checks of roots and peers (02 sections 3.11 and 4.8). */
  static long checkEveryMs(PeerContext context) {
    return context.options().lowBandwidth() ? LOW_BANDWIDTH_CHECK_EVERY_MS : CHECK_EVERY_MS;
  }

  /** Checks all peers if that is due. */
  void advance(Upstreams upstreams, long nowMs) {
    if (!context.deadlines.isDue(Deadline.KEEPALIVE, nowMs)) {
      return;
    }
    context.deadlines.set(Deadline.KEEPALIVE, nowMs + checkEveryMs(context));
    for (Peer peer : peers.all()) {
      int latencyMs = peer.latencyMs(nowMs);
      peer.counters.latency.record(latencyMs < 0 ? Path.UNKNOWN_LATENCY_MS : latencyMs);
      boolean root = upstreams.contains(peer.address);
      if (root || peer.isActive(nowMs)) {
        try {
          keepOpen(peer, root, nowMs);
        } catch (RuntimeException e) {
          context.internalError("keeping the paths of a peer open", e);
        }
      }
    }
    rootContact.evaluateOnline(nowMs);
  }

  private void keepOpen(Peer peer, boolean root, long nowMs) {
    long helloEveryMs = root ? ROOT_HELLO_EVERY_MS : HELLO_EVERY_MS;
    boolean helloDue = nowMs - peer.lastHelloSentMs >= helloEveryMs;
    boolean sentHello = false;
    int families = 0;
    int best = 0;
    for (Path path : peer.paths) {
      best = path.isExpired(nowMs) ? best : Math.max(best, path.priority);
    }
    var useless = new ArrayList<Path>(0);
    for (Path path : peer.paths) {
      if (path.isExpired(nowMs) || path.priority < best) {
        useless.add(path);
        continue;
      }
      if (!path.hasSocket) {
        continue;
      }
      families |= path.ipBytes;
      boolean idle = path.idleMs(nowMs) >= (root ? ROOT_ECHO_WHEN_IDLE_MS : ECHO_WHEN_IDLE_MS);
      if (root && idle) {
        path.startProbe(nowMs); // So that a dead root is not selected as a relay any more.
      }
      if (helloDue || !path.isAlive(nowMs) || isWorthMeasuring(peer, path)) {
        // A peer that fell silent may have lost all its state about us: only a HELLO helps then.
        hellos.send(peer, path, nowMs);
        sentHello = true;
      } else if (idle) {
        endpoints.sendEcho(peer, path, nowMs);
      }
    }
    if (!useless.isEmpty()) {
      peer.removePaths(useless);
    }
    if (sentHello) {
      peer.lastHelloSentMs = nowMs;
    }
    if (sentHello && helloDue) {
      rootContact.contactOtherFamilies(peer, families, nowMs);
    }
  }

  /**
   * Returns whether to measure the round trip again: the first was measured while both sides were
   * busy with first contact. A root has to confirm our path before: an answer to this HELLO would
   * look like a confirmation.
   */
  private static boolean isWorthMeasuring(Peer peer, Path path) {
    return path.timesMeasured == 1 && peer.confirmationsNeeded == 0;
  }
}
