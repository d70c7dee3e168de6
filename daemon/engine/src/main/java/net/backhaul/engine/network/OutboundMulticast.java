// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.util.HashSet;
import java.util.Set;
import net.backhaul.protocol.message.MulticastFrame;

/** A multicast frame on its way to members, some of whom may have to be found first. */
final class OutboundMulticast {
  static final long LIFE_MS = 5_000;

  private final MulticastFrame message;
  private final byte[] data;
  private final long sinceMs;
  private final int limit;
  private final Set<Long> sentTo = new HashSet<>();

  /**
   * Makes a frame that has been sent to nobody.
   *
   * @param limit how many may get a copy
   */
  OutboundMulticast(MulticastFrame message, byte[] data, int limit, long nowMs) {
    this.message = message;
    this.data = data;
    this.limit = limit;
    this.sinceMs = nowMs;
  }

  MulticastFrame message() {
    return message;
  }

  /** Returns what follows the Ethernet header, borrowed. */
  byte[] data() {
    return data;
  }

  boolean isOld(long nowMs) {
    return nowMs - sinceMs >= LIFE_MS;
  }

  boolean hasReachedNobody() {
    return sentTo.isEmpty();
  }

  boolean isAtLimit() {
    return sentTo.size() >= limit;
  }

  /** Returns false for those who were marked before. */
  boolean mark(long member) {
    return sentTo.add(member);
  }
}
