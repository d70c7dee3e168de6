// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Packets that were received and are pending: the identity of their sender or of a signer is not
 * known, or the sender has not sent its credentials (02 section 3.7).
 *
 * <p>Unauthenticated senders can fill it, so both number and age are limited; the oldest packet is
 * evicted.
 */
final class PendingInbound {
  static final int MAX_PACKETS = 32;
  static final long MAX_AGE_MS = 5_000;

  private final ArrayDeque<ReceivedPacket> packets = new ArrayDeque<>(MAX_PACKETS);

  /**
   * A copy of a pending packet.
   *
   * @param opened whether it was already authenticated and decrypted
   */
  @SuppressWarnings("ArrayRecordComponent") // Never compared; the record owns the bytes.
  record ReceivedPacket(
      long source,
      int socket,
      InetSocketAddress endpoint,
      byte[] bytes,
      boolean opened,
      int ecn,
      long receivedAtMs) {
    static ReceivedPacket copyOf(InboundPacket packet, long source, boolean opened) {
      byte[] bytes =
          Arrays.copyOfRange(packet.bytes(), packet.start(), packet.start() + packet.length());
      return new ReceivedPacket(
          source,
          packet.socket(),
          packet.endpoint(),
          bytes,
          opened,
          packet.ecn(),
          packet.receivedAtMs());
    }
  }

  boolean isEmpty() {
    return packets.isEmpty();
  }

  int size() {
    return packets.size();
  }

  /** Adds a packet; returns whether another one was evicted for it. */
  boolean add(ReceivedPacket packet) {
    boolean full = packets.size() == MAX_PACKETS;
    if (full) {
      packets.removeFirst();
    }
    packets.addLast(packet);
    return full;
  }

  /** Removes all packets and returns those that have not expired. */
  List<ReceivedPacket> removeAll(long nowMs) {
    var young = new ArrayList<ReceivedPacket>(packets.size());
    for (ReceivedPacket packet : packets) {
      if (nowMs - packet.receivedAtMs() <= MAX_AGE_MS) {
        young.add(packet);
      }
    }
    packets.clear();
    return young;
  }
}
