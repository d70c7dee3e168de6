// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Packets that came in and can't be handled yet: their sender or a signer is unknown, or the sender
 * has not shown its certificate (02 section 3.7).
 *
 * <p>A stranger decides how many there are, so both their number and their age have a limit; the
 * oldest makes room.
 */
final class WaitingRoom {
  static final int MAX_PACKETS = 32;
  static final long MAX_AGE_MS = 5_000;

  private final ArrayDeque<Waiting> waiting = new ArrayDeque<>(MAX_PACKETS);

  /**
   * A packet that waits.
   *
   * @param opened whether it was already authenticated and decrypted
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared; the bytes belong to the room alone.
  record Waiting(
      long source,
      int socket,
      InetSocketAddress from,
      byte[] bytes,
      boolean opened,
      long sinceMs) {}

  boolean isEmpty() {
    return waiting.isEmpty();
  }

  int size() {
    return waiting.size();
  }

  /** Lets a packet wait; returns whether another had to make room for it. */
  boolean enter(Waiting packet) {
    boolean full = waiting.size() == MAX_PACKETS;
    if (full) {
      waiting.removeFirst();
    }
    waiting.addLast(packet);
    return full;
  }

  /** Empties the room; who still can't be handled enters again with its old age. */
  List<Waiting> leaveAll(long nowMs) {
    var young = new ArrayList<Waiting>(waiting.size());
    for (Waiting packet : waiting) {
      if (nowMs - packet.sinceMs() <= MAX_AGE_MS) {
        young.add(packet);
      }
    }
    waiting.clear();
    return young;
  }
}
