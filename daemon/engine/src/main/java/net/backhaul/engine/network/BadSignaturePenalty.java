// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import net.backhaul.engine.LongMap;

/**
 * Skips credentials and chunks of a peer for a short time after one with an invalid signature.
 *
 * <p>Verifying a signature is expensive, so a peer gets one invalid signature per {@link
 * #PENALTY_MS}. Unauthenticated senders choose how many peers there are: at {@link #MAX_PEERS} all
 * entries are removed, which gives each of them one more attempt.
 */
final class BadSignaturePenalty {
  static final int MAX_PEERS = 16_384;
  static final long PENALTY_MS = 1_000;

  private LongMap<Long> sinceMs = new LongMap<>();

  void penalize(long peer, long nowMs) {
    if (sinceMs.size() >= MAX_PEERS) {
      sinceMs = new LongMap<>();
    }
    sinceMs.put(peer, nowMs);
  }

  boolean isPenalized(long peer, long nowMs) {
    Long since = sinceMs.get(peer);
    return since != null && nowMs - since < PENALTY_MS;
  }
}
