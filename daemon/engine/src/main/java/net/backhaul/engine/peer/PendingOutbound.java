// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * Packets to be sent that are pending: the identity of their destination is not known, or there is
 * no path to it (02 section 3.7).
 *
 * <p>They are unsealed, since the suite depends on what is known when they leave. When full, the
 * oldest is evicted: its sender is the likeliest to have timed out.
 */
final class PendingOutbound {
  static final int MAX_PACKETS = 32;
  static final long MAX_AGE_MS = 5_000;

  private final ArrayDeque<UnsealedPacket> packets = new ArrayDeque<>(MAX_PACKETS);

  /** A pending packet: its verb byte with the flag of compressed payloads, and its payload. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared; the record owns the bytes.
  record UnsealedPacket(long destination, int verbByte, byte[] payload, long sinceMs) {}

  boolean isEmpty() {
    return packets.isEmpty();
  }

  int size() {
    return packets.size();
  }

  void add(UnsealedPacket packet) {
    if (packets.size() == MAX_PACKETS) {
      packets.removeFirst();
    }
    packets.addLast(packet);
  }

  /** Removes all packets and returns those that have not expired. */
  List<UnsealedPacket> removeAll(long nowMs) {
    var young = new ArrayList<UnsealedPacket>(packets.size());
    for (UnsealedPacket packet : packets) {
      if (nowMs - packet.sinceMs() <= MAX_AGE_MS) {
        young.add(packet);
      }
    }
    packets.clear();
    return young;
  }
}
