// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.util.HashSet;
import java.util.Set;
import net.backhaul.protocol.message.MulticastFrame;

/** A frame to a multicast group, and the members that it was sent to; others may yet be found. */
final class OutboundMulticast {
  static final long LIFE_MS = 5_000;

  private final MulticastFrame message;
  private final byte[] data;
  private final long sinceMs;
  private final int limit;
  private final Set<Long> sentTo = new HashSet<>();

  /**
   * Creates a frame that was not sent to any member yet.
   *
   * @param data what follows the Ethernet header, owned by this object
   * @param limit the maximum number of members that get a copy
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

  boolean isExpired(long nowMs) {
    return nowMs - sinceMs >= LIFE_MS;
  }

  boolean isUnsent() {
    return sentTo.isEmpty();
  }

  boolean isAtLimit() {
    return sentTo.size() >= limit;
  }

  /** Marks a member as served; returns false if it was marked before. */
  boolean mark(long member) {
    return sentTo.add(member);
  }
}
