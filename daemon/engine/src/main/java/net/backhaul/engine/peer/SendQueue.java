// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Packets that wait for the identity of their destination or for a way to it (02 section 3.7).
 *
 * <p>They are kept unsealed, since the suite depends on what is known when they leave. When full,
 * the oldest is dropped: whoever sent it will have given up first.
 */
final class SendQueue {
  static final int MAX_PACKETS = 32;
  static final long MAX_AGE_MS = 5_000;

  private final ArrayDeque<Queued> queue = new ArrayDeque<>(MAX_PACKETS);

  /** A packet's verb byte (with its compression flag) and payload. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared; the bytes belong to the queue alone.
  record Queued(long destination, int verbByte, byte[] payload, long sinceMs) {}

  boolean isEmpty() {
    return queue.isEmpty();
  }

  int size() {
    return queue.size();
  }

  void add(Queued packet) {
    if (queue.size() == MAX_PACKETS) {
      queue.removeFirst();
    }
    queue.addLast(packet);
  }

  List<Queued> leaveAll(long nowMs) {
    var young = new ArrayList<Queued>(queue.size());
    for (Queued packet : queue) {
      if (nowMs - packet.sinceMs() <= MAX_AGE_MS) {
        young.add(packet);
      }
    }
    queue.clear();
    return young;
  }
}
