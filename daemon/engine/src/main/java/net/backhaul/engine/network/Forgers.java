// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import net.backhaul.engine.LongMap;

/**
 * Peers that have passed on a false signature a moment ago.
 *
 * <p>A look at a signature is dear, so theirs are not looked at for a while. Strangers decide how
 * many there are: at the limit all are forgotten, and each has one more try.
 */
final class Forgers {
  static final int MAX_REMEMBERED = 16_384;
  static final long BARRED_MS = 1_000;

  private LongMap<Long> sinceMs = new LongMap<>();

  void bar(long peer, long nowMs) {
    if (sinceMs.size() >= MAX_REMEMBERED) {
      sinceMs = new LongMap<>();
    }
    sinceMs.put(peer, nowMs);
  }

  boolean isBarred(long peer, long nowMs) {
    Long since = sinceMs.get(peer);
    return since != null && nowMs - since < BARRED_MS;
  }
}
