// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.portmapping.protocol;

/** When a request by datagrams is sent again, and when it has failed. */
final class Retransmission {
  private long dueMs = MappingClient.NEVER;
  private int sent;

  /** What is due. */
  enum Due {
    NOTHING,
    SEND,
    GIVE_UP
  }

  /** Begins with a request that was sent. */
  void begin(long nowMs) {
    sent = 1;
    dueMs = nowMs + MappingLimits.FIRST_PAUSE_MS;
  }

  /** The request was answered. */
  void end() {
    dueMs = MappingClient.NEVER;
  }

  boolean isPending() {
    return dueMs != MappingClient.NEVER;
  }

  long dueMs() {
    return dueMs;
  }

  /** Returns what is due, and counts it as done. */
  Due advance(long nowMs) {
    if (nowMs < dueMs) {
      return Due.NOTHING;
    }
    if (sent >= MappingLimits.MAX_TRANSMISSIONS) {
      end();
      return Due.GIVE_UP;
    }
    dueMs = nowMs + (MappingLimits.FIRST_PAUSE_MS << sent);
    sent++;
    return Due.SEND;
  }
}
