// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.util.List;
import java.util.function.LongConsumer;
import net.backhaul.engine.Deadline;

/** Expires silent peers, and the old entries of the tables of VL1. */
final class Expiry {
  private static final long EXPIRE_EVERY_MS = 30_000;

  private final PeerContext context;
  private final PeerTable peers;
  private final Upstreams upstreams;
  private final List<LongConsumer> tables;

  /**
   * Creates it.
   *
   * @param tables expire their entries at the time that they get
   */
  Expiry(PeerContext context, PeerTable peers, Upstreams upstreams, List<LongConsumer> tables) {
    this.context = context;
    this.peers = peers;
    this.upstreams = upstreams;
    this.tables = tables;
  }

  /** Sets the first deadline. */
  void begin(long nowMs) {
    context.deadlines.set(Deadline.PEER_EXPIRY, nowMs + EXPIRE_EVERY_MS);
  }

  /** Expires what is due. */
  void advance(long nowMs) {
    if (!context.deadlines.isDue(Deadline.PEER_EXPIRY, nowMs)) {
      return;
    }
    begin(nowMs);
    for (Peer peer : peers.all()) {
      if (!peer.isAlive(nowMs) && !upstreams.isTrustedWithWorlds(peer.address)) {
        expire(peer);
      }
    }
    tables.forEach(table -> table.accept(nowMs));
  }

  private void expire(Peer peer) {
    try {
      peers.expire(peer);
    } catch (RuntimeException e) {
      context.internalError("expiring a peer", e);
    }
  }
}
