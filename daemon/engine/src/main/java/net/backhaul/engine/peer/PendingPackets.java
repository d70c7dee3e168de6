// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import net.backhaul.engine.Deadline;

/** Retries the packets that are pending for a path, an identity or a credential. */
final class PendingPackets {
  /** Pending packets that become ready may make others ready; others are left to a retry. */
  private static final int MAX_ROUNDS = 4;

  private final PeerContext context;
  private final Sender outbound;
  private final PacketDispatcher inbound;
  private boolean draining;

  PendingPackets(PeerContext context, Sender outbound, PacketDispatcher inbound) {
    this.context = context;
    this.outbound = outbound;
    this.inbound = inbound;
  }

  /** Retries all when that is due. */
  void retryIfDue(long nowMs) {
    if (context.deadlines.isDue(Deadline.PENDING_RETRY, nowMs)) {
      context.deadlines.clear(Deadline.PENDING_RETRY);
      retryAll(nowMs);
      if (outbound.pending() > 0 || inbound.pending() > 0) {
        context.scheduleRetry(nowMs);
      }
    }
  }

  /** Handles those for which a path, an identity or a credential has come. */
  void drain(long nowMs) {
    if (draining || !context.deadlines.isSet(Deadline.PENDING_READY)) {
      return;
    }
    draining = true;
    try {
      for (int i = 0; context.deadlines.isSet(Deadline.PENDING_READY) && i < MAX_ROUNDS; i++) {
        context.deadlines.clear(Deadline.PENDING_READY);
        retryAll(nowMs);
      }
    } finally {
      draining = false;
    }
  }

  private void retryAll(long nowMs) {
    try {
      outbound.retryPending(nowMs);
    } catch (RuntimeException e) {
      context.internalError("sending pending packets", e);
    }
    inbound.retryPending(nowMs);
  }
}
